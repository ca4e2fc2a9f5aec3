"""The closing report (R1) from the engagement's shared rows: every figure is computed, the narrative is the draft's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Engagement, FollowUpVisit, StageKind
from onsite.accounts.roles import Part
from reports.building.acceptance import acceptance_of, open_conditions
from reports.building.cover import NOBODY, Team, cover_of
from reports.building.emergencies import emergencies_of
from reports.building.plan import plan_of
from reports.documents.closing_report import (
    ClosingReport,
    Facts,
    FollowUp,
    KeyProblem,
    Lesson,
    MilestoneResult,
    ObjectiveResult,
    RemainingIssue,
    StandupFacts,
    StateCount,
)
from reports.documents.parts import Side, Signatory
from reports.figures import slip_days, standup_figures
from reports.models import Draft
from reports.rows import ObjectiveRow, StageRow, objective_rows, stage_rows
from standups.models import Condition, Party, Problem

SIDES: dict[str, Side] = {Party.VENDOR: "vendor", Party.CLIENT: "client", Party.THIRD_PARTY: "third_party"}


def build_closing_report(engagement: Engagement, draft: Draft, language: str) -> ClosingReport:
    """Return the report as of the site's today, in `language`; version, address and audit head come when it is issued.

    About twenty queries. The engagement's client and creator must be loaded.
    """
    today = engagement.today()
    with override(language):
        stages = stage_rows(engagement.stages.unscoped().shared())
        problems = list(engagement.problems.unscoped().shared().oldest_first())
        objectives = [_objective(row) for row in objective_rows(engagement, engagement.objectives.unscoped().shared())]
        visits = engagement.visits.unscoped().shared().standing()
        remaining = [_remaining(problem) for problem in problems if problem.is_open]
        remaining += [_condition(row) for row in open_conditions(engagement)]
        team = Team(engagement)
        return ClosingReport(
            **cover_of(engagement, language, today),
            core_task=engagement.get_core_task_display(),
            onsite_from_on=engagement.start_on,
            onsite_to_on=_last_day(engagement, stages),
            client_pm_name=team.name_of(Part.CLIENT_PM) or NOBODY,
            lead_name=team.name_of(Part.LEAD) or team.manager_name,
            summary=draft.summary,
            facts=Facts(
                objectives_met=sum(row.verdict in {"met", "exceeded"} for row in objectives),
                objectives_total=len(objectives),
                slip_days=_slip(engagement, stages, today),
                open_items=len(remaining),
            ),
            satisfaction=None,
            verify_url="",
            audit_head="",
            objectives=tuple(objectives),
            plan=plan_of(engagement, stages),
            milestones=tuple(_milestones(engagement, stages, today)),
            key_problems=tuple(_key_problem(problem) for problem in problems if problem.is_key),
            problem_counts=_counts(problems),
            standups=_standups(engagement, today),
            remaining_issues=tuple(remaining),
            lessons=tuple(Lesson(title=line.strip()) for line in draft.proposals.splitlines() if line.strip()),
            follow_ups=tuple(_follow_up(visit) for visit in visits),
            emergencies=emergencies_of(engagement),
            acceptance=acceptance_of(engagement),
            signatories=(
                team.signatory(Part.CLIENT_PM),
                team.signatory(Part.LEAD),
                Signatory(side="vendor", role=_("Delivery manager"), name=team.manager_name),
            ),
        )


def _objective(row: ObjectiveRow) -> ObjectiveResult:
    evidence = ""
    if row.measured_on is not None:
        evidence = _("%(evidence)s, measured on %(day)s") % {"evidence": row.evidence, "day": row.measured_on}
    return ObjectiveResult(objective=row.agreed, result=row.reading, verdict=row.attainment.verdict, evidence=evidence)


def _live_on(engagement: Engagement, today: date) -> date | None:
    return engagement.go_live_on if engagement.go_live_on is not None and engagement.go_live_on <= today else None


def _last_day(engagement: Engagement, stages: Sequence[StageRow]) -> date:
    planned_on = stages[-1].finish_on if stages else engagement.agreed_go_live_on
    return max(engagement.start_on, engagement.go_live_on or planned_on)


def _slip(engagement: Engagement, stages: Sequence[StageRow], today: date) -> int | None:
    """Working days between the baseline's go-live (the agreed day where no baseline was taken) and the recorded one."""
    live_on = _live_on(engagement, today)
    if live_on is None:
        return None
    agreed_on = stages[-1].baseline_finish_on if stages else None
    return slip_days(agreed_on or engagement.agreed_go_live_on, live_on, engagement.working_calendar.is_working)


def _milestones(engagement: Engagement, stages: Sequence[StageRow], today: date) -> list[MilestoneResult]:
    """The stages that are done; go-live stands on the recorded day."""
    found = []
    for stage in stages:
        live_on = _live_on(engagement, today) if stage.kind == StageKind.GO_LIVE else None
        if live_on is None and not stage.is_done:
            continue
        actual_on, agreed_on = live_on or stage.finish_on, stage.baseline_finish_on
        is_working = engagement.working_calendar.is_working
        found.append(
            MilestoneResult(
                title=stage.label,
                baseline_on=agreed_on,
                actual_on=actual_on,
                slip_days=slip_days(agreed_on, actual_on, is_working) if agreed_on else None,
                reason=stage.note,
            )
        )
    return found


def _key_problem(problem: Problem) -> KeyProblem:
    return KeyProblem(
        title=problem.title,
        raised_on=problem.raised_on,
        symptom=problem.symptom,
        cause=problem.cause,
        fix=problem.fix,
        prevention=problem.prevention,
    )


def _counts(problems: Sequence[Problem]) -> tuple[StateCount, ...]:
    if not problems:
        return ()
    still_open = sum(problem.is_open for problem in problems)
    return (
        StateCount(label=_("Raised in all"), count=len(problems)),
        StateCount(label=_("Solved"), count=len(problems) - still_open),
        StateCount(label=_("Still open"), count=still_open),
    )


def _standups(engagement: Engagement, today: date) -> StandupFacts | None:
    published = engagement.stand_ups.unscoped().shared().values_list("held_on", "minutes")
    held = dict(published)
    if not held:
        return None
    span = range((today - engagement.start_on).days + 1)
    days = (engagement.start_on + timedelta(days=offset) for offset in span)
    figures = standup_figures(
        agreed_on={day for day in days if engagement.is_stand_up_day(day)}, held_minutes=held, until=today
    )
    return StandupFacts(held_days=figures.held_days + figures.extra_days, average_minutes=figures.average_minutes)


def _remaining(problem: Problem) -> RemainingIssue:
    return RemainingIssue(
        title=problem.title,
        next_step=SIDES[problem.next_step_with],
        owner=problem.owner_role or NOBODY,
        due_on=problem.due_on,
    )


def _condition(row: Condition) -> RemainingIssue:
    """A condition of acceptance; with the vendor, unless somebody of the client's sees to it."""
    is_with_client = row.owner is not None and not row.owner.is_vendor
    return RemainingIssue(
        title=_("%(cell)s: %(condition)s") % {"cell": row.round.cell, "condition": row.text},
        next_step="client" if is_with_client else "vendor",
        owner=row.owner_name,
        due_on=row.due_on,
    )


def _follow_up(visit: FollowUpVisit) -> FollowUp:
    how = _("by phone or video")
    if visit.held_on is not None:
        how = _("held on %(day)s, %(channel)s") % {"day": visit.held_on, "channel": visit.get_channel_display()}
    return FollowUp(label=visit.get_kind_display(), planned_on=visit.due_on, channel=how)
