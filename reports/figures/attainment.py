"""Was an objective met? Computed from its reading, never typed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal

Direction = Literal["up", "down", "reach"]
Verdict = Literal["met", "exceeded", "missed", "not_measured"]

_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Attainment:
    """`fraction` runs from 0 (at the baseline or behind it) to 1 (at the target or beyond), in thousandths; None = not measured.

    It is 1 exactly when the verdict is met or exceeded.
    """

    verdict: Verdict
    fraction: Decimal | None


def attainment(
    *, baseline: Decimal | None, target: Decimal, direction: Direction, reading: Decimal | None
) -> Attainment:
    """The verdict on one reading.

    `up`: at least the target is met, more is exceeded. `down`: at most the target is met, less is exceeded. `reach`: only the
    target itself is met. The fraction is the share of the way from the baseline to the target; without a baseline (or with one
    that already satisfied the target) "up" starts at 0 and "down" compares the target with the reading.
    Raises ValueError for a number that is not finite.
    """
    if not all(value.is_finite() for value in (baseline, target, reading) if value is not None):
        raise ValueError("attainment needs finite numbers")
    if reading is None:
        return Attainment("not_measured", None)
    if reading == target:
        return Attainment("met", Decimal(1))
    if direction != "reach" and (reading > target) == (direction == "up"):
        return Attainment("exceeded", Decimal(1))
    share = _share(baseline, target, direction, reading)
    # Rounded down, so that a miss by a hair never draws a full bar.
    return Attainment("missed", min(max(share, Decimal(0)), 1 - _THOUSANDTH).quantize(_THOUSANDTH, ROUND_DOWN))


def _share(baseline: Decimal | None, target: Decimal, direction: Direction, reading: Decimal) -> Decimal:
    if direction == "reach":
        way = abs(target - baseline) if baseline is not None else Decimal(0)
        return 1 - abs(target - reading) / way if way else Decimal(0)
    sign = 1 if direction == "up" else -1
    if baseline is not None and (target - baseline) * sign > 0:
        return (reading - baseline) / (target - baseline)
    if direction == "up":
        return reading / target if target > 0 else Decimal(0)
    return target / reading if reading > 0 else Decimal(0)
