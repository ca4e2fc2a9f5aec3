"""Who wants to know when somebody joins or leaves an engagement: the apps above, which register from `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable

from engagements.models import Engagement

Watcher = Callable[[Engagement], None]
_watchers: list[Watcher] = []


def register(watcher: Watcher) -> None:
    """Have `watcher(engagement)` run in the transaction in which somebody joined or left: what it raises undoes that."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def announce(engagement: Engagement) -> None:
    """Tell all who watch that other people are here now."""
    for watcher in _watchers:
        watcher(engagement)
