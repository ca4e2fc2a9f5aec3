"""Who wants to know when a change request is decided, undecided again, or carried out: the apps above, which register
from `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable

from engagements.models import ChangeRequest
from onsite.accounts.models import User

Watcher = Callable[[User, ChangeRequest], None]
_watchers: list[Watcher] = []


def register(watcher: Watcher) -> None:
    """Have `watcher(actor, change)` run in the transaction in which the change took its turn, under the engagement's
    lock: what it raises undoes that turn."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def announce(actor: User, change: ChangeRequest) -> None:
    """Tell all who watch that this change has taken a turn."""
    for watcher in _watchers:
        watcher(actor, change)
