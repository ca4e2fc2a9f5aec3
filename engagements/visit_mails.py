"""How the messages about follow-up visits are written: when they are sent, and only where they are still true then.

What goes to the client says the hour and the place, nothing of ours.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements import visit_people
from engagements.models import FollowUpVisit, NewNeed
from engagements.services.visit_invitations import CANCELLATION, INVITATION, everybody
from onsite.notifications import kinds
from onsite.notifications.calendar import CANCEL, REQUEST, Party, invitation, sender
from onsite.notifications.kinds import KEEPS_THE_CALENDAR, Readers, Topic, Written
from onsite.notifications.models import Message


def reminder(message: Message) -> Written | None:
    """A follow-up visit is near; nothing where it was held, replaced or moved to another day."""
    visit = _open_visit(message)
    if visit is None or message.recipient not in visit_people.reminded_of(visit):
        return None
    words = {"day": date_format(visit.day()), "engagement": visit.engagement.name}
    subject = _("Follow-up visit on %(day)s: %(engagement)s") % words
    return _written(message, subject, "emails/visit_reminder.txt", visit)


def overdue(message: Message) -> Written | None:
    """A visit was not held three working days after its day: for the manager who runs it."""
    visit = _open_visit(message)
    is_theirs = visit is not None and message.recipient_id == visit.engagement.created_by_id
    if visit is None or not is_theirs or str(visit.day()) != message.payload["day"]:
        return None
    words = {"client": visit.engagement.client.short_name, "visit": visit.get_kind_display()}
    attempts = visit.attempts.visible_to(message.recipient).count()
    return _written(
        message, _("Overdue: %(visit)s, %(client)s") % words, "emails/visit_overdue.txt", visit, attempts=attempts
    )


def invited(message: Message) -> Written | None:
    """Somebody is asked to be there, or the hour or place has changed; nothing where it is over, or they are off again."""
    visit = _visit(message)
    at = visit.appointed_at if visit else None
    if visit is None or at is None or not _is_expected(message, visit):
        return None
    is_news = message.payload.get("is_news")
    subject = (
        _("Follow-up visit, now %(at)s: %(engagement)s") if is_news else _("Follow-up visit %(at)s: %(engagement)s")
    )
    words = {"at": _hour(visit, at), "engagement": visit.engagement.name}
    entry = _entry(message, visit, at, revision=visit.invitation_sequence)
    return _written(message, subject % words, "emails/visit_invitation.txt", visit, entry, REQUEST)


def called_off(message: Message) -> Written | None:
    """The visit is not held at that hour, or without them; nothing where they were asked again meanwhile."""
    visit = _visit(message)
    if visit is None or _is_expected(message, visit):
        return None
    at, revision = datetime.fromisoformat(message.payload["at"]), message.payload["revision"]
    words = {"at": _hour(visit, at), "engagement": visit.engagement.name}
    subject = _("Not held: follow-up visit %(at)s, %(engagement)s") % words
    entry = _entry(message, visit, at, revision=revision, cancelled=True)
    return _written(message, subject, "emails/visit_cancelled.txt", visit, entry, CANCEL, when=words["at"])


def new_need(message: Message) -> Written | None:
    """A client asked for something new, and this person follows it up; nothing where somebody else does by now."""
    rows = NewNeed.objects.visible_to(message.recipient).open().filter(owner=message.recipient)
    need = rows.select_related("visit__engagement__client").filter(pk=message.payload["need"]).first()
    if need is None:
        return None
    subject = _("New need of %(client)s") % {"client": need.visit.engagement.client.short_name}
    url = reverse("reports:new_need", args=[need.pk])
    return _written(message, subject, "emails/new_need.txt", need.visit, url=url, need=need)


def _visit(message: Message) -> FollowUpVisit | None:
    people = ("engagement__client", "engagement__created_by", "holder")
    rows = FollowUpVisit.objects.unscoped().select_related(*people)
    return rows.filter(pk=message.payload["visit"]).first()


def _open_visit(message: Message) -> FollowUpVisit | None:
    """Return the visit where it is open and this person may see it."""
    rows = FollowUpVisit.objects.visible_to(message.recipient).open()
    return _visit(message) if rows.filter(pk=message.payload["visit"]).exists() else None


def _is_expected(message: Message, visit: FollowUpVisit) -> bool:
    """Whether this person is to be there. Those of the client need no account of OnSite, but a part in the engagement."""
    if not visit.is_open or visit.appointed_at is None or visit.appointed_at <= timezone.now():
        return False
    if message.recipient_id == visit.holder_id:
        return message.recipient.is_active
    theirs = visit_people.invitable(visit.engagement).filter(pk=message.recipient.pk)
    return message.recipient in everybody(visit) and theirs.exists()


def _hour(visit: FollowUpVisit, at: datetime) -> str:
    """Return the day and hour at the site, with its zone: the reader may be elsewhere."""
    return f"{at.astimezone(visit.engagement.zone):%Y-%m-%d %H:%M} ({visit.engagement.zone_name})"


def _entry(message: Message, visit: FollowUpVisit, at: datetime, *, revision: int, cancelled: bool = False) -> bytes:
    host = settings.BASE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    words = {"engagement": visit.engagement.name, "client": visit.engagement.client.short_name}
    return invitation(
        uid=f"visit-{visit.pk}@{host}",
        revision=revision,
        summary=_("Follow-up visit: %(client)s, %(engagement)s") % words,
        starts_at=at,
        ends_at=at + visit.LASTS,
        place=visit.place,
        description=str(visit.get_channel_display()),
        url=settings.BASE_URL + visit.get_absolute_url(),
        organiser=sender(),
        attendee=Party(message.reader_name, message.reader_address),
        cancelled=cancelled,
    )


def _written(
    message: Message, subject: str, template: str, visit: FollowUpVisit, calendar: bytes = b"", method: str = "",
    *, url: str = "", **more: object,
) -> Written:  # fmt: skip
    context = {
        "name": message.reader_name,
        "visit": visit,
        "engagement": visit.engagement,
        "when": _hour(visit, visit.appointed_at) if visit.appointed_at else "",
        "url": settings.BASE_URL + (url or visit.get_absolute_url()),
    }
    return Written(subject, render_to_string(template, context | more), calendar, method)


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "visit_reminder",
        reminder,
        label=gettext_lazy("Reminder of a follow-up visit"),
        when=gettext_lazy("Some days before a follow-up visit that you hold or look after."),
        topic=Topic.REVIEW,
        readers=Readers.VENDOR,
    )
    kinds.register(
        "visit_overdue",
        overdue,
        label=gettext_lazy("A follow-up visit is overdue"),
        when=gettext_lazy("When a visit of an engagement you run was not held three working days after its day."),
        topic=Topic.REVIEW,
        readers=Readers.VENDOR,
    )
    kinds.register(
        INVITATION,
        invited,
        label=gettext_lazy("Invitation to a follow-up visit"),
        when=gettext_lazy("When you are expected at a visit, and when its hour or place changes."),
        topic=Topic.REVIEW,
        must=KEEPS_THE_CALENDAR,
    )
    kinds.register(
        CANCELLATION,
        called_off,
        label=gettext_lazy("A follow-up visit is off"),
        when=gettext_lazy("When a visit you were expected at is not held at that hour."),
        topic=Topic.REVIEW,
        must=KEEPS_THE_CALENDAR,
    )
    kinds.register(
        "new_need",
        new_need,
        label=gettext_lazy("New need of a client"),
        when=gettext_lazy("When a client asks for something new and you are to follow it up."),
        topic=Topic.REVIEW,
        readers=Readers.VENDOR,
    )
