"""The routes of the goal chain, of lessons and of standing rules, and who may open them: part of `tests.routes`."""

from __future__ import annotations

from tests.policies import MANAGER, MEMBERS, VENDOR, VENDOR_IN, Args, Company, Inside, Public


def _rule() -> Args:
    """The rule that came of a lesson of the own engagement."""
    return lambda world: [world.ids(world.engagement)["standing_rule"]]


LEARNED_ROUTES: dict[str, Company | Inside | Public] = {
    "reports:goal_chain": Inside(MEMBERS),
    # one engagement: no client reaches any of it
    "lessons:list": Inside(VENDOR_IN),
    "lessons:requirements": Inside(VENDOR_IN),
    "lessons:rule_tick": Inside(None, VENDOR_IN, ids="rule_application"),
    "lessons:none_state": Inside(None, VENDOR_IN),
    "lessons:none_withdraw": Inside(None, VENDOR_IN),
    "lessons:lesson_create": Inside(VENDOR_IN, VENDOR_IN),
    "lessons:lesson": Inside(VENDOR_IN, ids="lesson"),
    "lessons:lesson_edit": Inside(VENDOR_IN, VENDOR_IN, ids="lesson"),
    "lessons:lesson_delete": Inside(None, VENDOR_IN, ids="lesson"),
    "lessons:promote": Inside(MANAGER, MANAGER, ids="lesson"),
    # the company
    "lessons:rules": Company(VENDOR),
    "lessons:rule": Company(VENDOR, args=_rule()),
    "lessons:rule_version": Company(MANAGER, MANAGER, args=_rule()),
    "lessons:rule_retire": Company(None, MANAGER, args=_rule()),
}
