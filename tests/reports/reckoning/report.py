"""The whole report: the plan, the objectives, the days on site; people and proof have files of their own."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.reports.reckoning import chain, course, delay, people, proof
from tests.reports.reckoning.raw import Numbers, Row, days, listed, rounded, rows

FOLLOW_UP_MONTHS = {"1m": 1, "3m": 3}


class Reckoning:
    """One engagement's report, as of a day at its site. `days_off` are the holidays from Monday to Friday,
    `days_worked` the Saturdays and Sundays that make up for them."""

    def __init__(
        self,
        engagement_id: int,
        *,
        today: date,
        days_off: Collection[date] = (),
        days_worked: Collection[date] = (),
    ) -> None:
        self.pk, self.today, self.days_off, self.days_worked = engagement_id, today, days_off, days_worked
        (self.engagement,) = rows("engagements.Engagement", pk=engagement_id)

    def numbers(self) -> Numbers:
        """Return what `numbers_of` finds in a right report."""
        stages = self.stages()
        objectives = self.objectives()
        remaining = self.remaining()
        found: Numbers = {
            "issued_on": self.today,
            "onsite_from_on": self.engagement["start_on"],
            "onsite_to_on": max(self.engagement["start_on"], self.engagement["go_live_on"]),
            "facts.objectives_met": len([row for row in objectives if row["verdict"] in ("met", "exceeded")]),
            "facts.objectives_total": len(objectives),
            "facts.slip_days": self.days_late(stages[-1]["baseline_finish_on"], self.engagement["go_live_on"]),
            "facts.open_items": len(remaining),
            **listed("objectives", objectives),
            **listed("plan.rows", stages),
            **days("plan.non_working_on", self.days_off_in(stages)),
            **listed("milestones", self.milestones(stages)),
            **listed("key_problems", [{"raised_on": row["raised_on"]} for row in self.problems() if row["is_key"]]),
            **listed("problem_counts", self.problem_counts()),
            **listed("remaining_issues", remaining),
            **listed("follow_ups", self.follow_ups()),
            **listed("signatories", [{"has_chop": True}] * 3),
            **listed("lessons", [{}] * len(rows("engagements.Lesson", engagement_id=self.pk, is_internal=False))),
            **listed("changes", [{"issued_on": self.today, "found.#": 0}]),
        }
        for part in (
            self.drafted(),
            self.standups(),
            self.emergencies(),
            people.satisfaction_of(self.pk),
            people.training_of(self.pk),
        ):
            found |= part
        found |= delay.delay_of(self.engagement, self.days_late)
        found |= chain.goal_chain_of(self.pk, [row["result"] for row in objectives])
        found |= course.course_of(self.engagement, self.today, self.is_worked, stages, self.problems())
        return found | proof.acceptance_of(self.pk, self.zone)

    # --- days -------------------------------------------------------------------------------------------------------

    def is_worked(self, day: date) -> bool:
        return day in self.days_worked or (day.weekday() < 5 and day not in self.days_off)

    def days_late(self, agreed: date | None, real: date | None) -> int | None:
        """Working days after the agreed day up to the real one; negative where it was early."""
        if agreed is None or real is None:
            return None
        first, last = sorted([agreed, real])
        between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
        count = len([day for day in between if self.is_worked(day)])
        return count if real >= agreed else -count

    def days_off_in(self, stages: list[Row]) -> list[date]:
        known = [day for row in stages for name, day in row.items() if name.endswith("_on") and day is not None]
        span = [min(known) + timedelta(days=n) for n in range((max(known) - min(known)).days + 1)]
        return [day for day in span if not self.is_worked(day)]

    # --- plan -------------------------------------------------------------------------------------------------------

    def stages(self) -> list[Row]:
        agreed: dict[int, Row] = {}
        for baseline in sorted(rows("engagements.Baseline", engagement_id=self.pk), key=lambda row: row["number"]):
            agreed |= {row["stage_id"]: row for row in rows("engagements.BaselineStage", baseline_id=baseline["id"])}
        found = []
        for stage in sorted(rows("engagements.Stage", engagement_id=self.pk), key=lambda row: row["position"]):
            was = agreed.get(stage["id"], {})
            found.append(
                {
                    "start_on": stage["start_on"], "finish_on": stage["finish_on"], "percent": stage["percent"],
                    "baseline_start_on": was.get("start_on"), "baseline_finish_on": was.get("finish_on"),
                    "is_milestone": False, "is_part": False, "is_critical": False,
                }
            )  # fmt: skip
        return found

    def milestones(self, stages: list[Row]) -> list[Row]:
        """The last stage is the go-live, which happened when it happened."""
        ends = [(row, row["finish_on"]) for row in stages[:-1] if row["percent"] == 100]
        ends.append((stages[-1], self.engagement["go_live_on"]))
        return [
            {
                "baseline_on": row["baseline_finish_on"],
                "actual_on": end,
                "slip_days": self.days_late(row["baseline_finish_on"], end),
            }
            for row, end in ends
        ]

    def follow_ups(self) -> list[Row]:
        """One and three months after the go-live (or the last day of a shorter month), on the next working day."""
        found = []
        for visit in rows("engagements.FollowUpVisit", engagement_id=self.pk, superseded_at=None):
            live_on: date = self.engagement["go_live_on"]
            month = live_on.month - 1 + FOLLOW_UP_MONTHS[visit["kind"]]
            first = date(live_on.year + month // 12, month % 12 + 1, 1)
            length = ((first + timedelta(days=32)).replace(day=1) - first).days
            day = first.replace(day=min(live_on.day, length))
            while not self.is_worked(day):
                day += timedelta(days=1)
            found.append({"planned_on": day})
        return sorted(found, key=lambda row: row["planned_on"])

    # --- objectives -------------------------------------------------------------------------------------------------

    def objectives(self) -> list[Row]:
        found = []
        objectives = rows("engagements.Objective", engagement_id=self.pk)
        for row in sorted(objectives, key=lambda row: (row["due_on"], row["id"])):
            result = self.result_of(row)
            found.append(
                {
                    "objective.baseline": row["baseline"], "objective.target": row["target"],
                    "objective.due_on": row["due_on"], "result": result, "verdict": verdict_of(row, result),
                }
            )  # fmt: skip
        return found

    def result_of(self, objective: Row) -> Decimal | None:
        if objective["measure"].startswith("training.role:"):
            role = int(objective["measure"].partition(":")[2])
            return Decimal(next(row["trained"] for row in people.roles_of(self.pk) if row["id"] == role))
        assert not objective["measure"], "teach the reckoning this fact"
        readings = rows("engagements.Reading", objective_id=objective["id"])
        newest = max(readings, key=lambda row: (row["measured_on"], row["id"]), default=None)
        return newest["value"] if newest else None

    # --- days on site -----------------------------------------------------------------------------------------------

    def problems(self) -> list[Row]:
        """Those both sides see, the oldest first."""
        found = rows("standups.Problem", engagement_id=self.pk, is_internal=False)
        return sorted(found, key=lambda row: (row["raised_on"], row["id"]))

    def problem_counts(self) -> list[Row]:
        every = self.problems()
        still_open = [row for row in every if row["solved_on"] is None]
        counts = [len(every), len(every) - len(still_open), len(still_open)]
        return [{"count": count} for count in counts] if every else []

    def remaining(self) -> list[Row]:
        conditions = [row for row in proof.conditions_of(self.pk) if row["met_on"] is None]
        conditions.sort(key=lambda row: (row["due_on"], row["id"]))
        open_problems = [row for row in self.problems() if row["solved_on"] is None]
        return [{"due_on": row["due_on"]} for row in [*open_problems, *conditions]]

    def standups(self) -> Numbers:
        held = [row for row in rows("standups.StandUp", engagement_id=self.pk) if row["published_at"] is not None]
        held = [row for row in held if row["held_on"] <= self.today]
        if not held:
            return {"standups": None}
        known = [row["minutes"] for row in held if row["minutes"] is not None]
        average = rounded(known, "0.1") if known else None
        return {"standups.held_days": len(held), "standups.average_minutes": average}

    def emergencies(self) -> Numbers:
        plans = {row["id"]: row for row in rows("engagements.ContingencyPlan", engagement_id=self.pk)}
        happened = [row for pk in plans for row in rows("engagements.Invocation", plan_id=pk)]
        happened.sort(key=lambda row: (row["invoked_at"], row["id"]))
        if not happened:
            return {"emergencies": None}
        cases, zone = [], self.zone
        for row in happened:
            answered = row["responded_at"] or row["ended_at"]
            seconds = (answered - row["invoked_at"]).total_seconds() if answered else None
            cases.append(
                {
                    "on": row["invoked_at"].astimezone(zone).date(),
                    "limit_minutes": row["limit_minutes"],
                    "response_minutes": None if seconds is None else math.ceil(seconds / 60),
                    "is_kept": seconds is not None and seconds <= row["limit_minutes"] * 60,
                }
            )
        kinds = [plans[row["plan_id"]]["emergency"] for row in happened]
        by_kind = [counted([case for case, one in zip(cases, kinds, strict=True) if one == kind])
                   for kind in dict.fromkeys(kinds)]  # fmt: skip
        total = {f"emergencies.total.{name}": value for name, value in counted(cases).items()}
        return {**total, **listed("emergencies.by_kind", by_kind), **listed("emergencies.cases", cases)}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.engagement["time_zone"])

    # --- what was written -------------------------------------------------------------------------------------------

    def drafted(self) -> Numbers:
        (draft,) = rows("reports.Draft", engagement_id=self.pk, kind="closing_report")
        lines = [line for line in draft["proposals"].split("\n") if line.strip()]
        words = [text for text in draft["narrative"].values() if text.strip()]
        return {"proposals.#": len(lines), **listed("narrative", [{}] * len(words))}


def verdict_of(objective: Row, result: Decimal | None) -> str:
    """Say what a result means, by the words of the agreement: reach it, get above it, get below it."""
    target, direction = objective["target"], objective["direction"]
    if result is None:
        return "not_measured"
    if result == target:
        return "met"
    beyond = {"up": result > target, "down": result < target, "reach": False}
    return "exceeded" if beyond[direction] else "missed"


def counted(cases: list[Row]) -> Row:
    """Count emergencies: how many, answered, in time, and the longest wait."""
    answered = [case for case in cases if case["response_minutes"] is not None]
    return {
        "invoked": len(cases),
        "answered": len(answered),
        "kept": len([case for case in answered if case["is_kept"]]),
        "longest_minutes": max((case["response_minutes"] for case in answered), default=None),
    }
