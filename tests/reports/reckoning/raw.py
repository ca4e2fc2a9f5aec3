"""Raw rows, and the names under which numbers are compared."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias

from django.apps import apps

Row: TypeAlias = dict[str, Any]
Numbers: TypeAlias = dict[str, object]

# Texts that are computed like numbers: a verdict, and days that are shared ("1 1/2").
COMPUTED_TEXTS = {"verdict", "days"}
# Texts that numbers are printed in: the goal chain's values ("22 minutes, improved"), and how far a module is accepted.
VALUES, FRACTIONS = {"closing", "after"}, {"acceptance"}
BECAME = {
    "保持": "held",
    "改善": "improved",
    "变差": "decayed",
    "Held": "held",
    "Improved": "improved",
    "Decayed": "decayed",
}
# Lists of sentences that are made of numbers elsewhere in the snapshot.
SENTENCES = {"causes", "notes"}


def numbers_of(value: object, path: str = "") -> Numbers:
    """Return every number, day and yes or no of a snapshot by its path, and under "path.#" how many rows each list has.

    What holds none of them is a text. A number that is not there is None, as in the snapshot.
    """
    if is_dataclass(value):
        found: Numbers = {}
        for field in fields(value):
            below = f"{path}.{field.name}".lstrip(".")
            content = getattr(value, field.name)
            if isinstance(content, str) and field.name in VALUES:
                found |= {below: value_in(content)}
            elif isinstance(content, str):
                found |= {below: content} if field.name in COMPUTED_TEXTS else {}
            elif isinstance(content, tuple) and field.name in VALUES:
                found |= {below: [value_in(text) for text in content]}
            elif isinstance(content, tuple) and field.name in FRACTIONS:
                found |= {below: sorted(printed_in(text)[-2:] for text in content)}
            elif field.name not in SENTENCES:
                found |= numbers_of(content, below)
        return found
    if isinstance(value, tuple):
        found = {f"{path}.#": len(value)}
        for place, row in enumerate(value):
            if not isinstance(row, str):
                found |= numbers_of(row, f"{path}.{place}")
        return found
    return {path: value}


def printed_in(text: str) -> list[Decimal]:
    """Return the numbers that are printed in a text."""
    return [Decimal(digits.replace(",", "")) for digits in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)]


def value_in(text: str) -> tuple[Decimal | None, str | None]:
    """Return the value that a text begins with, and what it says became of it."""
    found, became = printed_in(text), [word for said, word in BECAME.items() if text.endswith(said)]
    return next(iter(found), None), next(iter(became), None)


def rows(model: str, **wanted: object) -> list[Row]:
    """Return the raw rows of a table, past every manager of ours."""
    return list(apps.get_model(model)._base_manager.filter(**wanted).values())


def listed(path: str, found: list[Row]) -> Numbers:
    """Return the numbers of a list of rows as `numbers_of` names them."""
    return {f"{path}.#": len(found)} | {
        f"{path}.{place}.{name}": value for place, row in enumerate(found) for name, value in row.items()
    }


def days(path: str, found: list[date]) -> Numbers:
    """Return the same for a list of days."""
    return {f"{path}.#": len(found)} | {f"{path}.{place}": day for place, day in enumerate(found)}


def rounded(values: list[int], step: str) -> Decimal:
    """Return the mean, rounded half up."""
    return (Decimal(sum(values)) / len(values)).quantize(Decimal(step), ROUND_HALF_UP)


def signed_on(sign_off_id: int) -> date | None:
    """Return the last day on which somebody signed; on paper, what a second person checked."""
    found = rows("engagements.Signature", sign_off_id=sign_off_id)
    known = [row["signed_on"] for row in found if row["method"] != "paper" or row["checked_at"] is not None]
    return max(known, default=None)
