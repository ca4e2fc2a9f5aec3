"""The time zones a person can choose, the common ones of our clients first."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# By the name people call them; the others are told by their identifier.
NAMES = {
    "Asia/Shanghai": gettext_lazy("Shanghai"),
    "Asia/Urumqi": gettext_lazy("Urumqi"),
    "Asia/Hong_Kong": gettext_lazy("Hong Kong"),
    "Asia/Taipei": gettext_lazy("Taipei"),
    "Asia/Singapore": gettext_lazy("Singapore"),
    "Asia/Tokyo": gettext_lazy("Tokyo"),
    "Asia/Ho_Chi_Minh": gettext_lazy("Ho Chi Minh City"),
    "Asia/Jakarta": gettext_lazy("Jakarta"),
    "Asia/Kolkata": gettext_lazy("Kolkata"),
    "Asia/Dubai": gettext_lazy("Dubai"),
    "Europe/London": gettext_lazy("London"),
    "Europe/Berlin": gettext_lazy("Berlin"),
    "America/New_York": gettext_lazy("New York"),
    "America/Los_Angeles": gettext_lazy("Los Angeles"),
    "UTC": "UTC",
}
COMMON = tuple(NAMES)
REGIONS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)

Choices = list[tuple[str, list[tuple[str, str]]]]


def name(zone: str) -> str:
    """Return what a zone is called in the active language: "Shanghai", or "Africa/Accra" where we have no name."""
    return str(NAMES.get(zone, zone.replace("_", " ")))


def choices(current: str = "") -> Choices:
    """Return the zones in two groups for a select, each with its offset now; `current` is offered in any case."""
    now = timezone.now()
    common = [current, *COMMON] if current and current not in {*COMMON, *_all()} else list(COMMON)
    return [
        (_("Often used"), [(zone, _label(zone, now)) for zone in common]),
        (_("All zones"), [(zone, _label(zone, now)) for zone in _all() if zone not in COMMON]),
    ]


@cache
def _all() -> tuple[str, ...]:
    """Every zone named after a place, without the old aliases."""
    return tuple(sorted(zone for zone in available_timezones() if zone.split("/")[0] in REGIONS))


@cache
def _loaded(zone: str) -> ZoneInfo:
    """The zone itself; the standard library keeps eight of them and would read the other hundreds for every form."""
    return ZoneInfo(zone)


def _label(zone: str, now: datetime) -> str:
    offset = now.astimezone(_loaded(zone)).strftime("%z")
    return f"{name(zone)} (UTC{offset[:3]}:{offset[3:5]})"
