"""How the work went, day by day: what was planned and done, and how problems came and went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

from tests.reports.reckoning.raw import Numbers, Row, listed, rows

Worked = Callable[[date], bool]
MANY = 60


def course_of(engagement: Row, today: date, is_worked: Worked, agreed: list[Row], problems: list[Row]) -> Numbers:
    """Return both courses; `agreed` are the stages with their days, now and as agreed, in the order of their rows."""
    is_over = engagement["phase"] in ("closed", "cancelled")
    stages = sorted(rows("engagements.Stage", engagement_id=engagement["id"]), key=lambda row: row["position"])
    spans = {
        stage["id"]: (row["baseline_start_on"] or row["start_on"], row["baseline_finish_on"] or row["finish_on"])
        for stage, row in zip(stages, agreed, strict=True)
    }
    return {
        **listed("progress", progress_of(stages, spans, None if is_over else today, today, is_worked)),
        **listed("problem_flow", flow_of(problems, None if is_over else today, is_worked)),
    }


def progress_of(
    stages: list[Row], spans: dict[int, tuple[date, date]], running_on: date | None, today: date, is_worked: Worked
) -> list[Row]:
    done = {
        (row["taken_on"], row["stage_id"]): row["percent"]
        for stage in stages
        for row in rows("engagements.PlanSnapshot", stage_id=stage["id"])
        if row["percent"] is not None
    }
    if running_on is not None:
        done |= {(running_on, stage["id"]): stage["percent"] for stage in stages}
    if not done:
        return []
    newest = max(day for day, _stage in done)
    first = min(start for start, _end in spans.values())
    last = max(newest, *(end for _start, end in spans.values()), *(stage["finish_on"] for stage in stages))
    weights = {pk: max(1, count(start, end, is_worked)) for pk, (start, end) in spans.items()}
    found = []
    for day in shown(first, last, is_worked, min(today, newest)):
        planned = sum(min(count(start, day, is_worked), weights[pk]) for pk, (start, _end) in spans.items())
        seen = [taken for taken, _stage in done if taken <= day]
        actual = None
        if seen and day <= newest:
            percents = {pk: done[max(key for key in done if key[1] == pk and key[0] <= day)] for pk in spans}
            actual = round(Fraction(sum(weights[pk] * percents[pk] for pk in spans), sum(weights.values())))
        found.append({"on": day, "planned": round(Fraction(100 * planned, sum(weights.values()))), "actual": actual})
    return found


def flow_of(problems: list[Row], running_on: date | None, is_worked: Worked) -> list[Row]:
    if len(problems) < 2:
        return []
    ends = [row["solved_on"] for row in problems if row["solved_on"]]
    last = running_on or max([row["raised_on"] for row in problems] + ends)
    first = min(last, *(row["raised_on"] for row in problems))
    return [
        {
            "on": day,
            "raised": len([row for row in problems if row["raised_on"] <= day]),
            "solved": len([end for end in ends if end <= day]),
        }
        for day in shown(first, last, is_worked, first)
    ]


def count(first: date, last: date, is_worked: Worked) -> int:
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return len([day for day in span if is_worked(day)])


def shown(first: date, last: date, is_worked: Worked, always: date) -> list[date]:
    """Both ends, one day that is always told, and the days worked between them, each week's last one where there are many."""
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    worked = [day for day in span if is_worked(day)]
    if len(worked) > MANY:
        worked = [
            day for place, day in enumerate(worked)
            if place + 1 == len(worked) or worked[place + 1].isocalendar()[1] != day.isocalendar()[1]
        ]  # fmt: skip
    wanted = {first, last, *worked} | ({always} if first <= always <= last else set())
    return [day for day in span if day in wanted]
