"""Who wants to know that a person has opened their account: floors above register themselves here at start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onsite.accounts.models import User

_listeners: list[Callable[[User], None]] = []


def register(listener: Callable[[User], None]) -> None:
    """Call `listener` in the transaction in which a person opens their account."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(user: User) -> None:
    """Tell everybody who registered."""
    for listener in _listeners:
        listener(user)
