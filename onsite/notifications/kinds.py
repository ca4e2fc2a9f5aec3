"""The kinds of message: each app registers how its own are written, and they are written when they are sent.

So a message says what is true then, in the recipient's language, and one whose reason is gone is not sent at all. What a
kind is about, when it comes and who gets it stands with it, for the page on which each chooses what is mailed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onsite.accounts.models import User
from onsite.notifications.models import Message


@dataclass(frozen=True)
class Written:
    """A message ready to send: plain text, subject on one line; with a `calendar` an entry for the reader's own, as
    `onsite.notifications.calendar` writes it, and the `method` it says."""

    subject: str
    body: str
    calendar: bytes = b""
    method: str = ""


Writer = Callable[[Message], Written | None]


class Topic(TextChoices):
    """What a kind is about; the choices are grouped by it, in this order."""

    ACCOUNT = "account", _("Your account")
    ENGAGEMENT = "engagement", _("The engagement")
    PREPARATION = "preparation", _("Documents, interviews and signatures")
    ON_SITE = "on_site", _("On site")
    TRAINING = "training", _("Training")
    REVIEW = "review", _("Reports, visits and surveys")
    SHARING = "sharing", _("Wiki and sharing sessions")


class Readers(TextChoices):
    """Who can get a kind at all."""

    EVERYONE = "everyone"
    VENDOR = "vendor"
    CLIENT = "client"
    # By a bare address: there is nobody who could choose.
    WITHOUT_ACCOUNT = "without_account"


# Why a kind is mailed whatever its reader chose.
HOLDS_A_SECRET = _("It holds a link or a code for you alone, which is kept nowhere else.")
WAITS_FOR_YOU = _("Something can't go on until you have acted.")
KEEPS_THE_CALENDAR = _("It keeps the entry in your own calendar right.")


@dataclass(frozen=True)
class Kind:
    """`write` returns None where there is nothing left to tell; a secret kind's payload is erased when it is over.

    `label` names the kind to people, `when` says in a sentence when it comes. `must` is the reason why it is always mailed,
    "" where its reader may choose.
    """

    write: Writer
    label: str | Promise
    is_secret: bool = False
    when: str | Promise = ""
    topic: Topic = Topic.ENGAGEMENT
    readers: Readers = Readers.EVERYONE
    must: str | Promise = ""

    def may_reach(self, user: User) -> bool:
        """Say whether this person can get such messages at all."""
        if self.readers in {Readers.VENDOR, Readers.CLIENT}:
            return user.is_client == (self.readers == Readers.CLIENT)
        return self.readers == Readers.EVERYONE


_kinds: dict[str, Kind] = {}


def register(
    name: str, write: Writer, *, label: str | Promise = "", is_secret: bool = False, when: str | Promise = "",
    topic: Topic = Topic.ENGAGEMENT, readers: Readers = Readers.EVERYONE, must: str | Promise = "",
) -> None:  # fmt: skip
    """Say how messages of this kind are written, when they come and to whom. A secret's mail can't be done without."""
    must = must or (HOLDS_A_SECRET if is_secret else "")
    _kinds[name] = Kind(write, label or name, is_secret, when, topic, readers, must)


def for_reader(user: User) -> dict[str, Kind]:
    """Return the kinds this person can get, by topic in the topics' order."""
    mine = [(name, kind) for name, kind in _kinds.items() if kind.may_reach(user)]
    order = list(Topic)
    return dict(sorted(mine, key=lambda item: order.index(item[1].topic)))


def find(name: str) -> Kind:
    """Return the kind. Raises KeyError for a name nobody registered."""
    return _kinds[name]


def label_of(name: str) -> str:
    """Return the kind's name for people; the bare name where nobody registered it."""
    return str(_kinds[name].label) if name in _kinds else name


def secret_ones() -> set[str]:
    """Return the names of the kinds whose payload holds a secret."""
    return {name for name, kind in _kinds.items() if kind.is_secret}
