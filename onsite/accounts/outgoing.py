"""How this floor tells somebody something: the outbox is one floor up and registers itself here at start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from onsite.accounts.models import User


class Tell(Protocol):
    """Queues a message of a kind for a person, in the caller's transaction, once per `dedupe_key`."""

    def __call__(self, *, kind: str, recipient: User, dedupe_key: str, payload: dict[str, Any]) -> object: ...


_registered: list[Tell] = []


def register(tell: Tell) -> None:
    """Called once by the outbox when the apps are ready."""
    _registered[:] = [tell]


def tell(*, kind: str, recipient: User, dedupe_key: str, payload: dict[str, Any]) -> None:
    """Queue the message."""
    _registered[0](kind=kind, recipient=recipient, dedupe_key=dedupe_key, payload=payload)
