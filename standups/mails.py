"""How the messages about concerns are written: when they are sent, and only where they are still true then."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onsite.notifications import kinds
from onsite.notifications.kinds import Readers, Topic, Written
from onsite.notifications.models import Message
from standups.models import ConcernState, Problem, Reply
from standups.services.concerns import leader_of
from standups.services.replies import asked_to_judge


def concern_raised(message: Message) -> Written | None:
    """A doubt of the client's waits for an answer; nothing where it has one, or somebody else leads by now."""
    problem = _concern(message, ConcernState.OPEN)
    if problem is None or problem.replies.given().exists() or message.recipient != leader_of(problem.engagement):
        return None
    subject = _("A concern was raised: %(concern)s") % {"concern": problem.title}
    return _written(message, problem, subject, "emails/concern_raised.txt")


def concern_answered(message: Message) -> Written | None:
    """An answer waits for the client's word; nothing where they have said it. Holds what the client may read."""
    problem = _concern(message, ConcernState.ANSWERED)
    if problem is None or message.recipient not in asked_to_judge(problem):
        return None
    reply = problem.replies.visible_to(message.recipient).order_by("-round").first()
    if reply is None or f"{reply.round}:answered" != message.payload["occasion"]:
        return None
    subject = _("Your concern was answered: %(concern)s") % {"concern": problem.title}
    return _written(message, problem, subject, "emails/concern_answered.txt", reply=reply)


def concern_reopened(message: Message) -> Written | None:
    """An answer did not settle it; nothing where the next one was given."""
    problem = _concern(message, ConcernState.OPEN)
    reply = problem.replies.visible_to(message.recipient).given().order_by("-round").first() if problem else None
    if problem is None or reply is None or f"{reply.round}:reopened" != message.payload["occasion"]:
        return None
    if message.recipient not in {leader_of(problem.engagement), reply.answered_by}:
        return None
    subject = _("Not settled yet: %(concern)s") % {"concern": problem.title}
    return _written(message, problem, subject, "emails/concern_reopened.txt", reply=reply)


def _concern(message: Message, state: ConcernState) -> Problem | None:
    """Return the concern, if this person may see it and it stands as the message says."""
    rows = Problem.objects.visible_to(message.recipient).concerns().filter(concern_state=state)
    problem = rows.select_related("engagement__client", "engagement__created_by", "said_by").filter(
        pk=message.payload["problem"]
    ).first()  # fmt: skip
    return problem if problem is not None and problem.engagement.is_running else None


def _written(message: Message, problem: Problem, subject: str, template: str, reply: Reply | None = None) -> Written:
    context = {
        "name": message.recipient.name,
        "engagement": problem.engagement,
        "problem": problem,
        "reply": reply,
        "who": problem.said_by.name if problem.said_by else problem.said_by_name,
        "url": settings.BASE_URL + problem.get_absolute_url(),
    }
    return Written(subject, render_to_string(template, context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "concern_raised",
        concern_raised,
        label=gettext_lazy("A concern was raised"),
        when=gettext_lazy("When a doubt is raised in an engagement you lead."),
        topic=Topic.ON_SITE,
        readers=Readers.VENDOR,
    )
    kinds.register(
        "concern_answered",
        concern_answered,
        label=gettext_lazy("A concern was answered"),
        when=gettext_lazy("When a concern was answered and your word is asked for."),
        topic=Topic.ON_SITE,
        readers=Readers.CLIENT,
    )
    kinds.register(
        "concern_reopened",
        concern_reopened,
        label=gettext_lazy("A concern is not settled"),
        when=gettext_lazy("When an answer did not settle a concern."),
        topic=Topic.ON_SITE,
        readers=Readers.VENDOR,
    )
