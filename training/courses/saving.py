"""What the system's way saves against the manual way: counted from the steps, pure, without the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from training.models import CaseStep

Step = Mapping[str, Any]
_RISKS: tuple[str, ...] = tuple(sorted(CaseStep.ErrorRisk.values))


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a case, added up. `lead_minutes` counts each step once, `person_minutes` once for each of its people;
    the error risk of a way is that of its riskiest step."""

    steps: int
    person_minutes: Decimal
    lead_minutes: Decimal
    approvals: int
    error_risk: str


@dataclass(frozen=True, slots=True)
class Saving:
    """Both ways beside each other. What is saved may be negative: then the system's way takes more, and that is said."""

    manual: Way
    system: Way
    times_per_month: int | None

    @property
    def is_comparable(self) -> bool:
        """Whether there is a step on each way; without, nothing is saved or lost."""
        return bool(self.manual.steps and self.system.steps)

    @property
    def person_minutes(self) -> Decimal:
        return self.manual.person_minutes - self.system.person_minutes

    @property
    def lead_minutes(self) -> Decimal:
        return self.manual.lead_minutes - self.system.lead_minutes

    @property
    def steps(self) -> int:
        return self.manual.steps - self.system.steps

    @property
    def approvals(self) -> int:
        return self.manual.approvals - self.system.approvals

    @property
    def error_risk(self) -> int:
        """By how many grades it goes wrong less easily."""
        return _RISKS.index(self.manual.error_risk) - _RISKS.index(self.system.error_risk)

    @property
    def percent(self) -> int | None:
        """The part of the person-minutes that is saved; None where the manual way takes none."""
        if not self.manual.person_minutes:
            return None
        return _whole(self.person_minutes * 100 / self.manual.person_minutes)

    @property
    def hours_per_month(self) -> Decimal | None:
        """Person-hours saved in a month, whole from ten on, else with one decimal; None where nobody knows how often."""
        if self.times_per_month is None:
            return None
        hours = self.person_minutes * self.times_per_month / 60
        place = Decimal(1) if abs(hours) >= 10 else Decimal("0.1")
        return hours.quantize(place, ROUND_HALF_UP)


def saving_of(manual: Sequence[Step], system: Sequence[Step], times_per_month: int | None) -> Saving:
    """Return both ways added up; steps as `training.courses.content` writes them."""
    return Saving(_added(manual), _added(system), times_per_month)


def _added(steps: Sequence[Step]) -> Way:
    minutes = [Decimal(step["minutes"]) for step in steps]
    return Way(
        steps=len(steps),
        person_minutes=sum((each * step["people"] for each, step in zip(minutes, steps, strict=True)), Decimal(0)),
        lead_minutes=sum(minutes, Decimal(0)),
        approvals=sum(step["approvals"] for step in steps),
        error_risk=max((step["error_risk"] for step in steps), default=_RISKS[0]),
    )


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))
