"""The whole index against what the rows say: what differs, and writing it anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Max

from onsite.core.models import SearchEntry
from onsite.core.search.index import Kind, differences, kinds, refresh

A_BATCH = 100
Progress = Callable[[Kind, int, int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of which the index does not say what it should."""

    kind: str
    object_id: int


def check(progress: Progress = lambda kind, done, total: None) -> list[Difference]:
    """Return the rows of which the index says something else than they do, or something where they say nothing."""
    found: set[tuple[str, int]] = set(_unknown())
    for kind, pks in _batches(progress):
        fresh, gone = differences(kind, pks)
        found |= {(kind.name, entry.object_id) for entry in fresh} | {(kind.name, pk) for pk, _shared, _chunk in gone}
    return [Difference(*one) for one in sorted(found)]


def rebuild(progress: Progress = lambda kind, done, total: None) -> int:
    """Write what differs; return of how many rows. Others may go on working meanwhile: a row is read and written under
    its own lock (`index.refresh`)."""
    SearchEntry.objects.exclude(kind__in=kinds()).delete()
    changed = 0
    for kind, pks in _batches(progress):
        fresh, gone = differences(kind, pks)
        differing = {entry.object_id for entry in fresh} | {pk for pk, _shared, _chunk in gone}
        changed += refresh(kind, differing)
    return changed


def _unknown() -> Iterator[tuple[str, int]]:
    yield from SearchEntry.objects.exclude(kind__in=kinds()).values_list("kind", "object_id")


def _batches(progress: Progress) -> Iterator[tuple[Kind, list[int]]]:
    """Yield each kind's ids, those of rows that are gone as well, so many at a time."""
    for kind in kinds().values():
        rows, entries = kind.model._base_manager.all(), SearchEntry.objects.filter(kind=kind.name)
        total = rows.count()
        last = max(rows.aggregate(last=Max("pk"))["last"] or 0, entries.aggregate(last=Max("object_id"))["last"] or 0)
        done, place = 0, 0
        progress(kind, done, total)
        while place < last:
            pks = set(rows.filter(pk__gt=place).order_by("pk").values_list("pk", flat=True)[:A_BATCH])
            until = max(pks) if len(pks) == A_BATCH else last
            gone = entries.filter(object_id__gt=place, object_id__lte=until).values_list("object_id", flat=True)
            yield kind, sorted(pks | set(gone))
            done, place = done + len(pks), until
            progress(kind, done, total)
