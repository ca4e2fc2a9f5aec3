"""The closing report (R1) from the engagement's shared rows: every figure is computed, the narrative is the draft's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Engagement, FollowUpVisit, StageKind
from onsite.accounts.roles import Part
from reports.building.acceptance import acceptance_of, open_conditions
from reports.building.course import problem_flow_of, progress_of
from reports.building.cover import NOBODY, Team, cover_of
from reports.building.delay import published_delay
from reports.building.emergencies import emergencies_of
from reports.building.opinions import opinions_of
from reports.building.plan import plan_of
from reports.building.printed_chain import printed_chain
from reports.building.taught import training_of
from reports.building.versions import changes_of
from reports.documents.chapters import NARRATED
from reports.documents.closing_report import (
    ClosingReport,
    Facts,
    FollowUp,
    KeyProblem,
    Lesson,
    MilestoneResult,
    Narrative,
    ObjectiveResult,
    RemainingIssue,
    StandupFacts,
    StateCount,
)
from reports.documents.parts import Side, Signatory
from reports.documents.report_differences import report_differences
from reports.figures import slip_days, standup_figures
from reports.models import Draft
from reports.rows import ObjectiveRow, StageRow, objective_rows, stage_rows
from standups.models import Condition, Party, Problem

SIDES: dict[str, Side] = {Party.VENDOR: "vendor", Party.CLIENT: "client", Party.THIRD_PARTY: "third_party"}


def build_closing_report(engagement: Engagement, draft: Draft, language: str) -> ClosingReport:
    """Return the report as of the site's today, in `language`; version, address and audit head come when it is issued.

    About thirty queries. The engagement's client and creator must be loaded.
    """
    today = engagement.today()
    with override(language):
        stages = stage_rows(engagement.stages.unscoped().shared())
        problems = list(engagement.problems.unscoped().shared().select_related("owner").oldest_first())
        objectives = [_objective(row) for row in objective_rows(engagement, engagement.objectives.unscoped().shared())]
        visits = engagement.visits.unscoped().shared().standing()
        remaining = [_remaining(problem) for problem in problems if problem.is_open]
        remaining += [_condition(row) for row in open_conditions(engagement)]
        team = Team(engagement)
        report = ClosingReport(
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
            satisfaction=opinions_of(engagement),
            verify_url="",
            audit_head="",
            objectives=tuple(objectives),
            plan=plan_of(engagement, stages),
            milestones=tuple(_milestones(engagement, stages, today)),
            key_problems=tuple(key_problem(problem) for problem in problems if problem.is_key),
            problem_counts=counts_of(problems),
            standups=_standups(engagement, today),
            remaining_issues=tuple(remaining),
            lessons=_lessons(engagement),
            proposals=tuple(line.strip() for line in draft.proposals.splitlines() if line.strip()),
            narrative=_narrative(draft),
            training=training_of(engagement),
            follow_ups=tuple(_follow_up(visit) for visit in visits),
            emergencies=emergencies_of(engagement),
            acceptance=acceptance_of(engagement),
            delay=published_delay(engagement),
            goal_chain=printed_chain(engagement),
            progress=progress_of(engagement, stages, today),
            problem_flow=problem_flow_of(engagement, problems, today),
            signatories=(
                team.signatory(Part.CLIENT_PM),
                team.signatory(Part.LEAD),
                Signatory(side="vendor", role=_("Delivery manager"), name=team.manager_name),
            ),
        )
        return replace(report, changes=changes_of(engagement, report, draft.changes, report_differences))


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


def key_problem(problem: Problem) -> KeyProblem:
    """Return a key problem, told to its end."""
    return KeyProblem(
        title=problem.title,
        raised_on=problem.raised_on,
        symptom=problem.symptom,
        cause=problem.cause,
        fix=problem.fix,
        prevention=problem.prevention,
    )


def counts_of(problems: Sequence[Problem]) -> tuple[StateCount, ...]:
    """Return how many were raised, solved and are still open, in the active language; nothing where there were none."""
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
        owner=problem.owner_role or _our_name(problem),
        due_on=problem.due_on,
    )


def _our_name(problem: Problem) -> str:
    """The client's people stand by role or department only."""
    return problem.owner.name if problem.owner and problem.next_step_with == Party.VENDOR else NOBODY


def _condition(row: Condition) -> RemainingIssue:
    """A condition of acceptance; with the vendor, unless somebody of the client's sees to it."""
    is_with_client = row.owner is not None and not row.owner.is_vendor
    return RemainingIssue(
        title=_("%(cell)s: %(condition)s") % {"cell": row.round.cell, "condition": row.text},
        next_step="client" if is_with_client else "vendor",
        owner=row.owner_name,
        due_on=row.due_on,
    )


def _lessons(engagement: Engagement) -> tuple[Lesson, ...]:
    rows = engagement.lessons.unscoped().shared()
    return tuple(Lesson(title=row.title, text=row.what_happened, why=row.why, rule=row.rule) for row in rows)


def _narrative(draft: Draft) -> tuple[Narrative, ...]:
    """The author's words in the order of the chapters; what is blank is no word."""
    return tuple(
        Narrative(chapter=anchor, text=words)
        for anchor in NARRATED
        if (words := str(draft.narrative.get(anchor, "")).strip())
    )


def _follow_up(visit: FollowUpVisit) -> FollowUp:
    """An agreed day takes the place of the one it was due on; a held visit says how the system was found."""
    how = _("by phone or video")
    if visit.held_on is not None:
        how = _("held on %(day)s, %(channel)s") % {"day": visit.held_on, "channel": visit.get_channel_display()}
        if visit.condition:
            how = _("%(how)s: %(system)s") % {"how": how, "system": visit.get_condition_display()}
    elif visit.appointed_at is not None:
        at = visit.appointed_at.astimezone(visit.engagement.zone)
        how = _("%(hour)s, %(channel)s") % {"hour": f"{at:%H:%M}", "channel": visit.get_channel_display()}
    return FollowUp(label=visit.get_kind_display(), planned_on=visit.day(), channel=how)
