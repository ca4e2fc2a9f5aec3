"""Words of a sheet in any of our languages: a file goes from hand to hand, its readers' languages differ."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import override

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


def in_all_languages(word: _StrOrPromise) -> set[str]:
    """Return how the word reads in each of our languages, folded for comparing. A lazy word knows them all."""
    said = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            said.add(folded(str(word)))
    return said


def folded(word: str) -> str:
    return " ".join(word.split()).casefold()


def meaning(word: str, choices: Iterable[tuple[str, _StrOrPromise]]) -> str | None:
    """Return the stored value this word stands for, or None. `choices` are value and lazy label."""
    for value, label in choices:
        if folded(word) in in_all_languages(label):
            return value
    return None


def as_text(value: str | Decimal | date | None) -> str:
    """Return what stands in the cell as text: a number without exponent, a day as 2026-11-22, nothing as ""."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
