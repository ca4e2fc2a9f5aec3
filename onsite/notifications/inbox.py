"""What was told to a person, on a page of their own; and by which channels they want to be told."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from onsite.accounts.models import User
from onsite.core import audit
from onsite.notifications import kinds
from onsite.notifications.kinds import Kind, Written
from onsite.notifications.models import Message, Muting

# A preview looks at no more of the newest messages than this for one that can still be written.
MOST_TRIED = 5


def written_for(message: Message) -> Written | None:
    """Write the message as it reads now, in its reader's language and hours; None where there is nothing left to tell."""
    zone = timezone.get_default_timezone() if message.address else message.recipient.zone
    with translation.override(message.reader_language), timezone.override(zone):
        return kinds.find(message.kind).write(message)


def wants(message: Message, channel: Muting.Channel) -> bool:
    """Say whether the message goes to its reader by this channel. Asked when it is sent, so that a choice holds at once.

    What must be mailed is, whatever was chosen when its kind could still be muted. A code is nothing to read again.
    """
    kind = kinds.find(message.kind)
    if channel == Muting.Channel.MAIL and kind.must:
        return True
    if channel == Muting.Channel.INBOX and kind.topic == kinds.Topic.ACCOUNT:
        return False
    return not Muting.objects.filter(user=message.recipient_id, kind=message.kind, channel=channel).exists()


def count_unread(user_id: int) -> None:
    """Keep with the person how many of their messages are new. Call it in the transaction of the change.

    The person's row is locked first: of two who count at once, the second one counts what the first has written.
    """
    person = User.objects.select_for_update(no_key=True).filter(pk=user_id)
    if person.exists():
        number = Message.objects.filter(recipient=user_id).unread().count()
        User.objects.filter(pk=user_id).update(unread_messages=number)


def read(*, actor: User, message: Message | None = None) -> None:
    """Mark one of a person's messages as read, or all of them."""
    rows = Message.objects.visible_to(actor).unread()
    if message is not None:
        rows = rows.filter(pk=message.pk)
    with transaction.atomic():
        if rows.order_by().update(read_at=timezone.now()):
            count_unread(actor.pk)
            actor.refresh_from_db(fields=["unread_messages"])


def text_of(message: Message) -> Written | None:
    """Return what a message of the inbox says by now; None where there is nothing left to tell, or it held a secret."""
    try:
        kind = kinds.find(message.kind)
    except KeyError:  # of an earlier release
        return None
    return None if kind.is_secret else written_for(message)


def preview(user: User, name: str, kind: Kind) -> Written | None:
    """Return a message of this kind as it would be written for this person now, from the newest they were told; None where
    none was, or none can be written any more."""
    if kind.is_secret:
        return None
    rows = Message.objects.visible_to(user).filter(kind=name).select_related("recipient")
    return next(filter(None, map(written_for, rows[:MOST_TRIED])), None)


def muted(user: User) -> set[tuple[str, str]]:
    """Return the kinds and channels by which this person does not want to be told."""
    return set(user.mutings.values_list("kind", "channel"))


@transaction.atomic
def choose(*, actor: User, mail: Iterable[str], inbox: Iterable[str]) -> None:
    """Keep which kinds are mailed to a person, and which count as new in the inbox: the named ones are, the others not."""
    offered = kinds.for_reader(actor)
    ticked = {Muting.Channel.MAIL: set(mail), Muting.Channel.INBOX: set(inbox)}
    # The person's row in front: of two pages saved at once, the later one holds, whole.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    before = muted(actor)
    after = {
        (name, str(channel))
        for channel, wanted in ticked.items()
        for name, kind in offered.items()
        if name not in wanted and may_mute(kind, channel)
    }
    if after == before:
        return
    actor.mutings.all().delete()
    Muting.objects.bulk_create(Muting(user=actor, kind=name, channel=channel) for name, channel in sorted(after))
    data = {"muted": [f"{name} {channel}" for name, channel in sorted(after)]}
    audit.record(chain=audit.COMPANY, actor=actor, action="notifications.chosen", target=actor, data=data)


def may_mute(kind: Kind, channel: str) -> bool:
    """Say whether a person may choose not to be told of this kind by this channel."""
    if channel == Muting.Channel.INBOX:
        return kind.topic != kinds.Topic.ACCOUNT
    return not kind.must


def example(kind: Kind, user: User) -> Written:
    """Return a plain example of a message, for somebody who was told none of this kind yet."""
    words = {"name": user.name, "when": kind.when}
    body = (
        _("Hello %(name)s,\n\n(Here stands what it is about. %(when)s)\n\nAnd below, the address of its page.") % words
    )
    return Written(str(kind.label), body)
