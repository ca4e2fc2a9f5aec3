"""The goal chain in words and colours."""

from __future__ import annotations

from django import template

from reports.dashboards import chain_chart
from reports.figures import Verdict
from reports.figures.goal_chain import Change
from standups.rollout.matrix import state_look

register = template.Library()
register.filter("change_word", chain_chart.change_word)
register.filter("reached_words", chain_chart.reached_words)


@register.filter
def change_kind(change: Change) -> str:
    """The tag's colour; the word carries the meaning."""
    return chain_chart.CHANGES[change][1]


@register.filter
def verdict_kind(verdict: Verdict) -> str:
    """The tag's colour; the word carries the meaning."""
    return chain_chart.TONES[verdict]


@register.filter
def cell_look(state: str) -> dict[str, str]:
    """The tag's colour and the sign of a cell of the matrix."""
    kind, sign = state_look(state)
    return {"kind": kind, "sign": sign}
