"""Looking after articles: owner, still true, archived, read first; the shelves; what is wanted; drafts from problems."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements.workspace import open_engagement, person, posted
from onsite.core.errors import DomainError
from onsite.core.forms import submitted
from onsite.core.policy import manager_only, vendor_only
from onsite.core.views import performed
from standups.models import Problem
from training.forms.wiki import OwnerForm, ReadFirstForm
from training.models import Article
from training.services import article_drafts, article_keeping
from training.views.wiki import article_of
from training.wiki.access import keeps


def _done(request: HttpRequest, pk: int, service: Callable[..., object], success: str) -> HttpResponse:
    found = article_of(request, pk)
    act = partial(service, actor=person(request), article=found)
    return performed(request, act, to=found.get_absolute_url(), success=success)


@vendor_only
@require_POST
def article_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Looked at, still true."""
    return _done(request, pk, article_keeping.confirm_article, _("Noted. It is looked at again in half a year."))


@vendor_only
@require_POST
def article_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the lists; nothing is lost."""
    return _done(request, pk, article_keeping.archive_article, _("Archived. Nothing of it is lost."))


@vendor_only
@require_POST
def article_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Back into the lists."""
    return _done(request, pk, article_keeping.take_back, _("It is back."))


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def article_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Another owner."""
    found, user = article_of(request, pk), person(request)
    if not keeps(user, found):
        raise PermissionDenied
    form = OwnerForm(posted(request), initial={"owner": found.owner_id})
    return _one_field(request, found, form, article_keeping.hand_over, _("Hand the article over"))


@manager_only
@require_http_methods(["GET", "HEAD", "POST"])
def article_read_first(request: HttpRequest, pk: int) -> HttpResponse:
    """A place in what newcomers read first."""
    found = article_of(request, pk)
    form = ReadFirstForm(posted(request), initial={"place": found.read_first})
    return _one_field(request, found, form, article_keeping.set_read_first, _("Read these first"))


def _one_field(
    request: HttpRequest, found: Article, form: Any, service: Callable[..., object], title: str
) -> HttpResponse:
    def act(**fields: Any) -> bool:
        service(actor=person(request), article=found, **fields)
        return True

    if submitted(request, form, act):
        messages.success(request, _("Saved."))
        return redirect(found)
    context = {
        "form": form, "title": title, "crumb": _("Wiki"), "crumb_url": reverse("wiki:list"),
        "submit_label": _("Save"), "cancel_url": found.get_absolute_url(),
    }  # fmt: skip
    return render(request, "components/form_page.html", context, status=422 if form.is_bound else 200)


@vendor_only
@require_POST
def from_problem(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A draft from what was solved or answered; where there is one already, that one."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    problem: Problem = get_object_or_404(engagement.problems.visible_to(user), pk=pk)
    try:
        draft = article_drafts.draft_from_problem(actor=user, problem=problem)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(problem)
    return redirect(draft)
