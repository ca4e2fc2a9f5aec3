"""How the messages about sharing sessions are written: when they are sent, and only where they are still true then."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onsite.accounts import zones
from onsite.accounts.models import User
from onsite.notifications import calendar, kinds
from onsite.notifications.kinds import KEEPS_THE_CALENDAR, Readers, Topic, Written
from onsite.notifications.models import Message
from training.models import Sharing, SharingAction
from training.models.sharing import SharingQuerySet
from training.services.sharing_messages import CANCELLATION, INVITATION, prefix_of


def sharing_invited(message: Message) -> Written | None:
    """A session to come, with its entry for the calendar; nothing where it is over, or one is not invited any more."""
    user = message.recipient
    row = _found(message, Sharing.objects.visible_to(user).filter(state=Sharing.State.PLANNED))
    if row is None or not _is_invited(user, row):
        return None
    subject = _("Sharing session: %(topic)s")
    if _knows_of_it(user, row):
        subject = _("Sharing session, as it is now: %(topic)s")
    return _written(user, row, subject, cancelled=False)


def sharing_cancelled(message: Message) -> Written | None:
    """A session that was called off, or that one is not invited to any more."""
    user = message.recipient
    row = _found(message, Sharing.objects.all())
    is_off = row is not None and (row.state == Sharing.State.CANCELLED or not _is_invited(user, row))
    if row is None or not is_off or not user.is_active or user.is_client:
        return None
    return _written(user, row, _("Cancelled: %(topic)s"), cancelled=True)


def sharing_action_due(message: Message) -> Written | None:
    """What was agreed in a session is due today; nothing where it is done, called off, or somebody else's by now."""
    rows = SharingAction.objects.to_do().filter(sharing__in=Sharing.objects.visible_to(message.recipient))
    row = rows.filter(pk=message.payload["action"], owner=message.recipient).select_related("sharing").first()
    if row is None:
        return None
    url = f"{settings.BASE_URL}{row.sharing.get_absolute_url()}#actions"
    context = {"name": message.recipient.name, "action": row, "sharing": row.sharing, "url": url}
    return Written(_("Due today: %(action)s") % {"action": row.text}, _body("action_due", context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        INVITATION,
        sharing_invited,
        label=gettext_lazy("Invitation to a sharing session"),
        when=gettext_lazy("When you are invited to a sharing session, and when it changes."),
        topic=Topic.SHARING,
        readers=Readers.VENDOR,
        must=KEEPS_THE_CALENDAR,
    )
    kinds.register(
        CANCELLATION,
        sharing_cancelled,
        label=gettext_lazy("Sharing session cancelled"),
        when=gettext_lazy("When a sharing session you were invited to is called off."),
        topic=Topic.SHARING,
        readers=Readers.VENDOR,
        must=KEEPS_THE_CALENDAR,
    )
    kinds.register(
        "sharing_action_due",
        sharing_action_due,
        label=gettext_lazy("Agreed in a sharing session, due"),
        when=gettext_lazy("On the day by which you agreed to do something."),
        topic=Topic.SHARING,
        readers=Readers.VENDOR,
    )


def entry(row: Sharing, user: User | None, *, cancelled: bool = False) -> bytes:
    """Return the session as iCalendar: a request to this person or its cancellation, or a file to take along."""
    return calendar.invitation(
        uid=f"sharing-{row.uid}@onsite",
        revision=row.revision,
        summary=row.topic,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place or row.link,
        description="\n\n".join(filter(None, [row.scene, row.link])),
        url=settings.BASE_URL + row.get_absolute_url(),
        organiser=calendar.sender(),
        attendee=calendar.Party(user.name, user.email) if user else None,
        cancelled=cancelled,
    )


def _written(user: User, row: Sharing, subject: str, *, cancelled: bool) -> Written:
    context = {
        "name": user.name,
        "sharing": row,
        "zone": zones.name(user.time_zone),
        "ends_that_day": timezone.localdate(row.starts_at) == timezone.localdate(row.ends_at),
        "url": settings.BASE_URL + row.get_absolute_url(),
    }
    method = calendar.CANCEL if cancelled else calendar.REQUEST
    body = _body("cancelled" if cancelled else "invited", context)
    return Written(subject % {"topic": row.topic}, body, entry(row, user, cancelled=cancelled), method)


def _found(message: Message, rows: SharingQuerySet) -> Sharing | None:
    found = rows.filter(pk=message.payload["sharing"]).select_related("speaker").first()
    return found if found is not None and found.ends_at > timezone.now() else None


def _is_invited(user: User, row: Sharing) -> bool:
    return row.invitations.filter(user=user).exists()


def _knows_of_it(user: User, row: Sharing) -> bool:
    """Whether the last they were told is that it takes place: the number alone also grows when others are uninvited."""
    told = Message.objects.filter(dedupe_key__startswith=prefix_of(row, user)).exclude(sent_at=None)
    last = told.order_by("-sent_at", "-pk").first()
    return last is not None and last.kind == INVITATION


def _body(name: str, context: dict[str, object]) -> str:
    return render_to_string(f"emails/sharing_{name}.txt", context)
