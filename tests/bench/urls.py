"""The site, and beside it what its pages are measured against: the least that a signed-in page and a create can be."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_protect

from engagements.models import ScopeItem
from onsite import urls as site
from onsite.core.policy import signed_in

BARE_PAGE = (
    "<!doctype html><html lang='en'><title>{{ title }}</title><h1>{{ title }}</h1><p>{{ request.user.name }}</p>"
)


class OneField(forms.Form):
    """The smallest form that says something."""

    text = forms.CharField(max_length=200)


@signed_in
def bare(request: HttpRequest) -> HttpResponse:
    """Session, user and a template, nothing else."""
    return HttpResponse(engines["django"].from_string(BARE_PAGE).render({"title": "Bare"}, request))


@csrf_protect
@signed_in
def create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Validate one field, write one row in one transaction, redirect."""
    form = OneField(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    with transaction.atomic():
        ScopeItem.objects.create(engagement_id=engagement_id, text=form.cleaned_data["text"])
    return redirect("bench-bare")


urlpatterns = [
    path("bench/bare/", bare, name="bench-bare"),
    path("bench/<int:engagement_id>/create/", create, name="bench-create"),
    *site.urlpatterns,
]
