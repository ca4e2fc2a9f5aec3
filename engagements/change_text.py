"""What is signed under a change request: the change, and the goals and scope that follow from the agreed ones."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import ChangeRequest, SignOff


def text_of_change(change: ChangeRequest, agreed: SignOff) -> dict[str, Any]:
    """Return what is signed: the change, its impact, and the goals and scope that follow from the agreed ones, whatever
    was drafted since. The price is not in it."""
    goals = _goals_after(change, agreed.text)
    return {
        "client": goals["client"],
        "engagement": goals["engagement"],
        "number": change.number,
        "title": change.title,
        "reason": change.reason,
        "origin": change.origin,
        "origin_note": change.origin_note,
        "stage": change.stage.kind if change.stage else "",
        "impact_days": change.impact_days,
        "impact_note": change.impact_note,
        "into_scope": change.into_scope,
        "out_of_scope": change.out_of_scope,
        "decision_note": change.decision_note,
        "goals_version": agreed.version,
        "agreed_before": agreed.text["agreed_go_live_on"],
        "goals": goals,
    }


def _goals_after(change: ChangeRequest, agreed: dict[str, Any]) -> dict[str, Any]:
    goals = deepcopy(agreed)
    calendar = change.engagement.working_calendar
    day = date.fromisoformat(goals["agreed_go_live_on"])
    if change.impact_days:
        goals["agreed_go_live_on"] = str(calendar.shift(day, change.impact_days))
    for text, origin, target in moves(change):
        goals[origin] = _without(goals[origin], text)
        goals[target].append({"text": text, "reason": reason_of(change)})
    return goals


def moves(change: ChangeRequest) -> list[tuple[str, str, str]]:
    """Return (line, the side it may have stood on, the side it goes to)."""
    moves = [(change.into_scope, "out_of_scope", "in_scope"), (change.out_of_scope, "in_scope", "out_of_scope")]
    return [move for move in moves if move[0]]


def _without(lines: list[dict[str, str]], text: str) -> list[dict[str, str]]:
    """Take the first line of this text out, if there is one."""
    at = next((i for i, line in enumerate(lines) if line["text"] == text), None)
    return lines if at is None else lines[:at] + lines[at + 1 :]


def reason_of(change: ChangeRequest) -> str:
    """Return why a line of the scope or a baseline is there; it is part of what was agreed, so it is written in the
    engagement's language."""
    with override(change.engagement.language):
        return _("Change request %(number)s") % {"number": change.number}
