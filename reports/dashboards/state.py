"""Where an engagement stands, as the facts of one sentence. The templates choose the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engagements.models import Engagement, Phase
from reports.figures import site_days
from reports.rows import StageRow

Kind = Literal["before", "running", "live", "closed", "cancelled"]


@dataclass(frozen=True, slots=True)
class State:
    """`day` of `total` are working days up to the agreed day; `slip` is how many of them late (negative: early) the
    planned day, or the recorded one, lies. `planned_on` is None while there is no dated plan; `first_on` is the first
    day the site works; `stage` is the last that was to start, "" before the first.
    `is_overdue`: the planned day has passed without a go-live. `is_draft`: nobody has agreed to the plan yet, so that
    it is not early.
    """

    kind: Kind
    first_on: date
    days_until: int
    day: int
    total: int
    stage: str
    slip: int
    planned_on: date | None
    agreed_on: date
    is_overdue: bool
    is_draft: bool
    is_live: bool
    ends_with_go_live: bool

    @property
    def days_off(self) -> int:
        """How many working days beside the agreed day, late or early."""
        return abs(self.slip)


def state_of(engagement: Engagement, stages: Sequence[StageRow], today: date) -> State:
    """Return the facts from the engagement's own days and its stages; no query beyond the calendar's."""
    calendar = engagement.working_calendar
    first_on = calendar.next_working(engagement.start_on)
    planned_on = engagement.go_live_on or (stages[-1].finish_on if stages else None)
    agreed_on = engagement.agreed_go_live_on
    days = site_days(
        today=today,
        first_on=first_on,
        agreed_go_live_on=agreed_on,
        planned_go_live_on=planned_on or agreed_on,
        is_working_day=calendar.is_working,
    )
    is_live = engagement.go_live_on is not None and engagement.go_live_on <= today
    kind = _kind(engagement, is_live, today < first_on)
    return State(
        kind=kind,
        first_on=first_on,
        days_until=(first_on - today).days,
        day=days.day,
        total=days.total,
        stage=_last_started(stages, today),
        slip=days.slip,
        planned_on=planned_on,
        agreed_on=agreed_on,
        is_overdue=kind == "running" and planned_on is not None and planned_on < today,
        is_draft=not any(stage.baseline_finish_on for stage in stages),
        is_live=is_live,
        ends_with_go_live=engagement.ends_with_go_live,
    )


def _last_started(stages: Sequence[StageRow], today: date) -> str:
    started = [stage for stage in stages if stage.start_on <= today]
    return started[-1].label if started else ""


def _kind(engagement: Engagement, is_live: bool, is_before: bool) -> Kind:
    if engagement.phase == Phase.CANCELLED:
        return "cancelled"
    if engagement.phase == Phase.CLOSED:
        return "closed"
    if is_live:
        return "live"
    return "before" if is_before else "running"
