"""What a story's way from data to go-live is made of. Days are the story's own working days, as in `story`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import TypeAlias

from standups.data.mapping import Field
from standups.models import ReturnedAccess, RolloutRole, UatRound

Group: TypeAlias = RolloutRole.Kind
Result: TypeAlias = UatRound.Result
Access: TypeAlias = ReturnedAccess.Kind


@dataclass(frozen=True)
class Count:
    """One thing that was counted on both sides; a control sum where `is_sum`."""

    name: str
    source: int
    target: int
    explanation: str = ""
    unit: str = ""
    is_sum: bool = False


@dataclass(frozen=True)
class Load:
    """One load round. New `fields` are a new version of the mapping, for that `reason`; `wrong` of 500 in the sample of
    whoever `checked`; frozen and signed where `signed_by` names somebody."""

    day: int
    environment: str
    counts: tuple[Count, ...]
    fields: tuple[Field, ...] = ()
    reason: str = ""
    sample: int | None = None
    wrong: int = 0
    checked: str = ""
    explanation: str = ""
    signed_by: str = ""


@dataclass(frozen=True)
class MovedData:
    """A data object with its rounds."""

    name: str
    source: str
    target: str
    owner: str
    loads: tuple[Load, ...]


@dataclass(frozen=True)
class RoleOf:
    """A role of the client's people, and how many of them were trained on which days."""

    name: str
    group: Group
    people: int
    trained: tuple[tuple[int, int], ...] = ()
    how: str = ""


@dataclass(frozen=True)
class Promise:
    """A condition of acceptance; `due_in` counts calendar days from today, `met` is the story's day and the proof."""

    text: str
    by: str
    due_in: int
    owner: str = ""
    met: tuple[int, str] | None = None


@dataclass(frozen=True)
class Trial:
    """One round of tests of a cell, which goes live with the first. `failed` says what was seen in the cases that failed,
    by their number; the last `left` are not tested, and then nothing is judged."""

    day: int
    module: str
    role: str
    stage: str
    testers: tuple[str, ...]
    build: str = ""
    result: Result = UatRound.Result.ACCEPTED
    note: str = ""
    signed_by: str = ""
    failed: Mapping[int, str] = field(default_factory=dict)
    promises: tuple[Promise, ...] = ()
    left: int = 0
    override: str = ""


@dataclass(frozen=True)
class RolledOut:
    """Roles, stages and the matrix built of them for these modules on day `on`, then its trials."""

    on: int
    roles: tuple[RoleOf, ...]
    stages: tuple[str, ...]
    modules: tuple[str, ...]
    trials: tuple[Trial, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The usual run sheet, laid out on day `on`; the cutover begins at `begins` on the evening before the agreed day, or
    before the day `night_of`."""

    on: int
    backup: str
    commander: str
    begins: time = time(20, 0)
    rolls_back_for_minutes: int = 360
    night_of: int | None = None


@dataclass(frozen=True)
class Run:
    """A time through the sheet that began at an hour of day `day`. `over` says how many minutes longer (or, negative,
    shorter) a step took than planned, `back` which steps were rolled back once and why; both by the step's number."""

    day: int
    hour: time
    note: str
    is_real: bool = False
    over: Mapping[int, int] = field(default_factory=dict)
    back: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lent:
    """What was lent to the team, and on which day who took it back."""

    kind: Access
    what: str
    back: tuple[int, str] | None = None


@dataclass(frozen=True)
class Support:
    """Whom operations call."""

    name: str
    role: str
    phone: str
    hours: str


@dataclass(frozen=True)
class HandedOver:
    """The hand-over to operations, frozen on day `day` and signed by `signed_by`; `met` are the exit criteria noted by
    hand, each with what showed it."""

    day: int
    to: str
    hours: str
    note: str
    signed_by: str
    contacts: tuple[Support, ...]
    lent: tuple[Lent, ...] = ()
    met: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """Everything between data and operations."""

    data: tuple[MovedData, ...] = ()
    rollout: RolledOut | None = None
    sheet: Sheet | None = None
    runs: tuple[Run, ...] = ()
    handed_over: HandedOver | None = None

    @property
    def days(self) -> frozenset[int]:
        """The days on which something of it happened."""
        found = {load.day for moved in self.data for load in moved.loads}
        if self.rollout is not None:
            found |= {self.rollout.on} | {trial.day for trial in self.rollout.trials}
            found |= {day for role in self.rollout.roles for day, _people in role.trained}
        return frozenset(found)
