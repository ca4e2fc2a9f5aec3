"""How faithfully the daily stand-up was held."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class StandupFigures:
    """`agreed_days` = `held_days` + `missed_days`; `extra_days` were held without being agreed, so they can't outweigh a miss.

    `average_minutes` (one decimal) counts the stand-ups whose length is known; None when there is none.
    """

    agreed_days: int
    held_days: int
    missed_days: int
    extra_days: int
    average_minutes: Decimal | None


def standup_figures(
    *, agreed_on: Collection[date], held_minutes: Mapping[date, int | None], until: date
) -> StandupFigures:
    """The figures up to and with `until`.

    `agreed_on` are the days of the engagement's own rhythm; `held_minutes` maps each published stand-up to its length in
    minutes, None where nobody met (in writing) or no one took the time.
    """
    agreed = {day for day in agreed_on if day <= until}
    held = {day: minutes for day, minutes in held_minutes.items() if day <= until}
    known = [minutes for minutes in held.values() if minutes is not None]
    average = None
    if known:
        average = (Decimal(sum(known)) / len(known)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return StandupFigures(
        agreed_days=len(agreed),
        held_days=len(agreed & held.keys()),
        missed_days=len(agreed - held.keys()),
        extra_days=len(held.keys() - agreed),
        average_minutes=average,
    )
