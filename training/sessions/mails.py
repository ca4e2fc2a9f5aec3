"""How the mails about training sessions are written: when they are sent, and only where they are still true then.

A learner's mail holds their personal link. It is made while the mail is written, so that it lies nowhere else.
"""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onsite.notifications import kinds
from onsite.notifications.calendar import CANCEL, REQUEST, Party
from onsite.notifications.kinds import KEEPS_THE_CALENDAR, Readers, Topic, Written
from onsite.notifications.models import Message
from training.learning.access import learners_with_access, link_for
from training.models import TrainingSession
from training.services.invitations import CANCELLATION, INVITATION, REMINDER
from training.sessions.calendar import entry
from training.sessions.titles import with_agreed_titles


def invited(message: Message) -> Written | None:
    """Somebody is asked to come, or the time or place has changed; nothing where it has begun, or they are off again."""
    session = _to_come(message)
    if session is None:
        return None
    words = {"course": session.course.title, "at": _when(session)}
    is_news = message.payload.get("is_news")
    subject = _("Training, now %(at)s: %(course)s") if is_news else _("Training on %(at)s: %(course)s")
    return _written(message, session, subject % words, "emails/training_invitation.txt", REQUEST)


def reminded(message: Message) -> Written | None:
    """A session is on the next working day; nothing where it was moved, which has a reminder of its own."""
    session = _to_come(message)
    if session is None:
        return None
    subject = _("Reminder: training on %(at)s, %(course)s") % {"course": session.course.title, "at": _when(session)}
    return _written(message, session, subject, "emails/training_reminder.txt", "")


def called_off(message: Message) -> Written | None:
    """Somebody does not have to come; nothing where they were asked to come again meanwhile."""
    session = _session(message)
    if session is None or (session.is_planned and _is_expected(message, session)):
        return None
    subject = _("Not for you any more: training on %(at)s, %(course)s")
    if session.state == TrainingSession.State.CANCELLED:
        subject = _("Cancelled: training on %(at)s, %(course)s")
    words = {"course": session.course.title, "at": _when(session)}
    return _written(message, session, subject % words, "emails/training_cancelled.txt", CANCEL)


def _session(message: Message) -> TrainingSession | None:
    rows = TrainingSession.objects.unscoped().select_related("engagement__client", "course", "trainer")
    found = with_agreed_titles(list(rows.filter(pk=message.payload["session"])))
    return found[0] if found else None


def _to_come(message: Message) -> TrainingSession | None:
    """Return the session, where it is still to come and this person is still expected, at the address the mail goes to."""
    session = _session(message)
    if session is None or not session.is_planned or session.starts_at <= timezone.now():
        return None
    is_on = session.engagement.is_running and _is_expected(message, session)
    return session if is_on else None


def _is_expected(message: Message, session: TrainingSession) -> bool:
    learner = message.payload.get("learner")
    if learner is None:
        return session.trainer_id == message.recipient_id
    # Of somebody whose address was mended, the old one may be a stranger's: a link must not go there, also not late.
    rows = session.enrolments.filter(learner=learner, learner__left_at=None)
    return rows.filter(learner__email=message.address).exists()


def _written(message: Message, session: TrainingSession, subject: str, template: str, method: str) -> Written:
    context = {
        "name": message.reader_name,
        "session": session,
        "engagement": session.engagement,
        "when": _when(session),
        "url": settings.BASE_URL + _path_for(message, session, is_off=method == CANCEL),
        "is_trainer": not message.address,
    }
    ics = b""
    if method:
        home = reverse("learn:home") if message.address else session.get_absolute_url()
        attendee = Party(message.reader_name, message.reader_address)
        ics = entry(session, url=settings.BASE_URL + home, attendee=attendee, cancelled=method == CANCEL)
    return Written(subject, render_to_string(template, context), ics, method)


def _path_for(message: Message, session: TrainingSession, *, is_off: bool) -> str:
    """Return where this reader finds the session: with an account its page, else their own pages by a new link."""
    if not message.address:
        return session.get_absolute_url()
    learner = learners_with_access().filter(pk=message.payload["learner"], email=message.address).first()
    if is_off or learner is None:
        return reverse("learn:home")
    return reverse("learn:open", args=[link_for(learner)])


def _when(session: TrainingSession) -> str:
    """Return the day and hours at the site, with its zone: the reader may be elsewhere."""
    zone = session.engagement.zone
    begins, ends = (at.astimezone(zone) for at in (session.starts_at, session.ends_at))
    last = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{ends:%Y-%m-%d %H:%M}"
    return f"{begins:%Y-%m-%d %H:%M}–{last} ({session.engagement.zone_name})"


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        INVITATION,
        invited,
        label=gettext_lazy("Invitation to a training session"),
        when=gettext_lazy("When you are put down for a training session, and when it changes."),
        topic=Topic.TRAINING,
        must=KEEPS_THE_CALENDAR,
    )
    kinds.register(
        REMINDER,
        reminded,
        label=gettext_lazy("Reminder of a training session"),
        when=gettext_lazy("Shortly before a training session that you are put down for."),
        topic=Topic.TRAINING,
    )
    kinds.register(
        CANCELLATION,
        called_off,
        label=gettext_lazy("A training session is off"),
        when=gettext_lazy("When a training session you are put down for is not held."),
        topic=Topic.TRAINING,
        must=KEEPS_THE_CALENDAR,
    )
    kinds.register(
        "learner_link",
        own_link,
        label=gettext_lazy("Link to one's own training"),
        when=gettext_lazy("When somebody who learns without an account asks for their link."),
        topic=Topic.TRAINING,
        readers=Readers.WITHOUT_ACCOUNT,
    )


def own_link(message: Message) -> Written | None:
    """The link to one's own pages, asked for by its person; nothing where they have left, or their company reads along no more."""
    rows = learners_with_access().select_related("role__engagement__client")
    learner = rows.filter(pk=message.payload["learner"], email=message.address).first()
    if learner is None:
        return None
    url = settings.BASE_URL + reverse("learn:open", args=[link_for(learner)])
    context = {"name": learner.name, "engagement": learner.role.engagement, "url": url}
    return Written(_("Your link to your training"), render_to_string("emails/learner_link.txt", context))
