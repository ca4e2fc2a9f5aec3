"""The delay ledger: by how many working days a milestone slipped, on which days that arose, and with whom it lies.

**Slip** is measured against the plan that was agreed on that day, so an accepted change, which moves both, adds none. The
slip arises on the day on which it grows. What is regained, or agreed anew, is taken off the newest lines first: what
remains of the lines always adds up to the slip. A milestone that is earlier than agreed has no lines left; days it falls
back by afterwards use up that room first.

**Attribution**: the days of a line are shared equally among the parties with whom a blocker waited on that day, from the
first day of a wait to its last, both included (the plan is often moved on the very day on which the blocker goes). A
party counts once however many blockers wait with it. Where none did, the days are unattributed. Shares are fractions:
halves and thirds are never rounded, so every sum comes out even.

**A blocker** stands on the driving path when one of its tasks drove the milestone that day; where the stage holds no
tasks of its own, also when it belongs to no task at all. Which problems are grave enough, the caller says.

Each milestone has its own ledger. One late stage pushes the next, so the slips of milestones must never be added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from reports.figures.days import IsWorkingDay, slip_days


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a milestone was planned to finish, seen on one day, and where it was agreed to by then."""

    taken_on: date
    finish_on: date
    agreed_on: date
    driving: frozenset[int] = frozenset()
    has_tasks: bool = False


@dataclass(frozen=True, slots=True)
class Blocker:
    """One turn of an open problem: it waited with `party` from `since_on` until `until_on` (None: it still does).

    `tasks` are what the problem belongs to; none: nothing in particular.
    """

    problem: int
    party: str
    since_on: date
    until_on: date | None = None
    tasks: frozenset[int] = frozenset()

    def blocks(self, picture: Picture) -> bool:
        """Return whether it stood on the driving path that day."""
        day = picture.taken_on
        if self.since_on > day or (self.until_on is not None and self.until_on < day):
            return False
        return bool(self.tasks & picture.driving) or not (self.tasks or picture.has_tasks)


@dataclass(frozen=True, slots=True)
class Return:
    """Days that were taken off a line again; `is_agreed`: not regained, but agreed anew."""

    on: date
    days: int
    is_agreed: bool


@dataclass(frozen=True, slots=True)
class DelayLine:
    """The days by which a milestone slipped on one day. `causes` are the problems by party; without any it is
    unattributed. `returns` were taken off since."""

    arose_on: date
    days: int
    causes: Mapping[str, tuple[int, ...]]
    returns: tuple[Return, ...] = ()

    @property
    def left(self) -> int:
        return self.days - sum(row.days for row in self.returns)

    @property
    def shares(self) -> dict[str, Fraction]:
        """What is left, by party, in the order of the parties' names; empty where unattributed."""
        return {party: Fraction(self.left, len(self.causes)) for party in self.causes}

    @property
    def unattributed(self) -> int:
        return 0 if self.causes else self.left


@dataclass(frozen=True, slots=True)
class Ledger:
    """A milestone's slip in working days (negative: earlier than agreed), and the lines that it consists of.

    Where it is late, `attributed` of all parties and `unattributed` together are exactly the slip; else all are 0.
    """

    slip: int = 0
    lines: tuple[DelayLine, ...] = ()

    @property
    def attributed(self) -> dict[str, Fraction]:
        """Days by party, in the order of the parties' names."""
        total: dict[str, Fraction] = {}
        for line in self.lines:
            for party, share in line.shares.items():
                total[party] = total.get(party, Fraction()) + share
        return {party: total[party] for party in sorted(total) if total[party]}

    @property
    def unattributed(self) -> int:
        return sum(line.unattributed for line in self.lines)


def ledger(pictures: Iterable[Picture], blockers: Iterable[Blocker], is_working_day: IsWorkingDay) -> Ledger:
    """Return the ledger of one milestone from its pictures, at most one a day, and everything that blocked."""
    rows, waits = sorted(pictures, key=lambda row: row.taken_on), list(blockers)
    lines: list[DelayLine] = []
    slip, agreed_on = 0, None
    for row in rows:
        now = slip_days(row.agreed_on, row.finish_on, is_working_day)
        late_before, late_now = max(0, slip), max(0, now)
        if late_now > late_before:
            lines.append(DelayLine(row.taken_on, late_now - late_before, _causes(row, waits)))
        else:
            is_agreed = agreed_on is not None and row.agreed_on > agreed_on
            _take_back(lines, late_before - late_now, row.taken_on, is_agreed)
        slip, agreed_on = now, row.agreed_on
    return Ledger(slip, tuple(lines))


def _take_back(lines: list[DelayLine], days: int, on: date, is_agreed: bool) -> None:
    """Take days off the newest lines that have any left."""
    for place in reversed(range(len(lines))):
        if taken := min(days, lines[place].left):
            back = Return(on, taken, is_agreed)
            lines[place] = replace(lines[place], returns=(*lines[place].returns, back))
            days -= taken


def _causes(picture: Picture, waits: Sequence[Blocker]) -> dict[str, tuple[int, ...]]:
    """Return the problems that blocked that day, by party; both in order."""
    found: dict[str, set[int]] = {}
    for wait in waits:
        if wait.blocks(picture):
            found.setdefault(wait.party, set()).add(wait.problem)
    return {party: tuple(sorted(found[party])) for party in sorted(found)}
