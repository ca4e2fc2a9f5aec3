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


@dataclass(frozen=True)
class Card:
    """A card of its own: `template` shows what was `told`."""

    template: str
    told: object


Teller = Callable[[Engagement, User], Sequence[Fact]]
CardTeller = Callable[[Engagement, User], Sequence[Card]]
_tellers: list[Teller] = []
_card_tellers: list[CardTeller] = []


def register(teller: Teller) -> None:
    """Let this function tell its facts, as the given person may see them."""
    if teller not in _tellers:
        _tellers.append(teller)


def facts(engagement: Engagement, user: User) -> Iterator[Fact]:
    """Yield what the apps above have to tell."""
    for teller in _tellers:
        yield from teller(engagement, user)


def register_card(teller: CardTeller) -> None:
    """Let this function tell what is too much for a line, as the given person may see it."""
    if teller not in _card_tellers:
        _card_tellers.append(teller)


def cards(engagement: Engagement, user: User) -> Iterator[Card]:
    """Yield the cards of the apps above."""
    for teller in _card_tellers:
        yield from teller(engagement, user)
