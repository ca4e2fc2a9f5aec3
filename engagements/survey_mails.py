"""How the messages about surveys are written: when they are sent, and only while there is something left to answer."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.models import MailedLink, Survey
from engagements.services.links import find_link
from onsite.notifications import kinds
from onsite.notifications.kinds import Readers, Topic, Written
from onsite.notifications.models import Message


def survey_asked(message: Message) -> Written | None:
    """The survey with its link; nothing where it was answered or takes no answers any more."""
    return _written(message, _("How satisfied are you? %(engagement)s"), is_reminder=False)


def survey_reminder(message: Message) -> Written | None:
    """The same link once more."""
    return _written(message, _("Your opinion is still missing: %(engagement)s"), is_reminder=True)


def _written(message: Message, subject: str, *, is_reminder: bool) -> Written | None:
    token = message.payload["token"]
    link = find_link(token, MailedLink.Purpose.ANSWER_SURVEY)
    if link is None:
        return None
    rows = Survey.objects.unscoped().select_related("engagement__client", "stage", "asked_by")
    survey = rows.get(pk=link.subject_id)
    if not survey.takes_answers:
        return None
    context = {
        "name": message.recipient.name,
        "engagement": survey.engagement,
        "survey": survey,
        "is_reminder": is_reminder,
        "url": settings.BASE_URL + reverse("engagements:survey_link", args=[token]),
    }
    text = render_to_string("emails/survey_asked.txt", context)
    return Written(subject % {"engagement": survey.engagement.name}, text)


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "survey_asked",
        survey_asked,
        label=gettext_lazy("Satisfaction survey"),
        is_secret=True,
        when=gettext_lazy("When you are asked how satisfied you are."),
        topic=Topic.REVIEW,
        readers=Readers.CLIENT,
    )
    kinds.register(
        "survey_reminder",
        survey_reminder,
        label=gettext_lazy("Reminder of a survey"),
        is_secret=True,
        when=gettext_lazy("When your answer to a survey is still missing."),
        topic=Topic.REVIEW,
        readers=Readers.CLIENT,
    )
