"""The wiki read: the list, an article, its pictures."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.workspace import person
from onsite.core import private_files
from onsite.core.policy import vendor_only
from onsite.core.views import performed
from training.models import Article, KnowledgeFile
from training.services import article_keeping
from training.wiki.listed import ArticleFilter, row_of
from training.wiki.pictures import is_shown
from training.wiki.shown import page_of

ARTICLES_A_PAGE = 30
_AT_HAND = ("published", "category", "client", "owner")


def article_of(request: HttpRequest, pk: int) -> Article:
    """Return the article if this person may read it, else raise Http404."""
    rows = Article.objects.visible_to(person(request)).select_related(*_AT_HAND)
    found: Article = get_object_or_404(rows, pk=pk)
    return found


@vendor_only
@require_safe
def article_list(request: HttpRequest) -> HttpResponse:
    """Articles by what the address asks for, the newest first; on the bare page what newcomers read first, and what waits
    for a review."""
    user, today = person(request), timezone.localdate()
    form = ArticleFilter(request.GET, user=user, today=today)
    rows = form.narrow().select_related(*_AT_HAND).order_by("-changed_at", "-pk")
    page_obj = Paginator(rows, ARTICLES_A_PAGE).get_page(request.GET.get("page"))
    readable = Article.objects.visible_to(user).select_related(*_AT_HAND)
    first, waiting = list(readable.read_first()), list(readable.in_review())
    context = {
        "form": form,
        "page_obj": page_obj,
        "rows": [row_of(article, user, today) for article in page_obj],
        "first": [row_of(article, user, today) for article in first] if not form.is_narrowed else [],
        "waiting": [row_of(article, user, today) for article in waiting] if not form.is_narrowed else [],
        "kinds": Article.Kind.choices,
    }
    return render(request, "wiki/article_list.html", context)


@vendor_only
@require_safe
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """What readers read; `?newest` shows the newest version to who may read it."""
    found = article_of(request, pk)
    context = page_of(found, person(request), wants_newest="newest" in request.GET)
    return render(request, "wiki/article.html", context)


@vendor_only
@require_safe
def picture(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """A picture, to who may read a version it stands in."""
    found, user = article_of(request, pk), person(request)
    rows = KnowledgeFile.objects.visible_to(user).filter(article=found)
    row = get_object_or_404(rows, number=number) if number < 2**15 else None
    if row is None or not is_shown(row, found, user):
        raise Http404
    return private_files.picture(path=str(row.file.name))


@vendor_only
@require_POST
def article_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether it helped; said again it is changed."""
    found, word = article_of(request, pk), request.POST.get("helpful", "")
    if word not in {"yes", "no"}:
        messages.error(request, _("Please say yes or no."))
        return redirect(found)
    return performed(
        request,
        lambda: article_keeping.vote(actor=person(request), article=found, is_helpful=word == "yes"),
        to=found.get_absolute_url(),
        success=_("Thank you."),
    )
