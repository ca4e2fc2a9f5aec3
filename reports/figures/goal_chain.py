"""What became of an objective after the closing report, and what stands in no chain (N6)."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from reports.figures.attainment import Attainment, Direction, attainment

Change = Literal["held", "improved", "decayed", "not_measured"]
Goal = TypeVar("Goal", bound=Hashable)
Work = TypeVar("Work", bound=Hashable)
Proof = TypeVar("Proof", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Later:
    """A value measured again: how far it reaches, and what became of the closing value since."""

    attainment: Attainment
    change: Change


@dataclass(frozen=True, slots=True)
class Course:
    """The closing value's attainment, and one `Later` for each visit in the order they were given."""

    closing: Attainment
    later: tuple[Later, ...]


def course(
    *,
    baseline: Decimal | None,
    target: Decimal,
    direction: Direction,
    closing: Decimal | None,
    later: Sequence[Decimal | None],
) -> Course:
    """Follow an objective from its closing value through the visits; each visit is compared with the closing value.

    Raises ValueError for a number that is not finite.
    """

    def reached(value: Decimal | None) -> Attainment:
        return attainment(baseline=baseline, target=target, direction=direction, reading=value)

    return Course(
        reached(closing),
        tuple(
            Later(reached(value), change_since(target=target, direction=direction, closing=closing, later=value))
            for value in later
        ),
    )


def change_since(*, target: Decimal, direction: Direction, closing: Decimal | None, later: Decimal | None) -> Change:
    """Say what became of the closing value.

    Of two values the better is: for `up` the greater, for `down` the smaller, for `reach` the nearer to the target, on
    whichever side. `improved`: the later is better, also beyond the target. `held`: both are equally good, or the later is
    worse and still reaches the target. `decayed`: the later is worse and misses it. `not_measured`: one of them is missing.
    """
    if closing is None or later is None:
        return "not_measured"
    before, now = (_goodness(value, target, direction) for value in (closing, later))
    if now > before:
        return "improved"
    return "held" if now == before or now >= _goodness(target, target, direction) else "decayed"


def _goodness(value: Decimal, target: Decimal, direction: Direction) -> Decimal:
    if direction == "reach":
        return -abs(value - target)
    return value if direction == "up" else -value


@dataclass(frozen=True, slots=True)
class Orphans(Generic[Goal, Work, Proof]):
    """What stands in no chain: objectives no function serves, functions that serve no objective, and proofs (modules that
    are accepted) with no function, or with functions none of which serves an objective."""

    goals: tuple[Goal, ...]
    works: tuple[Work, ...]
    proofs_of_nothing: tuple[Proof, ...]
    proofs_without_goal: tuple[Proof, ...]


def orphans(
    goals: Collection[Goal],
    serves: Mapping[Work, Collection[Goal]],
    proves: Mapping[Proof, Collection[Work]],
) -> Orphans[Goal, Work, Proof]:
    """Return what stands in no chain, each in the order it was given. Links to what isn't there count as none."""
    known = set(goals)
    serving = {work for work, served in serves.items() if known & set(served)}
    served_goals = {goal for served in serves.values() for goal in served}
    return Orphans(
        goals=tuple(goal for goal in goals if goal not in served_goals),
        works=tuple(work for work in serves if work not in serving),
        proofs_of_nothing=tuple(proof for proof, works in proves.items() if not set(works) & set(serves)),
        proofs_without_goal=tuple(
            proof for proof, works in proves.items() if set(works) & set(serves) and not set(works) & serving
        ),
    )
