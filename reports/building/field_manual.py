"""The field manual (P5): what both sides agreed, the plan, who to turn to, how we meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Engagement, SignOff, StageKind
from engagements.models.plan import WINDOWS
from engagements.services.goals import text_of_goals
from onsite.accounts.roles import Part
from reports.building.agreed import agreements_of, objectives_in, scope_in
from reports.building.cover import NOBODY, Team, cover_of
from reports.building.manual.analysis import functions_of, modules_of, rollout_of
from reports.building.manual.people import contacts_of, escalation_of
from reports.building.manual.site import cards_of, checklists_of, contingency_plans_of, environments_of
from reports.building.plan import plan_with_tasks
from reports.building.versions import changes_of
from reports.documents.differences import differences
from reports.documents.field_manual import FieldManual, StageWindow, StandupRules
from reports.figures import working_days
from reports.models import Draft
from reports.rows import StageRow, stage_rows

STAND_UP_MINUTES = 15
SATURDAY = 6


def build_field_manual(engagement: Engagement, draft: Draft, language: str) -> FieldManual:
    """Return the manual as of the site's today, in `language`; version and address come when it is issued.

    Goals and scope are those of the current frozen text, where there is one. The engagement's client and creator must
    be loaded.
    """
    today = engagement.today()
    with override(language):
        stages = stage_rows(engagement.stages.unscoped().shared())
        frozen = engagement.sign_offs.unscoped().shared().current().filter(kind=SignOff.Kind.GOALS).first()
        text = frozen.text if frozen is not None else text_of_goals(engagement)
        team = Team(engagement)
        plans = contingency_plans_of(engagement)
        functions = functions_of(engagement)
        last_on = max(engagement.agreed_go_live_on, stages[-1].finish_on if stages else engagement.start_on)
        manual = FieldManual(
            **cover_of(engagement, language, today),
            core_task=engagement.get_core_task_display(),
            site=engagement.site,
            onsite_from_on=engagement.start_on,
            onsite_to_on=last_on,
            go_live_on=engagement.agreed_go_live_on,
            client_pm_name=team.name_of(Part.CLIENT_PM) or NOBODY,
            lead_name=team.name_of(Part.LEAD) or team.manager_name,
            verify_url="",
            introduction=draft.summary or engagement.purpose,
            contacts=tuple(contacts_of(team)),
            escalation=tuple(escalation_of(team, plans)),
            objectives=objectives_in(text),
            scope=scope_in(text),
            agreements=agreements_of(frozen, team) if frozen is not None else (),
            plan=plan_with_tasks(engagement, stages),
            stages=tuple(_window(engagement, stage) for stage in stages),
            standup=_rhythm(engagement),
            calendar_notes=tuple(_calendar_notes(engagement, last_on)),
            modules=modules_of(functions),
            rollout=rollout_of(functions),
            contingency=cards_of(plans, team),
            environments=environments_of(engagement),
            checklists=checklists_of(engagement),
            signatories=(team.signatory(Part.CLIENT_PM), team.signatory(Part.LEAD)),
        )
        return replace(manual, changes=changes_of(engagement, manual, draft.changes, differences))


def _window(engagement: Engagement, stage: StageRow) -> StageWindow:
    window = WINDOWS[StageKind(stage.kind)]
    return StageWindow(
        stage=stage.label,
        least_days=window.least_days,
        most_days=window.most_days,
        planned_days=working_days(stage.start_on, stage.finish_on, engagement.working_calendar.is_working),
        start_on=stage.start_on,
        finish_on=stage.finish_on,
    )


def _rhythm(engagement: Engagement) -> StandupRules:
    return StandupRules(
        weekdays=tuple(str(WEEKDAYS[number - 1]) for number in sorted(engagement.stand_up_weekdays)),
        hour="" if engagement.stand_up_in_writing else f"{engagement.stand_up_at:%H:%M}",
        zone=engagement.zone_name,
        minutes=STAND_UP_MINUTES,
        is_in_writing=engagement.stand_up_in_writing,
    )


def _calendar_notes(engagement: Engagement, until: date) -> Iterator[str]:
    """The days that differ from an ordinary week, between the first day on site and the last planned one."""
    calendar = engagement.working_calendar
    span = range(min((until - engagement.start_on).days + 1, 366))
    days = [engagement.start_on + timedelta(days=offset) for offset in span]
    yield _("Calendar: %(name)s") % {"name": engagement.get_calendar_display()}
    if free := [day for day in days if day.isoweekday() < SATURDAY and not calendar.is_working(day)]:
        yield _("Days off on weekdays: %(days)s") % {"days": _listed(free)}
    if worked := [day for day in days if day.isoweekday() >= SATURDAY and calendar.is_working(day)]:
        yield _("Working days at weekends: %(days)s") % {"days": _listed(worked)}
    for year in sorted({day.year for day in days}):
        if calendar.is_provisional(year):
            yield _("The exchanged days of %(year)s are not announced yet; the plan counts the statutory ones.") % {
                "year": year
            }


def _listed(days: Sequence[date]) -> str:
    return ", ".join(str(day) for day in days)
