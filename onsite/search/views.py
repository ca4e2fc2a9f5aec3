"""The page of the one search box."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from engagements.workspace import person
from onsite.core.policy import signed_in
from onsite.search.forms import SearchForm
from onsite.search.shown import shown_search


@signed_in
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What was found, twenty a page; each person finds what they may see elsewhere, and no more."""
    form = SearchForm(request.GET)
    return render(request, "search/page.html", {"form": form, "search": shown_search(person(request), form)})
