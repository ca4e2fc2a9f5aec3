"""What can be found, kept in the transaction of every change.

A row's app says which passages it has (`register`). Every business change writes an entry of the audit about the row it
changed: that is the one door through which the index follows (`follow`), so no service has to think of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction
from django.db.models.signals import post_delete
from django.utils.functional import Promise

from onsite.core.models import SearchEntry
from onsite.core.search.tokens import TITLE, VERSION, folded_of, tokens_of

if TYPE_CHECKING:
    from onsite.accounts.models import User

# tsvector ends at 1 MB, and a shorter piece shows a better snippet; what stands across a cut stands in both pieces.
CHUNK, OVERLAP = 2_000, 120
MOST_CHUNKS = 200


@dataclass(frozen=True, slots=True)
class Passage:
    """What a row says to both sides (`is_shared`) or to the vendor alone, and whose it is: an engagement's, a client's
    or, with neither, the company's own."""

    title: str
    text: str
    day: date | datetime
    is_shared: bool = False
    engagement_id: int | None = None
    client_id: int | None = None


Reader = Callable[[Any], Iterable[Passage]]
Rows = Callable[[models.QuerySet[Any]], models.QuerySet[Any]]
Parents = Callable[[Any], Iterable[models.Model]]
Url = Callable[[Any, "User"], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of a model that can be found: what `register` was told."""

    name: str
    model: type[models.Model]
    label: str | Promise
    reader: Reader
    rows: Rows
    url: Url
    heading: Callable[[Any], str] | None
    is_personal: bool

    def read(self, pks: Iterable[int]) -> models.QuerySet[Any]:
        """Return these rows, with what the reader needs of them."""
        return self.rows(self.model._base_manager.filter(pk__in=pks)).order_by("pk")


_kinds: dict[str, Kind] = {}
_by_model: dict[type[models.Model], list[Kind]] = {}
_parents: dict[type[models.Model], list[Parents]] = {}


def register(
    model: type[models.Model],
    *,
    name: str,
    label: str | Promise,
    reader: Reader,
    rows: Rows = lambda rows: rows,
    url: Url = lambda row, user: str(row.get_absolute_url()),
    heading: Callable[[Any], str] | None = None,
    is_personal: bool = False,
) -> None:
    """Let the rows of `model` be found; call it from `AppConfig.ready()`. `model.objects` has `visible_to(user)`.

    `reader` returns a row's passages, none for a row that is not to be found (yet); `rows` fetches beforehand what it
    reads of them. `url` is where this person reads a row, `heading` what it is called where its title is not enough. With
    `is_personal` who may find a row is asked of `visible_to` alone: for rows of which there are few.
    """
    kind = Kind(name, model, label, reader, rows, url, heading, is_personal)
    _kinds[name] = kind
    _by_model.setdefault(model, []).append(kind)
    # Rows deleted with their engagement, or by a form's row set, write no entry of their own: this technical cascade
    # may hang on a signal, because it decides nothing.
    post_delete.connect(_forget, sender=model, dispatch_uid=f"search:{model._meta.label}")


def leads_to(model: type[models.Model], parents: Parents) -> None:
    """Say that a row of `model` is read as part of others: a change of it is one of theirs."""
    _parents.setdefault(model, []).append(parents)


def kinds() -> dict[str, Kind]:
    """Return what can be found, by name."""
    return _kinds


def follow(row: models.Model) -> None:
    """Take up a change of this row, and of those it is read as part of, in the transaction of the change. Nothing is
    asked where neither can be found."""
    model = type(row)
    if model not in _by_model and model not in _parents:
        return
    told = [row, *(parent for parents in _parents.get(model, ()) for parent in parents(row))]
    update(*told)


def update(*rows: models.Model) -> None:
    """Write down what these rows say now, as the database knows them. What says the same as before is read, not written."""
    for model in dict.fromkeys(type(row) for row in rows):
        pks = {row.pk for row in rows if type(row) is model and row.pk is not None}
        for kind in _by_model.get(model, ()):
            refresh(kind, pks)


@transaction.atomic
def refresh(kind: Kind, pks: Collection[int]) -> int:
    """Bring the entries of these rows up to date; return how many rows were not."""
    if not pks:
        return 0
    _take_turns(kind, pks)
    fresh, gone = differences(kind, pks)
    for pk, is_shared, chunk in gone:
        SearchEntry.objects.filter(kind=kind.name, object_id=pk, is_shared=is_shared, chunk=chunk).delete()
    for entry in fresh:
        lay_in(entry)
    if fresh:
        SearchEntry.objects.bulk_create(
            fresh,
            update_conflicts=True,
            unique_fields=["kind", "object_id", "is_shared", "chunk"],
            update_fields=_WRITTEN,
        )
    return len({entry.object_id for entry in fresh} | {pk for pk, _is_shared, _chunk in gone})


Key = tuple[int, bool, int]


def differences(kind: Kind, pks: Collection[int]) -> tuple[list[SearchEntry], list[Key]]:
    """Return the entries of these rows that should be there and are not, or say something else (without their tokens),
    and the keys of those that should not."""
    wanted = {_key(entry): entry for row in kind.read(pks) for entry in entries_of(kind, row)}
    rows = SearchEntry.objects.filter(kind=kind.name, object_id__in=pks)
    known = {(pk, shared, chunk): digest for pk, shared, chunk, digest in rows.values_list(*_KEY, "digest")}
    fresh = [entry for key, entry in wanted.items() if known.get(key) != entry.digest]
    return fresh, [key for key in known if key not in wanted]


def entries_of(kind: Kind, row: models.Model) -> Iterator[SearchEntry]:
    """Yield the entries that this row should have."""
    passages = list(kind.reader(row))
    for is_shared in (True, False):
        said = [passage for passage in passages if passage.is_shared == is_shared]
        for chunk, (passage, text) in enumerate(_chunks(said)):
            yield _entry(kind, row, passage, chunk, text)


def _chunks(passages: Sequence[Passage]) -> list[tuple[Passage, str]]:
    found = [
        (passage, passage.text[start : start + CHUNK])
        for passage in passages
        for start in range(0, max(len(passage.text) - OVERLAP, 1), CHUNK - OVERLAP)
    ]
    return found[:MOST_CHUNKS]


def _entry(kind: Kind, row: models.Model, passage: Passage, chunk: int, text: str) -> SearchEntry:
    title, text = passage.title.replace("\x00", "")[:500], text.replace("\x00", "")
    day = passage.day.date() if isinstance(passage.day, datetime) else passage.day
    said = (VERSION, title, text, str(day), passage.engagement_id, passage.client_id)
    return SearchEntry(
        kind=kind.name,
        object_id=row.pk,
        is_shared=passage.is_shared,
        chunk=chunk,
        engagement_id=passage.engagement_id,
        client_id=passage.client_id,
        day=day,
        title=title,
        text=text,
        digest=hashlib.sha256(repr(said).encode()).hexdigest(),
    )


def lay_in(entry: SearchEntry) -> None:
    """Fill in what the entry's title and text are found by; title words once more as such."""
    in_title = tokens_of(entry.title)
    found = in_title | tokens_of(entry.text) | {TITLE + token for token in in_title}
    entry.tokens = " ".join(sorted(found))
    entry.folded = f"{folded_of(entry.title)}\n{folded_of(entry.text)}"


_KEY = ("object_id", "is_shared", "chunk")
_WRITTEN = ["engagement_id", "client_id", "day", "title", "text", "folded", "tokens", "digest"]


def _key(entry: SearchEntry) -> Key:
    return entry.object_id, entry.is_shared, entry.chunk


def _take_turns(kind: Kind, pks: Collection[int]) -> None:
    """Let two who write about one row do so one after the other: the second reads what the first wrote. In the order of
    the ids, so that nobody waits in a circle."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            names = [f"search:{kind.name}:{pk}" for pk in sorted(pks)]
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(name)) FROM unnest(%s::text[]) AS name", [names])


def _forget(instance: models.Model, **kwargs: object) -> None:
    names = [kind.name for kind in _by_model[type(instance)]]
    SearchEntry.objects.filter(kind__in=names, object_id=instance.pk).delete()
