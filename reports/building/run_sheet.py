"""The printed run sheet, from the sheet as it stands."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Engagement
from reports.building.cover import cover_of
from reports.documents.run_sheet import PrintedRunSheet, PrintedStep, SheetFact
from standups.cutover.course import Timed, timed
from standups.models import RunSheet, StepKind


def build_run_sheet(engagement: Engagement, sheet: RunSheet, language: str, today: date) -> PrintedRunSheet:
    """Return the sheet in this language with the site's hours; the engagement's client must be loaded. One query."""
    rows = timed(sheet.steps.unscoped(), sheet.planned_start_at, sheet.last_rollback_at)
    days = [row.begins_at.astimezone(engagement.zone).date() if row.begins_at else None for row in rows]
    changed = [day if at and day != days[at - 1] else None for at, day in enumerate(days)]
    with override(language):
        return PrintedRunSheet(
            **cover_of(engagement, language, today) | {"version": str(sheet.version)},
            facts=_facts(engagement, sheet, rows[-1].ends_at if rows else None),
            steps=tuple(_step(engagement, row, day) for row, day in zip(rows, changed, strict=True)),
            planned_minutes=sum(row.step.planned_minutes for row in rows),
        )


def _facts(engagement: Engagement, sheet: RunSheet, ends_at: datetime | None) -> tuple[SheetFact, ...]:
    def moment(at: datetime | None) -> str:
        return date_format(at.astimezone(engagement.zone), "SHORT_DATETIME_FORMAT") if at else "—"

    return (
        SheetFact(label=_("Planned start"), text=moment(sheet.planned_start_at)),
        SheetFact(label=_("Planned end"), text=moment(ends_at)),
        SheetFact(label=_("Frozen from"), text=moment(sheet.freeze_at)),
        SheetFact(label=_("Last moment to roll back"), text=moment(sheet.last_rollback_at)),
        SheetFact(label=_("Who decides"), text=sheet.commander or "—", is_wide=True),
        SheetFact(label=_("Backup"), text=sheet.backup or "—", is_wide=True),
    )


def _step(engagement: Engagement, row: Timed, day: date | None) -> PrintedStep:
    step = row.step
    return PrintedStep(
        number=step.position,
        day=date_format(day, "MONTH_DAY_FORMAT") if day else "",
        hour=row.begins_at.astimezone(engagement.zone).strftime("%H:%M") if row.begins_at else "",
        mark="" if step.kind == StepKind.STEP else str(step.get_kind_display()),
        title=step.title,
        owner=step.owner,
        side=str(step.get_side_display()),
        minutes=step.planned_minutes,
        check=step.check_text,
        rollback=step.rollback,
        is_last_before_rollback=row.is_last_before_rollback,
    )
