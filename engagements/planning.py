"""The plan as pages read it: each stage with its agreed days and what moved; its tasks stand in `planned_work`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Baseline, BaselineStage, Engagement, Stage
from onsite.accounts.models import User
from onsite.core import calendars


@dataclass(frozen=True)
class PlannedStage:
    """A stage with its agreed days; `shift` is by how many working days it ends later (negative: earlier), None where
    nothing was agreed."""

    stage: Stage
    working_days: int
    agreed: BaselineStage | None
    shift: int | None

    @property
    def shift_text(self) -> str:
        return "" if self.shift is None else shift_words(self.shift)


@dataclass(frozen=True)
class Plan:
    """The stages in their order and the newest baseline."""

    stages: tuple[PlannedStage, ...]
    baseline: Baseline | None

    @property
    def finish_on(self) -> date | None:
        """Return the last day of the plan."""
        return max((planned.stage.finish_on for planned in self.stages), default=None)

    @property
    def current(self) -> PlannedStage | None:
        """Return the first stage that is not done."""
        return next((planned for planned in self.stages if planned.stage.percent < 100), None)


def plan_of(engagement: Engagement, user: User) -> Plan:
    """Return the plan this person may see. At most three queries."""
    calendar = engagement.working_calendar
    baseline = engagement.baselines.visible_to(user).newest_first().first()
    agreed = {row.stage_id: row for row in baseline.stages.visible_to(user)} if baseline else {}
    return Plan(
        tuple(
            PlannedStage(
                stage,
                calendar.day_number(stage.start_on, stage.finish_on),
                agreed.get(stage.pk),
                calendar.working_days_between(agreed[stage.pk].finish_on, stage.finish_on)
                if stage.pk in agreed
                else None,
            )
            for stage in engagement.stages.visible_to(user)
        ),
        baseline,
    )


def shift_words(days: int) -> str:
    """Say how many working days something moved: late, early, or as agreed."""
    if days > 0:
        return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
    if days < 0:
        return ngettext("%(days)s day early", "%(days)s days early", -days) % {"days": -days}
    return _("as agreed")


def share_calendars(engagements: Iterable[Engagement]) -> None:
    """Load each working calendar once for all the engagements that use it."""
    rows = list(engagements)
    loaded = {code: calendars.load(code) for code in {row.calendar for row in rows}}
    for row in rows:
        row.working_calendar = loaded[row.calendar]
