"""How the messages about ideas are written: when they are sent, to whoever had the idea, as it stands then."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onsite.notifications import kinds
from onsite.notifications.kinds import Topic, Written
from onsite.notifications.models import Message
from standups.models import Idea


def idea_thanked(message: Message) -> Written | None:
    """The thanks for an idea."""
    idea = _idea(message)
    if idea is None or idea.thanked_at is None:
        return None
    return _written(message, idea, _("Thank you for your idea: %(idea)s"), "emails/idea_thanked.txt")


def idea_outcome(message: Message) -> Written | None:
    """What becomes of an idea; nothing where something else was decided meanwhile."""
    idea = _idea(message)
    if idea is None or idea.news != message.payload["news"]:
        return None
    return _written(message, idea, _("What becomes of your idea: %(idea)s"), "emails/idea_outcome.txt")


def _idea(message: Message) -> Idea | None:
    rows = Idea.objects.visible_to(message.recipient).with_people().select_related("engagement__client")
    return rows.filter(pk=message.payload["idea"], said_by=message.recipient).first()


def _written(message: Message, idea: Idea, subject: str, template: str) -> Written:
    url = settings.BASE_URL + idea.get_absolute_url()
    context = {"name": message.recipient.name, "idea": idea, "engagement": idea.engagement, "url": url}
    return Written(subject % {"idea": idea.title}, render_to_string(template, context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "idea_thanked",
        idea_thanked,
        label=gettext_lazy("Thanks for an idea"),
        when=gettext_lazy("When somebody thanks you for an idea."),
        topic=Topic.ON_SITE,
    )
    kinds.register(
        "idea_outcome",
        idea_outcome,
        label=gettext_lazy("What becomes of an idea"),
        when=gettext_lazy("When it is decided what becomes of your idea."),
        topic=Topic.ON_SITE,
    )
