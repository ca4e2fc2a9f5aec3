"""From what was typed to the rows that are found, in order: candidates from the database's index, ranked by `ranking`.

What a person may not see is left out twice: by the entries' own columns (`Scope`), and by `visible_to` of each row that is
a candidate, before anything is counted or shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

from django.db import connection
from django.db.models import Q, QuerySet

from onsite.core.models import SearchEntry
from onsite.core.search import index, ranking
from onsite.core.search.asked import All, AnyOf, Asked
from onsite.core.search.question import Question
from onsite.core.search.words import Found

if TYPE_CHECKING:
    from onsite.accounts.models import User

# How many of the newest entries are ranked: of those with all words, with two of them, with one. They bound the work,
# however many documents there are; a rare word is found wherever it stands.
MOST_IN_TITLE, MOST_WITH_ALL, MOST_WITH_TWO, MOST_WITH_ONE = 100, 300, 200, 40
ENOUGH = 40
_TERMS_IN_PAIRS = 8
# Words are rare or frequent up to here; beyond, more exact counts would change no order.
_MOST_COUNTED = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """What this person may find, as the entries tell it: everything (`engagements` None), or what belongs to these
    engagements and clients, and the company's own for the vendor. A client finds what is shared alone."""

    user: User
    engagements: frozenset[int] | None
    clients: frozenset[int] = frozenset()

    @property
    def condition(self) -> Q:
        personal = [kind for kind in index.kinds().values() if kind.is_personal]
        mine = Q() if self.engagements is None else self._own() & ~Q(kind__in=[kind.name for kind in personal])
        if self.user.is_client:
            return mine & Q(is_shared=True)
        if self.engagements is not None:
            for kind in personal:
                mine |= Q(kind=kind.name, object_id__in=_visible(kind, self.user).values("pk"))
        return mine

    def _own(self) -> Q:
        mine = Q(engagement_id__in=sorted(self.engagements or ()))
        if self.user.is_client:
            return mine
        return mine | Q(engagement_id=None, client_id=None) | Q(engagement_id=None, client_id__in=sorted(self.clients))


