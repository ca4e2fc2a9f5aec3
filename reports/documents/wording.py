"""Values in the words of the active language, for the printed page."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from reports.documents.parts import Objective

NOTHING = "—"

VERDICTS = {
    "met": gettext_lazy("Met"),
    "exceeded": gettext_lazy("Exceeded"),
    "missed": gettext_lazy("Not met"),
    "not_measured": gettext_lazy("Not measured"),
}
# What became of the value at closing, by a follow-up visit.
CHANGES = {
    "held": pgettext_lazy("objective", "Held"),
    "improved": pgettext_lazy("objective", "Improved"),
    "decayed": pgettext_lazy("objective", "Decayed"),
    "not_measured": pgettext_lazy("objective", "Not measured"),
}
VERDICT_CLASSES = {"met": "ok", "exceeded": "ok", "missed": "warn", "not_measured": "muted"}

SIDES = {
    "client": gettext_lazy("Client"),
    "vendor": gettext_lazy("Vendor"),
    "third_party": gettext_lazy("Third party"),
}
# Who still has to act. The client's own part is asked for, not blamed.
NEXT_STEPS = {
    "client": gettext_lazy("Needs your side"),
    "vendor": gettext_lazy("Vendor"),
    "third_party": gettext_lazy("Third party"),
}
AGREED_HOW = {
    "screen": gettext_lazy("signed on screen"),
    "paper": gettext_lazy("signed on paper"),
    "pending": gettext_lazy("signature under way"),
}
RISKS = {
    "none": gettext_lazy("none"),
    "low": gettext_lazy("low"),
    "medium": gettext_lazy("medium"),
    "high": gettext_lazy("high"),
}
PRIORITIES = {"must": gettext_lazy("must"), "should": gettext_lazy("should"), "could": gettext_lazy("could")}
FREQUENCIES = {
    "daily": gettext_lazy("daily"),
    "weekly": gettext_lazy("weekly"),
    "monthly": gettext_lazy("monthly"),
    "rarely": gettext_lazy("rarely"),
}
MOMENTS = {
    "before": gettext_lazy("Before the first day on site"),
    "daily": gettext_lazy("Every day on site"),
    "go_live": gettext_lazy("Before go-live"),
}
# A target reads as a bound: at least, at most, exactly.
_BOUNDS = {"up": "≥ ", "down": "≤ ", "reach": ""}


def number(value: Decimal | int) -> str:
    """Without needless zeros, grouped as the language does."""
    return number_format(format(Decimal(value).normalize(), "f"), force_grouping=True)


def amount(value: Decimal | None, unit: str) -> str:
    """A value with its unit ("30 days", "95%"), or a dash when there is none."""
    if value is None:
        return NOTHING
    return f"{number(value)}{unit}" if unit in {"%", "‰", ""} else f"{number(value)} {unit}"


def target(objective: Objective) -> str:
    """The bound that was agreed: "≤ 30 minutes"."""
    return _BOUNDS[objective.direction] + amount(objective.target, objective.unit)


def signed(value: int) -> str:
    """With its sign: "+2", "0", "−1"."""
    return f"+{value}" if value > 0 else f"−{-value}" if value < 0 else "0"


def slip(days: int | None) -> str:
    """In words: "2 working days late", "on the agreed day", or a dash when there is no baseline."""
    if days is None:
        return NOTHING
    if days > 0:
        return ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days}
    if days < 0:
        return ngettext("%(days)s working day early", "%(days)s working days early", -days) % {"days": -days}
    return _("on the agreed day")
