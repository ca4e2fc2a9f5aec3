"""The kinds of message: each app registers how its own are written, and they are written when they are sent.

So a message says what is true then, in the recipient's language, and one whose reason is gone is not sent at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

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


@dataclass(frozen=True)
class Kind:
    """`write` returns None where there is nothing left to tell; a secret kind's payload is erased when it is over.

    `label` names the kind on the page of messages.
    """

    write: Writer
    label: str | Promise
    is_secret: bool = False


_kinds: dict[str, Kind] = {}


def register(name: str, write: Writer, *, label: str | Promise = "", is_secret: bool = False) -> None:
    """Say how messages of this kind are written."""
    _kinds[name] = Kind(write, label or name, is_secret)


def find(name: str) -> Kind:
    """Return the kind. Raises KeyError for a name nobody registered."""
    return _kinds[name]


def label_of(name: str) -> str:
    """Return the kind's name for people; the bare name where nobody registered it."""
    return str(_kinds[name].label) if name in _kinds else name


def secret_ones() -> set[str]:
    """Return the names of the kinds whose payload holds a secret."""
    return {name for name, kind in _kinds.items() if kind.is_secret}
