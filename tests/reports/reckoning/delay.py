"""With whom the slipped days lie. Every slipped day is one entry on a pile: late days are laid on top, regained ones taken off
the top, and each entry remembers the day it came and whom it came from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import TypeAlias
from zoneinfo import ZoneInfo

from tests.reports.reckoning.raw import Numbers, Row, listed, rows

DaysLate: TypeAlias = Callable[[date | None, date | None], int | None]
Entry: TypeAlias = tuple[date, tuple[str, ...]]

PARTIES = ("vendor", "client", "third_party")


def delay_of(engagement: Row, days_late: DaysLate) -> Numbers:
    """Return the numbers of the ledger; there is none where it was not published."""
    pk = engagement["id"]
    if not rows("engagements.Publication", engagement_id=pk, item="delay"):
        return {"delay": None}
    waits, milestones = waits_of(pk), []
    for stage in sorted(rows("engagements.Stage", engagement_id=pk), key=lambda row: row["position"]):
        pictures = pictures_of(stage, engagement["go_live_on"])
        came, pile = piled(pictures, waits, days_late)
        newest = pictures[-1]
        lines = [line_of(engagement, stage["id"], day, count, pile) for day, count in came.items()]
        milestones.append(
            {
                "agreed_on": newest["agreed_on"],
                "planned_on": newest["finish_on"],
                "slip_days": days_late(newest["agreed_on"], newest["finish_on"]),
                **listed("shares", shares_of(pile)),
                **listed("days", lines),
            }
        )
    return listed("delay.milestones", milestones)


def pictures_of(stage: Row, live_on: date) -> list[Row]:
    """Return each day's picture; after the go-live there is nothing left to slip, and it ended on that day."""
    found = []
    taken = rows("engagements.PlanSnapshot", stage_id=stage["id"])
    for row in sorted(taken, key=lambda row: row["taken_on"]):
        for agreed in rows("engagements.BaselineStage", baseline_id=row["baseline_id"], stage_id=stage["id"]):
            found.append(row | {"agreed_on": agreed["finish_on"]})
    if stage["kind"] == "go_live":
        found = [row for row in found if row["taken_on"] <= live_on]
        found[-1] |= {"taken_on": live_on, "finish_on": live_on}
    return found


def waits_of(pk: int) -> list[Row]:
    """Return what may be charged before the client: nothing minor, and nothing internal but what was the vendor's to do."""
    found = []
    for problem in rows("standups.Problem", engagement_id=pk):
        links = rows("standups.Problem_tasks", problem_id=problem["id"])
        if problem["severity"] == "minor" or (problem["kind"] == "concern" and not links):
            continue
        for wait in rows("standups.ProblemWait", problem_id=problem["id"]):
            if wait["party"] == "vendor" or not problem["is_internal"]:
                found.append(wait | {"tasks": {link["task_id"] for link in links}})
    return found


def piled(pictures: list[Row], waits: list[Row], days_late: DaysLate) -> tuple[dict[date, int], list[Entry]]:
    """Return how many days came on which day, and the pile that is left."""
    came: dict[date, int] = {}
    pile: list[Entry] = []
    for picture in pictures:
        late = max(0, days_late(picture["agreed_on"], picture["finish_on"]) or 0)
        if late > len(pile):
            came[picture["taken_on"]] = late - len(pile)
        while len(pile) < late:
            pile.append((picture["taken_on"], guilty(picture, waits)))
        while len(pile) > late:
            pile.pop()
    return came, pile


def guilty(picture: Row, waits: list[Row]) -> tuple[str, ...]:
    """Return the parties with whom something waited on that day that drove this milestone."""
    day, found = picture["taken_on"], set()
    for wait in waits:
        lasted = wait["since_on"] <= day and (wait["until_on"] is None or day <= wait["until_on"])
        touches = bool(wait["tasks"] & set(picture["driving_tasks"]))
        if lasted and (touches or (not wait["tasks"] and not picture["has_tasks"])):
            found.add(wait["party"])
    return tuple(party for party in PARTIES if party in found)


def line_of(engagement: Row, stage_id: int, day: date, count: int, pile: list[Entry]) -> Row:
    left = [entry for entry in pile if entry[0] == day]
    told = {"unattributed": str(len(left))} if not left or not left[0][1] else {
        party: str(Fraction(len(left), len(left[0][1]))) for party in left[0][1]
    }  # fmt: skip
    said = rows("reports.DelayVoice", engagement_id=engagement["id"], stage_id=stage_id, arose_on=day)
    zone = ZoneInfo(engagement["time_zone"])
    words = [
        {
            "agrees": voice["stance"] == "agrees",
            "on": voice["said_at"].astimezone(zone).date(),
            "is_stale": voice["told"] != told,
        }
        for voice in sorted(said, key=lambda row: (row["said_at"], row["id"]))
    ]
    return {
        "arose_on": day, "days": count, "left": len(left),
        **listed("shares", shares_of(left)), **listed("said", words),
    }  # fmt: skip


def shares_of(pile: list[Entry]) -> list[Row]:
    """Add up the entries: a day with two guilty parties is half a day of each. In the parties' order, then nobody's."""
    total: dict[str, Fraction] = {}
    for _day, parties in pile:
        for party in parties or ("",):
            total[party] = total.get(party, Fraction()) + Fraction(1, len(parties) or 1)
    return [{"days": printed(total[party])} for party in (*PARTIES, "") if party in total]


def printed(days: Fraction) -> str:
    """Return 2, 1/2 or 1 1/3."""
    whole, rest = days.numerator // days.denominator, days - days.numerator // days.denominator
    return " ".join(str(part) for part in (whole, rest) if part) or "0"
