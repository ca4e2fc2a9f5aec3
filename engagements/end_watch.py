"""Who wants to know when an engagement is closed or cancelled: the apps above, which register from `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable

from engagements.models import Engagement
from onsite.accounts.models import User

Watcher = Callable[[User, Engagement], None]
_watchers: list[Watcher] = []


def register(watcher: Watcher) -> None:
    """Have `watcher(actor, engagement)` run in the transaction that ends an engagement, under its lock: what it raises
    undoes the end."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def announce(actor: User, engagement: Engagement) -> None:
    """Tell all who watch that nothing goes on here any more."""
    for watcher in _watchers:
        watcher(actor, engagement)
