"""The field manual's chapters on functions, roll-out, emergencies and lists, in the words of the active language."""

from __future__ import annotations

from typing import Any

from onsite.core.charts.text import width_em
from reports.documents import wording
from reports.documents.field_manual import FieldManual
from reports.documents.manual_parts import ContingencyCard, FunctionEntry

# An estimate of how much text a card of A4 holds at each size, in em: measured on the printed page.
MOST_EM_OF_A_LARGE_CARD = 420
MOST_EM_OF_A_MEDIUM_CARD = 900


def chapters_context(manual: FieldManual) -> dict[str, Any]:
    """What the templates of these chapters read."""
    return {
        "modules": [(module, [_function(entry) for entry in module.functions]) for module in manual.modules],
        "rollout": [
            (step, wording.FREQUENCIES[step.frequency], wording.PRIORITIES[step.priority], wording.RISKS[step.risk])
            for step in manual.rollout
        ],
        "cards": [(card, _size(card)) for card in manual.contingency],
        "checklists": [(wording.MOMENTS[checklist.moment], checklist.lines) for checklist in manual.checklists],
    }


def _function(entry: FunctionEntry) -> dict[str, Any]:
    answers = (entry.who, entry.what, entry.when, entry.where, entry.why, entry.how)
    return {
        "row": entry,
        "risk": wording.RISKS[entry.risk],
        "is_risky": entry.risk in {"medium", "high"},
        "priority": wording.PRIORITIES[entry.priority],
        "frequency": wording.FREQUENCIES[entry.frequency],
        "is_analysed": any(answers) or bool(entry.rules),
    }


def _size(card: ContingencyCard) -> str:
    """How large a card is set, so that it stays on its one page; every step takes at least most of a line."""
    steps = sum(max(25.0, width_em(step)) for step in card.steps)
    total = steps + sum(map(width_em, (card.trigger, card.fallback, card.escalation, card.rehearsal_result)))
    return "large" if total <= MOST_EM_OF_A_LARGE_CARD else "medium" if total <= MOST_EM_OF_A_MEDIUM_CARD else "small"
