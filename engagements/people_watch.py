"""Who wants to know when somebody joins or leaves an engagement: the apps above, which register from `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable

from engagements.models import Engagement
from onsite.accounts.models import User

Watcher = Callable[[Engagement], None]
LeavingWatcher = Callable[[Engagement, User], None]
_watchers: list[Watcher] = []
_leaving_watchers: list[LeavingWatcher] = []


def register(watcher: Watcher) -> None:
    """Have `watcher(engagement)` run in the transaction in which somebody joined or left: what it raises undoes that."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def announce(engagement: Engagement) -> None:
    """Tell all who watch that other people are here now."""
    for watcher in _watchers:
        watcher(engagement)


def register_leaving(watcher: LeavingWatcher) -> None:
    """Have `watcher(engagement, user)` run in the transaction in which somebody was taken out of their last part."""
    if watcher not in _leaving_watchers:
        _leaving_watchers.append(watcher)


def announce_left(engagement: Engagement, user: User) -> None:
    """Tell all who watch that this person belongs here no more."""
    for watcher in _leaving_watchers:
        watcher(engagement, user)
