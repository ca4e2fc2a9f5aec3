"""The weekly report from the engagement's shared rows: whoever builds it, it holds what a client may see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from datetime import date
from html import unescape
from typing import cast

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import override

from engagements import forecast_page
from engagements.models import Engagement, Forecast, Phase
from onsite.accounts.roles import Part
from reports.building.closing_report import SIDES
from reports.building.cover import NOBODY, Team, cover_of, side_of
from reports.dashboards.state import state_of
from reports.documents.weekly_report import (
    Concerns,
    LateStage,
    OpenItem,
    PlannedWork,
    Present,
    SolvedItem,
    WeekLine,
    WeeklyReport,
)
from reports.documents.weekly_report import Severity as HowBad
from reports.figures import slip_days
from reports.figures.weekly import Said, Week, WeekItem, WeekItems, week_items
from reports.models import Draft
from reports.rows import StageRow, stage_rows
from standups.models import Attendance, ConcernState, Line, Problem, Section, Severity
from standups.services.entry import carried_id


def build_weekly_report(engagement: Engagement, draft: Draft, language: str) -> WeeklyReport:
    """Return the report on the draft's week as the rows stand now, in `language`; version, address and audit head come
    when it is issued. About a dozen queries, however much was said. The engagement's client and creator must be loaded.

    What was open or late is told as of the week's last day that has come; who has to act, and by when, as of now.
    """
    week = Week.parse(draft.period)
    as_of_on = min(engagement.today(), week.last_on)
    with override(language):
        stages = stage_rows(engagement.stages.unscoped().shared())
        held_on = _held_on(engagement, week)
        items = _items(engagement, week, held_on)
        problems = _problems(engagement, week, as_of_on)
        team = Team(engagement)
        return WeeklyReport(
            **cover_of(engagement, language, engagement.today()),
            week=week.code,
            first_on=week.first_on,
            last_on=week.last_on,
            as_of_on=as_of_on,
            client_pm_name=team.name_of(Part.CLIENT_PM) or NOBODY,
            lead_name=team.name_of(Part.LEAD) or team.manager_name,
            summary=draft.summary,
            position=_position(engagement, stages, as_of_on),
            verify_url="",
            audit_head="",
            forecast=_forecast(engagement),
            held_on=tuple(held_on),
            done=_lines(items.done),
            next=_lines(items.next),
            planned=tuple(_planned(engagement, stages, as_of_on, week.after.last_on)),
            open_items=tuple(_open_item(row) for row in sorted(problems, key=_urgency) if _is_open(row, as_of_on)),
            solved=tuple(_solved(problems, as_of_on)),
            late_stages=tuple(_late(engagement, stages)),
            concerns=_concerns(problems, as_of_on),
            people=_people(engagement, week),
        )


def _held_on(engagement: Engagement, week: Week) -> list[date]:
    rows = engagement.stand_ups.unscoped().shared().filter(held_on__range=(week.first_on, week.last_on))
    return list(rows.order_by("held_on").values_list("held_on", flat=True))


def _items(engagement: Engagement, week: Week, held_on: Sequence[date]) -> WeekItems:
    rows = Line.objects.unscoped().shared().filter(
        stand_up__engagement=engagement, stand_up__held_on__range=(week.first_on, week.last_on),
        section__in=[Section.DONE, Section.PLAN],
    )  # fmt: skip
    told = rows.order_by("stand_up__held_on", "section", "position", "pk")
    lines = list(told.values_list("pk", "stand_up__held_on", "text", "is_done"))
    # A carried line's id follows from the one it carries, so what was reworded on the way is still the same thing.
    carries = {carried_id(key, day): key for key, said_on, *_words in lines for day in held_on if day >= said_on}
    said = [Said(key, day, text, is_done, carries.get(key)) for key, day, text, is_done in lines]
    return week_items(said, newest_on=max(held_on, default=None))


def _lines(items: Sequence[WeekItem]) -> tuple[WeekLine, ...]:
    return tuple(WeekLine(text=item.text, days=item.days) for item in items)


def _problems(engagement: Engagement, week: Week, as_of_on: date) -> list[Problem]:
    """Return what was open on some day of the week."""
    rows = engagement.problems.unscoped().shared().filter(raised_on__lte=as_of_on)
    return list(rows.filter(Q(solved_on=None) | Q(solved_on__gte=week.first_on)).oldest_first())


def _is_open(problem: Problem, as_of_on: date) -> bool:
    return problem.solved_on is None or problem.solved_on > as_of_on


def _urgency(problem: Problem) -> tuple[bool, date, date, int]:
    """Critical ones first, then by due day, the oldest before the younger."""
    is_critical = problem.severity == Severity.CRITICAL
    return not is_critical, problem.due_on or date.max, problem.raised_on, problem.pk


def _open_item(problem: Problem) -> OpenItem:
    return OpenItem(
        title=problem.title,
        side=SIDES[problem.next_step_with],
        severity=cast(HowBad, problem.severity),
        raised_on=problem.raised_on,
        due_on=problem.due_on,
        owner=problem.owner_role,
        next_step=problem.next_step,
    )


def _solved(problems: Sequence[Problem], as_of_on: date) -> Iterator[SolvedItem]:
    for problem in problems:
        if problem.solved_on is not None and problem.solved_on <= as_of_on:
            yield SolvedItem(title=problem.title, raised_on=problem.raised_on, solved_on=problem.solved_on)


def _concerns(problems: Sequence[Problem], as_of_on: date) -> Concerns | None:
    rows = [problem for problem in problems if problem.is_concern]
    if not rows:
        return None
    still = [row.concern_state for row in rows if _is_open(row, as_of_on)]
    return Concerns(
        waiting=still.count(ConcernState.OPEN),
        answered=len(still) - still.count(ConcernState.OPEN),
        settled=len(rows) - len(still),
    )


def _planned(engagement: Engagement, stages: Sequence[StageRow], as_of_on: date, until: date) -> Iterator[PlannedWork]:
    """Return what is not done and falls between the week's end and the end of the next one; stages where a plan has no
    tasks."""
    tasks = engagement.tasks.unscoped().shared().filter(percent__lt=100, start_on__lte=until, finish_on__gte=as_of_on)
    rows = list(tasks.order_by("start_on", "stage__position", "position", "pk"))
    for task in rows:
        yield PlannedWork(
            name=task.name, start_on=task.start_on, finish_on=task.finish_on, is_milestone=task.is_milestone
        )
    for stage in () if rows else stages:
        if not stage.is_done and stage.start_on <= until and stage.finish_on >= as_of_on:
            yield PlannedWork(name=stage.label, start_on=stage.start_on, finish_on=stage.finish_on)


def _late(engagement: Engagement, stages: Sequence[StageRow]) -> Iterator[LateStage]:
    for stage in stages:
        if stage.is_done or stage.baseline_finish_on is None:
            continue
        days = slip_days(stage.baseline_finish_on, stage.finish_on, engagement.working_calendar.is_working)
        if days > 0:
            yield LateStage(
                stage=stage.label, days=days, baseline_on=stage.baseline_finish_on, finish_on=stage.finish_on
            )


def _position(engagement: Engagement, stages: Sequence[StageRow], on: date) -> str:
    """Return the dashboard's sentence in plain words; no name that anybody typed is in it. Of a week that is over it says
    how things stood then, also once the engagement is closed."""
    seen = copy(engagement)
    if on < engagement.today() and not engagement.is_running:
        seen.phase = Phase.EXECUTION
    html = render_to_string("reports/dashboard/state_sentence.html", {"state": state_of(seen, stages, on)})
    return " ".join(unescape(strip_tags(html)).split()).replace("。 ", "。")


def _forecast(engagement: Engagement) -> str:
    found = Forecast.objects.unscoped().shared().select_related("engagement").filter(engagement=engagement).first()
    return forecast_page.sentence(found) if found else ""


def _people(engagement: Engagement, week: Week) -> tuple[Present, ...]:
    """Return who was there, the client's people first; one person can have two parts."""
    rows = Attendance.objects.unscoped().shared().filter(
        stand_up__engagement=engagement, stand_up__held_on__range=(week.first_on, week.last_on)
    )  # fmt: skip
    found: dict[tuple[bool, int], Present] = {}
    for row in rows.select_related("membership__user", "stand_up").order_by("stand_up__held_on", "membership_id"):
        membership = row.membership
        key = (membership.is_client_side, membership.user_id)
        known = found[key].days if key in found else ()
        if row.stand_up.held_on not in known:
            days = (*known, row.stand_up.held_on)
            found[key] = Present(name=membership.user.name, side=side_of(membership.part), days=days)
    return tuple(sorted(found.values(), key=lambda person: (person.side, person.name)))
