"""From draft to published: asked for, judged, sent back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements.workspace import person, posted
from onsite.core.errors import StaleError
from onsite.core.forms import submitted
from onsite.core.policy import vendor_only
from onsite.core.views import performed
from training.forms.wiki import ReviewForm, SendBackForm
from training.models import Article
from training.services import article_review, articles
from training.views.wiki import article_of
from training.wiki import check
from training.wiki.access import may_judge
from training.wiki.differences import differences
from training.wiki.reading import read


def _seen(request: HttpRequest) -> int:
    """The number of the version that the page showed; 0 where it makes no sense, which is never the newest."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


@vendor_only
@require_POST
def review_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the draft for review."""
    found, user, seen = article_of(request, pk), person(request), _seen(request)
    return performed(
        request,
        lambda: article_review.ask_for_review(actor=user, article=found, version=seen),
        to=f"{found.get_absolute_url()}?newest",
        success=_("It waits for a review now: a colleague reads it and publishes it."),
    )


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """What was written beside what is published and what was found in it; publish it."""
    found, user, seen = article_of(request, pk), person(request), _seen(request)
    form = ReviewForm(posted(request))

    def publish(release_reason: str) -> bool:
        return _judged(request, lambda: article_review.publish_article(
            actor=user, article=found, version=seen, release_reason=release_reason
        ))  # fmt: skip

    if submitted(request, form, publish):
        messages.success(request, _("Published."))
        return redirect(found)
    return _page(request, found, form, SendBackForm())


@vendor_only
@require_POST
def review_send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it back with a word."""
    found, user, seen = article_of(request, pk), person(request), _seen(request)
    form = SendBackForm(posted(request))

    def give_back(note: str) -> bool:
        return _judged(request, lambda: article_review.send_back(actor=user, article=found, version=seen, note=note))

    if submitted(request, form, give_back):
        messages.success(request, _("Sent back; the writer is told."))
        return redirect("wiki:list")
    return _page(request, found, ReviewForm(), form)


def _judged(request: HttpRequest, act: Any) -> bool:
    """Say whether it was done; that somebody was faster is told above the page, which shows the newer version."""
    try:
        act()
    except StaleError as error:
        request.stale = True  # type: ignore[attr-defined]
        messages.error(request, error.message)
        raise
    return True


def _page(request: HttpRequest, found: Article, form: ReviewForm, back: SendBackForm) -> HttpResponse:
    user = person(request)
    found = article_of(request, found.pk)
    newest = articles.newest_of(found)
    if not may_judge(user, found, newest):
        if found.state == Article.State.PUBLISHED:
            return redirect(found)
        raise PermissionDenied
    before = found.published
    context = {
        "article": found,
        "shown": newest,
        "read": read(newest.text, found),
        "found": check.findings(found, newest),
        "rows": differences(before.text, newest.text) if before else [],
        "pictures": found.files.count(),
        "form": form,
        "back": back,
    }
    stale = getattr(request, "stale", False)
    wrong = request.method == "POST"
    return render(request, "wiki/article_review.html", context, status=409 if stale else 422 if wrong else 200)
