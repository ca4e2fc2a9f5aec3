"""What the apps above tell on an engagement's overview; they register it from `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engagements.models import Engagement
from onsite.accounts.models import User


@dataclass(frozen=True)
class Fact:
    """One thing worth knowing; `kind` is ok, warn, bad, info or "" and only colours the words."""

    label: str
    value: str
    url: str = ""
    kind: str = ""


Teller = Callable[[Engagement, User], Sequence[Fact]]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Let this function tell its facts, as the given person may see them."""
    if teller not in _tellers:
        _tellers.append(teller)


def facts(engagement: Engagement, user: User) -> Iterator[Fact]:
    """Yield what the apps above have to tell."""
    for teller in _tellers:
        yield from teller(engagement, user)