@dataclass(slots=True)
class Hit:
    """One row that was found. `entry_id` is the passage that speaks most for it."""

    kind: str
    object_id: int
    engagement_id: int | None
    day: date
    score: float
    entry_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, best first. `is_cut` says that there is more than was ranked."""

    all: Sequence[Hit] = ()
    is_cut: bool = False


def find(question: Question, scope: Scope, **only: Any) -> Hits:
    """Return what this person may see of what was found; `only` narrows the entries, as a filter does."""
    # A client who belongs to no engagement (any more) finds nothing; Django would refuse to write the statement.
    if not question.terms or (scope.user.is_client and not scope.engagements):
        return Hits()
    entries = SearchEntry.objects.filter(scope.condition, **only)
    counts = _counts(entries, question)
    if not any(counts[1:]):
        return Hits()
    ids, is_cut = _candidates(entries, question, counts[1:])
    rows = list(SearchEntry.objects.filter(pk__in=ids).values_list(*ranking.Entry._fields))
    seen = _only_visible([ranking.Entry(*row) for row in rows], scope.user)
    hits = [Hit(**best._asdict()) for best in ranking.rank(seen, question, counts)]
    return Hits(hits, is_cut)


def _only_visible(entries: Iterable[ranking.Entry], user: User) -> list[ranking.Entry]:
    """Keep the entries of rows that `visible_to` gives this person: the last word about what may be told."""
    by_kind: dict[str, list[ranking.Entry]] = defaultdict(list)
    for entry in entries:
        by_kind[entry.kind].append(entry)
    kept: list[ranking.Entry] = []
    for name, found in sorted(by_kind.items()):
        if name in index.kinds():
            rows = _visible(index.kinds()[name], user).filter(pk__in={entry.object_id for entry in found})
            known = set(rows.values_list("pk", flat=True))
            kept += [entry for entry in found if entry.object_id in known]
    return kept


def rows_of(hits: Sequence[Hit], user: User) -> dict[tuple[str, int], Any]:
    """Return the rows behind these hits, read as this person sees them."""
    found: dict[tuple[str, int], Any] = {}
    for name in sorted({hit.kind for hit in hits}):
        pks = [hit.object_id for hit in hits if hit.kind == name]
        kind = index.kinds()[name]
        for row in kind.rows(_visible(kind, user).filter(pk__in=pks)):
            found[name, row.pk] = row
    return found


def _visible(kind: index.Kind, user: User) -> QuerySet[Any]:
    rows: Callable[[User], QuerySet[Any]] = cast(Any, kind.model)._default_manager.visible_to
    return rows(user).order_by()


def _counts(entries: QuerySet[SearchEntry], question: Question) -> list[int]:
    """Return how many entries there are, and how many hold each term, counted up to a bound, in one statement."""
    some = [entries, *(entries.filter(Found(term.asked)) for term in question.terms)]
    parts, params = _statements(rows.order_by().values("id")[:_MOST_COUNTED] for rows in some)
    # Django wrote the parts; what people typed stands in the parameters.
    counted = ", ".join(f"(SELECT count(*) FROM ({part}) counted)" for part in parts)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counted}", params)
        return list(cursor.fetchone())


def _candidates(entries: QuerySet[SearchEntry], question: Question, counts: Sequence[int]) -> tuple[set[int], bool]:
    needed = question.needed
    with_all = [_newest(entries, All(tuple(term.asked for term in needed)), MOST_WITH_ALL)]
    with_all.append(_newest(entries, All(tuple(term.in_title for term in needed)), MOST_IN_TITLE))
    found = _union(with_all)
    is_cut = found.count(0) >= MOST_WITH_ALL
    ids = set(found.ids)
    if len(ids) < ENOUGH and len(question.terms) > 1:
        # A word that stands nearly everywhere says nothing by itself, and is the dearest to look for.
        rare = [term for term, count in zip(question.terms, counts, strict=True) if count < _MOST_COUNTED]
        fewer = [_newest(entries, term.asked, MOST_WITH_ONE) for term in rare or question.terms]
        pairs = [All((one.asked, other.asked)) for one, other in combinations(needed[:_TERMS_IN_PAIRS], 2)]
        if len(needed) > 2:
            fewer.append(_newest(entries, AnyOf(tuple(pairs)), MOST_WITH_TWO))
        ids |= set(_union(fewer).ids)
    return ids, is_cut


@dataclass(frozen=True, slots=True)
class _Union:
    ids: list[int]
    places: list[int]

    def count(self, place: int) -> int:
        return self.places.count(place)


def _newest(entries: QuerySet[SearchEntry], asked: Asked, most: int) -> QuerySet[Any, Any]:
    rows = entries.filter(Found(asked)).order_by("-day", "-object_id", "kind", "-is_shared", "chunk")
    return rows.values("id")[:most]


def _union(lists: Sequence[QuerySet[Any, Any]]) -> _Union:
    """Return the ids of several lists, each with the number of its list. One statement: SQLite wants each bounded list in
    a subquery of its own, which Django's `union` doesn't write."""
    parts, params = _statements(lists)
    # Django wrote the parts; what people typed stands in the parameters.
    listed = [f"SELECT id, {place} FROM ({part}) part{place}" for place, part in enumerate(parts)]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(listed), params)
        rows = cursor.fetchall()
    return _Union([pk for pk, _place in rows], [place for _pk, place in rows])


def _statements(lists: Iterable[QuerySet[Any, Any]]) -> tuple[list[str], list[Any]]:
    parts: list[str] = []
    params: list[Any] = []
    for rows in lists:
        sql, given = rows.query.sql_with_params()
        parts.append(sql)
        params += given
    return parts, params
