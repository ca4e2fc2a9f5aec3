"""Frozen texts, read back from their plain values for the page and for paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from engagements import measures
from engagements.models import ChangeRequest, CoreTask, Direction, SignOff, StageKind
from engagements.section_text import SectionText, read_sections


@dataclass(frozen=True)
class FrozenObjective:
    """An objective as it was frozen; numbers as they were written."""

    title: str
    metric: str
    unit: str
    baseline: str | None
    target: str
    direction: str
    due_on: date
    how_measured: str
    measured_from: str


@dataclass(frozen=True)
class FrozenLine:
    """A line of the scope as it was frozen."""

    text: str
    reason: str


@dataclass(frozen=True)
class FrozenGoals:
    """Goals and scope as they were frozen; task and direction are named in the reader's language."""

    client: str
    engagement: str
    core_task: str
    purpose: str
    start_on: date
    agreed_go_live_on: date
    in_scope: tuple[FrozenLine, ...]
    out_of_scope: tuple[FrozenLine, ...]
    objectives: tuple[FrozenObjective, ...]


@dataclass(frozen=True)
class FrozenChange:
    """A change request as it was frozen, and the goals and scope it leads to. `stage` is "" where no stage grows."""

    client: str
    engagement: str
    number: int
    title: str
    reason: str
    origin: str
    origin_note: str
    stage: str
    impact_days: int
    impact_note: str
    into_scope: str
    out_of_scope: str
    decision_note: str
    goals_version: int
    agreed_before: date
    goals: FrozenGoals


def text_of(sign_off: SignOff) -> FrozenGoals | FrozenChange | SectionText:
    """Return the text of a sign-off of any kind."""
    if sign_off.kind == SignOff.Kind.CHANGE:
        return read_change(sign_off.text)
    return read(sign_off.text) if sign_off.kind == SignOff.Kind.GOALS else read_sections(sign_off.text)


def read_change(text: dict[str, Any]) -> FrozenChange:
    """Return the frozen text of `change_text.text_of_change`."""
    named = {
        "origin": str(ChangeRequest.Origin(text["origin"]).label),
        "stage": str(StageKind(text["stage"]).label) if text["stage"] else "",
        "agreed_before": date.fromisoformat(text["agreed_before"]),
        "goals": read(text["goals"]),
    }
    return FrozenChange(**{**text, **named})


def read(text: dict[str, Any]) -> FrozenGoals:
    """Return the frozen text of `services.goals.text_of_goals`."""
    return FrozenGoals(
        client=text["client"],
        engagement=text["engagement"],
        core_task=str(CoreTask(text["core_task"]).label),
        purpose=text["purpose"],
        start_on=date.fromisoformat(text["start_on"]),
        agreed_go_live_on=date.fromisoformat(text["agreed_go_live_on"]),
        in_scope=tuple(FrozenLine(**line) for line in text["in_scope"]),
        out_of_scope=tuple(FrozenLine(**line) for line in text["out_of_scope"]),
        objectives=tuple(_objective(row) for row in text["objectives"]),
    )


def _objective(row: dict[str, Any]) -> FrozenObjective:
    plain = {name: value for name, value in row.items() if name not in {"measure", "measure_of"}}
    return FrozenObjective(
        **{**plain, "direction": str(Direction(row["direction"]).label), "due_on": date.fromisoformat(row["due_on"])},
        measured_from=measures.label_of(row.get("measure", ""), row.get("measure_of", "")),
    )
