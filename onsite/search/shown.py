"""What the search page shows: results with their words marked, and what they can be narrowed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.utils.safestring import SafeString

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.models import SearchEntry
from onsite.core.search.index import kinds
from onsite.core.search.missed import note_miss
from onsite.core.search.query import Hit, Hits, Scope, find, rows_of
from onsite.core.search.question import LONGEST, Question, question_of
from onsite.core.search.snippets import Marker
from onsite.search.forms import SearchForm

A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Result:
    """One row that was found, as this person reads it."""

    title: SafeString
    snippet: SafeString
    url: str
    kind: str
    engagement: Engagement | None
    day: date
    is_internal: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """Something the results can be narrowed to; `value` is what stands in the address."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ShownSearch:
    """The page. Without `is_asked` nothing was typed; `asks_nothing` where what was typed holds no word."""

    words: str
    is_asked: bool
    asks_nothing: bool
    longest: int | None
    page_obj: Page[Hit]
    results: Sequence[Result]
    kinds: Sequence[Facet]
    engagements: Sequence[Facet]
    total: int
    is_cut: bool


def scope_of(user: User) -> Scope:
    """Return what this person may find: a manager everything, others what their memberships open."""
    if user.is_manager:
        return Scope(user, None)
    mine = list(Engagement.objects.visible_to(user).values_list("pk", "client_id"))
    return Scope(user, frozenset(pk for pk, _client in mine), frozenset(client for _pk, client in mine))


def shown_search(user: User, form: SearchForm) -> ShownSearch:
    """Find, count, narrow and mark; the number of queries does not depend on how much is found. What the vendor's people
    look for in vain is counted for those who write the wiki."""
    question = question_of(form.words)
    scope = scope_of(user)
    hits = find(question, scope)
    if question.terms and not hits.all and user.is_vendor:
        note_miss(form.words)
    narrowed = _narrowed(hits, question, scope, form)
    page = Paginator(narrowed, A_PAGE).get_page(form.page_number)
    names = _engagements(user, hits.all)
    chosen_kind, chosen = form.kind_name, str(form.engagement_id or "")
    labels = {pk: str(row) if user.is_client else f"{row.client.short_name} · {row}" for pk, row in names.items()}
    in_kind = [hit for hit in hits.all if not chosen_kind or hit.kind == chosen_kind]
    in_engagement = [hit for hit in hits.all if not chosen or str(hit.engagement_id) == chosen]
    return ShownSearch(
        words=form.words[: LONGEST + 1].strip(),
        is_asked=bool(form.words.strip()),
        asks_nothing=not question.terms,
        longest=LONGEST if question.was_cut else None,
        page_obj=page,
        results=_results(list(page), question, user, names),
        kinds=_facets((hit.kind for hit in in_engagement), {k: str(v.label) for k, v in kinds().items()}, chosen_kind),
        engagements=_facets(
            (str(hit.engagement_id) for hit in in_kind if hit.engagement_id),
            {str(pk): label for pk, label in labels.items()},
            chosen,
        ),
        total=len(hits.all),
        is_cut=hits.is_cut,
    )


def _narrowed(hits: Hits, question: Question, scope: Scope, form: SearchForm) -> Sequence[Hit]:
    only: dict[str, str | int] = {}
    if form.kind_name:
        only["kind"] = form.kind_name
    if form.engagement_id is not None:
        only["engagement_id"] = form.engagement_id
    if only and hits.is_cut:
        # More was found than was ranked: what it is narrowed to is looked for anew, and deeper.
        return find(question, scope, **only).all
    return [hit for hit in hits.all if all(getattr(hit, name) == value for name, value in only.items())]


def _engagements(user: User, hits: Iterable[Hit]) -> dict[int, Engagement]:
    pks = {hit.engagement_id for hit in hits if hit.engagement_id}
    rows = Engagement.objects.visible_to(user).filter(pk__in=pks).select_related("client")
    return {row.pk: row for row in rows}


def _facets(found: Iterable[str], labels: dict[str, str], chosen: str) -> list[Facet]:
    """Return what was found by how often, what is chosen always among it; nothing where there is no choice."""
    counts = Counter(value for value in found if value in labels)
    if chosen in labels:
        counts.setdefault(chosen, 0)
    facets = [Facet(value, labels[value], count, value == chosen) for value, count in counts.most_common()]
    return facets if len(facets) > 1 or chosen else []


def _results(hits: Sequence[Hit], question: Question, user: User, engagements: dict[int, Engagement]) -> list[Result]:
    marker = Marker(question)
    rows = rows_of(hits, user)
    entries = SearchEntry.objects.in_bulk([hit.entry_id for hit in hits])
    results = []
    for hit in hits:
        row, entry, kind = rows.get((hit.kind, hit.object_id)), entries.get(hit.entry_id), kinds()[hit.kind]
        # Either may have gone since it was found.
        if row is None or entry is None:
            continue
        results.append(
            Result(
                title=marker.marked(kind.heading(row) if kind.heading else entry.title),
                snippet=marker.snippet(entry.text),
                url=kind.url(row, user),
                kind=str(kind.label),
                engagement=engagements.get(hit.engagement_id) if hit.engagement_id else None,
                day=hit.day,
                is_internal=not entry.is_shared and hit.engagement_id is not None,
            )
        )
    return results
