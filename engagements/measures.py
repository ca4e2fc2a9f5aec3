"""The facts an objective can be measured by, and the one door to the current value of an objective.

Apps above offer their facts from `AppConfig.ready()`, so that this floor imports none of them. A fact must count only
what both sides see: client and vendor read the same number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
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


@dataclass(frozen=True)
class Family:
    """Facts of which each engagement has its own, such as one for each role. A key is the prefix and what the engagement
    calls the one it is of; `label` says "%(of)s" where the name of that one stands.

    `of(engagement)` returns these names and `read(engagement)` the values now, both by what follows the prefix, and each
    in as many queries for thirty as for one. `gone` stands for the name of one that is no longer there.
    """

    prefix: str
    label: str | Promise
    unit: str | Promise
    of: Callable[[Engagement], Mapping[str, str]]
    read: Callable[[Engagement], Mapping[str, Decimal]]
    gone: str | Promise

    def named(self, name: str) -> str:
        """Return what the fact of the one of this name is called; "" for one that is gone."""
        return str(self.label) % {"of": name or self.gone}


_measures: dict[str, Measure] = {}
_families: list[Family] = []


def register(key: str, label: str | Promise, unit: str | Promise, read: Read) -> None:
    """Offer a fact under a key of at most 40 characters, which stays as it is once objectives use it."""
    _measures[key] = Measure(key, label, unit, read)


def register_many(
    prefix: str,
    label: str | Promise,
    unit: str | Promise,
    *,
    of: Callable[[Engagement], Mapping[str, str]],
    read: Callable[[Engagement], Mapping[str, Decimal]],
    gone: str | Promise,
) -> None:
    """Offer a `Family` of facts; the prefix stays as it is once objectives use it."""
    if all(family.prefix != prefix for family in _families):
        _families.append(Family(prefix, label, unit, of, read, gone))


def family_of(key: str) -> Family | None:
    """Return the family this key is of, or None."""
    return next((family for family in _families if key.startswith(family.prefix)), None)


def find(key: str) -> Measure | None:
    """Return the fact of this key that every engagement has, or None where no app offers it."""
    return _measures.get(key)


def offered(engagement: Engagement) -> list[Measure]:
    """Return every fact of this engagement, in the order of their registration; those of families come last. One query
    for each family."""
    own = (
        Measure(family.prefix + key, family.named(name), family.unit, _reader(family, key))
        for family in _families
        for key, name in family.of(engagement).items()
    )
    return [*_measures.values(), *own]


def _reader(family: Family, key: str) -> Read:
    return lambda engagement: family.read(engagement).get(key)


def label_of(key: str, of: str = "") -> str:
    """Return what the fact is called in the reader's language; "" for none, the key for one that no app offers. For one
    of a family `of` is the name it goes by (see `names_of`)."""
    found, family = find(key), family_of(key)
    if family is not None:
        return family.named(of)
    return str(found.label) if found else key


def names_of(engagement: Engagement, keys: Iterable[str]) -> dict[str, str]:
    """Return, for the keys of families, the name of what each is of; what is gone is not there. One query for each family
    that these keys are of."""
    wanted = set(keys)
    families = {family.prefix: family for key in wanted if (family := family_of(key))}
    every = {prefix + key: name for prefix, family in families.items() for key, name in family.of(engagement).items()}
    return {key: name for key, name in every.items() if key in wanted}


def measure(engagement: Engagement, objectives: ObjectiveQuerySet) -> list[Measured]:
    """Return the objectives of this engagement with their current values: the newest reading by hand, or the fact as it
    is now. One query, and one more for each different fact; a family asks as often for thirty of its facts as for one."""
    rows = list(objectives.with_newest_reading())
    keys = {row.measure for row in rows if row.measure}
    facts, names = _read(engagement, keys), names_of(engagement, keys)
    return [
        _from_fact(engagement, row, facts[row.measure], names.get(row.measure, ""))
        if row.measure
        else Measured(row, *(getattr(row, f"newest_{name}") for name in ("value", "on", "evidence")))
        for row in rows
    ]


def _read(engagement: Engagement, keys: Collection[str]) -> dict[str, Decimal | None]:
    """Return the facts of these keys as they are now, each family read once."""
    values: dict[str, Mapping[str, Decimal]] = {}
    facts: dict[str, Decimal | None] = {}
    for key in keys:
        found, family = find(key), family_of(key)
        if family is not None:
            if family.prefix not in values:
                values[family.prefix] = family.read(engagement)
            facts[key] = values[family.prefix].get(key.removeprefix(family.prefix))
        else:
            facts[key] = found.read(engagement) if found else None
    return facts


def _from_fact(engagement: Engagement, row: Objective, value: Decimal | None, of: str) -> Measured:
    if value is None:
        return Measured(row, None, None, "")
    evidence = _("Counted by OnSite: %(fact)s") % {"fact": label_of(row.measure, of)}
    return Measured(row, value, engagement.today(), evidence)
