"""Who wants to know when an engagement is closed or cancelled: the apps above, which register from `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable

from engagements.models import Engagement
from onsite.accounts.models import User

Watcher = Callable[[User, Engagement], None]
# Says in a sentence what the watcher would do, "" where there is nothing to do. At most one query.
Foretell = Callable[[Engagement], str]
_watchers: dict[Watcher, Foretell | None] = {}


def register(watcher: Watcher, foretell: Foretell | None = None) -> None:
    """Have `watcher(actor, engagement)` run in the transaction that ends an engagement, under its lock: what it raises
    undoes the end. Whoever is about to end it is told what `foretell(engagement)` says."""
    _watchers[watcher] = foretell


def foretold(engagement: Engagement) -> list[str]:
    """Return what ending this engagement does besides, a sentence each."""
    return [told for foretell in _watchers.values() if foretell and (told := foretell(engagement))]


def announce(actor: User, engagement: Engagement) -> None:
    """Tell all who watch that nothing goes on here any more."""
    for watcher in _watchers:
        watcher(actor, engagement)
