"""What an article said before: its versions, what differs between two, and one of them again."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.workspace import person
from onsite.core.policy import vendor_only
from onsite.core.views import performed
from training.models import Article, ArticleVersion
from training.services import articles
from training.views.wiki import article_of
from training.wiki.access import may_write, sees_newest
from training.wiki.differences import differences
from training.wiki.reading import read

MOST_NUMBER = 2**31 - 1


def _version(request: HttpRequest, article: Article, number: int) -> ArticleVersion:
    rows = article.versions.visible_to(person(request)).select_related("author", "reviewed_by")
    if number > MOST_NUMBER:
        raise Http404
    found: ArticleVersion = get_object_or_404(rows, number=number)
    return found


@vendor_only
@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """All versions this person may read, the newest first, to be compared two by two."""
    found = article_of(request, pk)
    versions = list(found.versions.visible_to(person(request)).select_related("author", "reviewed_by"))
    context = {"article": found, "versions": versions, "newest_two": [row.number for row in versions[:2]]}
    return render(request, "wiki/article_history.html", context)


@vendor_only
@require_safe
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One version whole."""
    found, user = article_of(request, pk), person(request)
    shown = _version(request, found, number)
    newest = articles.newest_of(found)
    may_restore = number != found.version and may_write(user, found, newest) and sees_newest(user, found, newest)
    context = {"article": found, "shown": shown, "read": read(shown.text, found), "may_restore": may_restore}
    return render(request, "wiki/article_version.html", context)


@vendor_only
@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions, line beside line; the older stands first. Where none is named, the newest two."""
    found = article_of(request, pk)
    readable = found.versions.visible_to(person(request)).values_list("number", flat=True)
    named = [request.GET.get(name, "") for name in ("from", "to")]
    numbers = sorted(int(word) if word.isdecimal() and len(word) < 10 else 0 for word in named)
    if not any(named):
        newest = list(readable[:2])
        numbers = [newest[-1], newest[0]] if newest else [0, 0]
    was, now = (_version(request, found, number) for number in numbers)
    context = {"article": found, "was": was, "now": now, "rows": differences(was.text, now.text)}
    return render(request, "wiki/article_compare.html", context)


@vendor_only
@require_POST
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Save what this version said as the newest."""
    found, user = article_of(request, pk), person(request)
    old = _version(request, found, number)
    seen = request.POST.get("version", "")
    begun = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    return performed(
        request,
        lambda: articles.restore_version(actor=user, article=found, number=old.number, version=begun),
        to=f"{reverse('wiki:article', args=[found.pk])}?newest",
        success=_("Version %(number)s is the newest draft now.") % {"number": old.number},
    )
