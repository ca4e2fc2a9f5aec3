"""The facts an objective can be measured by, and the one door to the current value of an objective.

Apps above offer their facts from `AppConfig.ready()`, so that this floor imports none of them. A fact must count only
what both sides see: client and vendor read the same number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from engagements.models import Engagement, Objective
from engagements.models.goals import ObjectiveQuerySet

Read = Callable[[Engagement], Decimal | None]


@dataclass(frozen=True)
class Measure:
    """A fact. `read(engagement)` returns its value now, or None where it can't be told yet; `unit` is its unit."""

    key: str
    label: str | Promise
    unit: str | Promise
    read: Read


@dataclass(frozen=True)
class Measured:
    """An objective with its current value; value and day are None, `evidence` is "" where nobody measured."""

    objective: Objective
    value: Decimal | None
    on: date | None
    evidence: str

    @property
    def is_reached(self) -> bool:
        return self.value is not None and self.objective.is_reached_by(self.value)


_measures: dict[str, Measure] = {}


def register(key: str, label: str | Promise, unit: str | Promise, read: Read) -> None:
    """Offer a fact under a key of at most 40 characters, which stays as it is once objectives use it."""
    _measures[key] = Measure(key, label, unit, read)


def find(key: str) -> Measure | None:
    """Return the fact of this key, or None where no app offers it."""
    return _measures.get(key)


def offered() -> list[Measure]:
    """Return every fact there is, in the order of their registration."""
    return list(_measures.values())


def label_of(key: str) -> str:
    """Return what the fact is called in the reader's language; "" for none, the key for one that no app offers."""
    found = find(key)
    return str(found.label) if found else key


def measure(engagement: Engagement, objectives: ObjectiveQuerySet) -> list[Measured]:
    """Return the objectives of this engagement with their current values: the newest reading by hand, or the fact as it
    is now. One query, and one more for each different fact."""
    facts: dict[str, Decimal | None] = {}
    found = []
    for row in objectives.with_newest_reading():
        if not row.measure:
            by_hand = (getattr(row, f"newest_{name}") for name in ("value", "on", "evidence"))
            found.append(Measured(row, *by_hand))
            continue
        if row.measure not in facts:
            offered_fact = find(row.measure)
            facts[row.measure] = offered_fact.read(engagement) if offered_fact else None
        found.append(_from_fact(engagement, row, facts[row.measure]))
    return found


def _from_fact(engagement: Engagement, row: Objective, value: Decimal | None) -> Measured:
    if value is None:
        return Measured(row, None, None, "")
    evidence = _("Counted by OnSite: %(fact)s") % {"fact": label_of(row.measure)}
    return Measured(row, value, engagement.today(), evidence)
