"""How the messages about the days are written: when they are sent, with what is true then."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.models import Engagement
from engagements.services.reminders import lead_of
from onsite.notifications import kinds
from onsite.notifications.kinds import Readers, Topic, Written
from onsite.notifications.models import Message
from standups.models import Comment
from standups.services.reminding import is_told


def stand_up_commented(message: Message) -> Written | None:
    """A remark on a published day, to whom it was meant for; nothing where they may not see it any more."""
    rows = Comment.objects.visible_to(message.recipient).select_related("author", "stand_up__engagement__client")
    comment = rows.filter(pk=message.payload["comment"]).first()
    if comment is None:
        return None
    day, engagement = comment.stand_up, comment.stand_up.engagement
    words = {"name": comment.author.name, "day": date_format(day.held_on), "engagement": engagement.name}
    subject = _("%(name)s on the stand-up of %(day)s: %(engagement)s") % words
    url = settings.BASE_URL + day.get_absolute_url() + "#remarks"
    context = {"comment": comment, "day": day.held_on, "url": url}
    return _written(message, subject, "emails/stand_up_commented.txt", engagement, **context)


def stand_up_missed(message: Message) -> Written | None:
    """No stand-up of an agreed day is published; nothing where one is by now, or it is another's to care for."""
    day = date.fromisoformat(message.payload["day"])
    rows = Engagement.objects.visible_to(message.recipient).select_related("client")
    engagement = rows.filter(pk=message.payload["engagement"]).first()
    if engagement is None or lead_of(engagement) != message.recipient:
        return None
    stand_up = engagement.stand_ups.visible_to(message.recipient).filter(held_on=day).first()
    if (stand_up is not None and stand_up.is_published) or not is_told(engagement, day, timezone.now()):
        return None
    words = {"day": date_format(day), "engagement": engagement.name}
    subject = _("No stand-up published yet for %(day)s: %(engagement)s") % words
    url = settings.BASE_URL + reverse("standups:day", args=[engagement.pk, day])
    context = {"day": day, "url": url, "is_draft": stand_up is not None}
    return _written(message, subject, "emails/stand_up_missed.txt", engagement, **context)


def _written(message: Message, subject: str, template: str, engagement: Engagement, **context: object) -> Written:
    context |= {"name": message.recipient.name, "engagement": engagement}
    return Written(subject, render_to_string(template, context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "stand_up_commented",
        stand_up_commented,
        label=gettext_lazy("Remark on a stand-up"),
        when=gettext_lazy("When somebody remarks on a stand-up and it is meant for you."),
        topic=Topic.ON_SITE,
    )
    kinds.register(
        "stand_up_missed",
        stand_up_missed,
        label=gettext_lazy("Stand-up not published"),
        when=gettext_lazy("When no stand-up of an agreed day is published in an engagement you lead."),
        topic=Topic.ON_SITE,
        readers=Readers.VENDOR,
    )
