"""How an engagement fares, with its reasons. Vendor only: pure rules from plain numbers, tested by table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Level = Literal["bad", "warn", "ok"]
_RANK: dict[Level, int] = {"bad": 0, "warn": 1, "ok": 2}

MISSED_BAD_DAYS = 3
LATE_BAD_DAYS = 5
SIGNATURE_PATIENCE_DAYS = 5
WAIVER_NEAR_DAYS = 3
VISIT_NEAR_DAYS = 7
CONCERN_PATIENCE_DAYS = 2


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of one engagement.

    `slip` is in working days (negative: early); `missed_days` counts the agreed stand-up days in a row without one;
    `signature_waits_days` and `concern_waits_days` (the client's oldest doubt without an answer) working days;
    `waiver_due_days` and `visit_due_days` calendar days until the first is due, negative once it has passed, None where
    there is none; `is_overdue`: the planned day passed without a go-live; `conditions_overdue` counts conditions of
    acceptance that nobody met in time.
    """

    slip: int = 0
    is_overdue: bool = False
    missed_days: int = 0
    critical: int = 0
    signature_waits_days: int | None = None
    waiver_due_days: int | None = None
    visit_due_days: int | None = None
    concern_waits_days: int | None = None
    conditions_overdue: int = 0
    has_lead: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in the reader's words; `ok` informs and asks for nothing."""

    level: Level
    text: str


def reasons(signs: Signs) -> tuple[Reason, ...]:
    """Return every reason, the worst first; within a level in the order below."""
    found = [
        _critical(signs), _missed(signs), _concern(signs), _waiver(signs), _visit(signs), _overdue(signs),
        _late(signs), _signature(signs), _conditions(signs), _lead(signs),
    ]  # fmt: skip
    return tuple(sorted((reason for reason in found if reason), key=lambda reason: _RANK[reason.level]))


def attention(found: tuple[Reason, ...], slip: int) -> tuple[int, int, int]:
    """Return a sort key: most serious reasons first, then most reasons, then the latest."""
    levels = [reason.level for reason in found]
    return (-levels.count("bad"), -levels.count("warn"), -slip)


def needs_attention(found: tuple[Reason, ...]) -> bool:
    """Say whether a person has to look."""
    return any(reason.level != "ok" for reason in found)


def _critical(signs: Signs) -> Reason | None:
    if not signs.critical:
        return None
    text = ngettext("%(count)s critical problem open", "%(count)s critical problems open", signs.critical)
    return Reason("bad", text % {"count": signs.critical})


def _missed(signs: Signs) -> Reason | None:
    days = signs.missed_days
    if not days:
        return None
    text = ngettext("No stand-up on the last agreed day", "No stand-up for %(days)s agreed days", days)
    return Reason("bad" if days >= MISSED_BAD_DAYS else "warn", text % {"days": days})


def _concern(signs: Signs) -> Reason | None:
    days = signs.concern_waits_days
    if days is None or days <= CONCERN_PATIENCE_DAYS:
        return None
    text = ngettext(
        "Concern unanswered for %(days)s working day", "Concern unanswered for %(days)s working days", days
    )
    return Reason("warn", text % {"days": days})


def _waiver(signs: Signs) -> Reason | None:
    days = signs.waiver_due_days
    if days is None or days > WAIVER_NEAR_DAYS:
        return None
    if days < 0:
        text = ngettext("Waiver overdue by %(days)s day", "Waiver overdue by %(days)s days", -days)
        return Reason("bad", text % {"days": -days})
    if days == 0:
        return Reason("warn", _("Waiver due today"))
    text = ngettext("Waiver due in %(days)s day", "Waiver due in %(days)s days", days)
    return Reason("warn", text % {"days": days})


def _visit(signs: Signs) -> Reason | None:
    days = signs.visit_due_days
    if days is None or days > VISIT_NEAR_DAYS:
        return None
    if days < 0:
        text = ngettext("Follow-up visit overdue by %(days)s day", "Follow-up visit overdue by %(days)s days", -days)
        return Reason("bad", text % {"days": -days})
    if days == 0:
        return Reason("warn", _("Follow-up visit today"))
    text = ngettext("Follow-up visit in %(days)s day", "Follow-up visit in %(days)s days", days)
    return Reason("ok", text % {"days": days})


def _overdue(signs: Signs) -> Reason | None:
    return Reason("warn", _("Planned day passed, go-live not recorded")) if signs.is_overdue else None


def _late(signs: Signs) -> Reason | None:
    if signs.slip <= 0:
        return None
    text = ngettext("%(days)s working day late", "%(days)s working days late", signs.slip)
    return Reason("bad" if signs.slip >= LATE_BAD_DAYS else "warn", text % {"days": signs.slip})


def _signature(signs: Signs) -> Reason | None:
    days = signs.signature_waits_days
    if days is None or days < SIGNATURE_PATIENCE_DAYS:
        return None
    text = ngettext(
        "Signature waited for since %(days)s working day", "Signature waited for since %(days)s working days", days
    )
    return Reason("warn", text % {"days": days})


def _conditions(signs: Signs) -> Reason | None:
    count = signs.conditions_overdue
    if not count:
        return None
    text = ngettext("%(count)s condition of acceptance overdue", "%(count)s conditions of acceptance overdue", count)
    return Reason("warn", text % {"count": count})


def _lead(signs: Signs) -> Reason | None:
    return None if signs.has_lead else Reason("warn", _("Nobody leads on site"))
