"""Which chapters the next field manual will have, and where the empty ones are filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from engagements.models import Engagement
from reports.documents.chapters import outline
from reports.documents.field_manual import FieldManual

# What is not here fills itself, or is written on the page of the draft.
_PLACES = {
    "contacts": "engagements:team",
    "goals": "engagements:prepare",
    "functions": "engagements:function_list",
    "plan": "engagements:plan",
    "rollout": "engagements:function_list",
    "contingency": "engagements:contingency_list",
    "environments": "engagements:site",
    "checklists": "engagements:site",
}
_LISTS = {
    "contacts": "contacts",
    "functions": "rollout",
    "contingency": "contingency",
    "environments": "environments",
}


@dataclass(frozen=True)
class ChapterToWrite:
    """A chapter, whether it will stand in the manual, how many rows it has (0 where that says nothing), and where it is
    filled ("" where nowhere)."""

    title: str | Promise
    stands: bool
    count: int
    url: str


def chapters_to_write(engagement: Engagement, manual: FieldManual) -> tuple[ChapterToWrite, ...]:
    """Return every chapter in printing order."""
    return tuple(_chapters(engagement, manual))


def _chapters(engagement: Engagement, manual: FieldManual) -> Iterator[ChapterToWrite]:
    for anchor, title, stands in outline(manual):
        place = _PLACES.get(anchor)
        rows = getattr(manual, _LISTS[anchor]) if anchor in _LISTS else ()
        yield ChapterToWrite(title, stands, len(rows), reverse(place, args=[engagement.pk]) if place else "")
