"""What stands in the way of a function, an objective or a task: known to the apps above, which register it from
`AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from engagements.models import Engagement
from onsite.accounts.models import User

Subject = Literal["functions", "objectives", "tasks"]


@dataclass(frozen=True)
class Trouble:
    """What is open about one row: how many things, in words, and where they are told."""

    text: str
    url: str


Teller = Callable[[Engagement, User, Subject], Mapping[int, Trouble]]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Let this function tell, by the row's id, what is open about rows of a kind, as the given person may see it."""
    if teller not in _tellers:
        _tellers.append(teller)


def open_about(engagement: Engagement, user: User, subject: Subject) -> dict[int, list[Trouble]]:
    """Return by the row's id what the apps above have to tell; a query for each."""
    found: dict[int, list[Trouble]] = {}
    for teller in _tellers:
        for pk, trouble in teller(engagement, user, subject).items():
            found.setdefault(pk, []).append(trouble)
    return found
