"""A frozen text of goals and scope, read back from its plain values for the page and for paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from engagements.models import CoreTask, Direction


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
    named = {"direction": str(Direction(row["direction"]).label), "due_on": date.fromisoformat(row["due_on"])}
    return FrozenObjective(**{**row, **named})
