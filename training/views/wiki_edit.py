"""The wiki written: new articles, their text with a preview, what stands beside it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements.workspace import person, posted
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.forms import retype, submitted
from onsite.core.policy import vendor_only
from onsite.core.views import performed
from training.forms.wiki import DetailsForm, LinkForm, NewArticleForm, TextForm
from training.models import Article, ArticleLink, ArticleVersion
from training.services import article_pictures, articles
from training.views.wiki import article_of
from training.wiki.access import keeps, may_write, sees_newest
from training.wiki.conflict import Conflict, conflict_of
from training.wiki.kinds import OUTLINES, starting_text
from training.wiki.links import targets_of
from training.wiki.reading import read


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def article_create(request: HttpRequest) -> HttpResponse:
    """First the kind, then the article, begun with that kind's parts."""
    user, asked = person(request), request.POST.get("kind") or request.GET.get("kind", "")
    if asked not in Article.Kind.values:
        outlines = [(kind, Article.Kind(kind).label, outline.purpose) for kind, outline in OUTLINES.items()]
        return render(
            request, "wiki/article_kinds.html", {"outlines": outlines, "wanted": request.GET.get("title", "")}
        )
    initial = {"kind": asked, "text": starting_text(asked), "title": request.GET.get("title", "")[:160]}
    form = NewArticleForm(posted(request), user=user, initial=initial)
    is_preview = "preview" in request.POST
    if not is_preview:
        saved = submitted(request, form, partial(articles.create_article, actor=user))
        if saved is not None:
            messages.success(request, _("The draft is saved. Nobody else reads it yet."))
            return redirect(saved)
    context = {"form": form, "kind": Article.Kind(asked).label, "purpose": OUTLINES[Article.Kind(asked)].purpose}
    return _shown(request, "wiki/article_new.html", context, form, None, is_preview=is_preview)


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def article_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Title and text. Whoever saves over somebody else's newer version sees both, and nothing of theirs is lost."""
    user = person(request)
    found = Article.objects.visible_to(user).select_related("client", "owner").filter(pk=pk).first()
    if found is None:
        return render(request, "wiki/article_gone.html", {"text": request.POST.get("text", "")}, status=404)
    newest = articles.newest_of(found)
    if request.method != "POST" and not (may_write(user, found, newest) and sees_newest(user, found, newest)):
        messages.error(request, _refusal(found, newest))
        return redirect(found)
    initial = {"version": newest.number, "title": newest.title, "text": newest.text}
    form = TextForm(posted(request), request.FILES or None, initial=initial)
    is_preview = "preview" in request.POST
    if "add_picture" in request.POST:
        _add_picture(user, found, form)
        is_preview = True
    if is_preview:
        return _shown(
            request, "wiki/article_edit.html", {"article": found, "form": form}, form, found, is_preview=True
        )
    return _saved(request, user, found, form)


def _saved(request: HttpRequest, user: User, found: Article, form: TextForm) -> HttpResponse:
    conflict: Conflict | None = None

    def save(*, picture: object, caption: str, **fields: Any) -> ArticleVersion:
        nonlocal conflict
        try:
            return articles.save_version(actor=user, article=found, **fields)
        except StaleError:
            conflict = conflict_of(user, found, fields["version"], fields["text"])
            raise

    if submitted(request, form, save):
        messages.success(request, _("Saved as a draft."))
        return redirect(f"{found.get_absolute_url()}?newest")
    context: dict[str, Any] = {"article": found, "form": form, "conflict": conflict}
    if conflict is None:
        return _shown(request, "wiki/article_edit.html", context, form, found, is_preview=False)
    # They saw both: from here on they may save on top of what stands there now.
    retype(form, version=str(conflict.version))
    return render(request, "wiki/article_edit.html", context, status=409)


def _refusal(article: Article, newest: ArticleVersion) -> str:
    if article.is_archived:
        return _("This article is archived. Take it back first.")
    return _("%(name)s is writing on a newer version. You can go on once it waits for a review.") % {
        "name": newest.author.name
    }


def _add_picture(user: User, article: Article, form: TextForm) -> None:
    """Store the chosen picture and call it at the end of what was typed; what else was typed stays as it is."""
    form.is_valid()
    upload = form.cleaned_data.get("picture")
    if upload is None:
        form.add_error("picture", _("Please choose a picture first."))
        return
    try:
        stored = article_pictures.add_picture(actor=user, article=article, upload=upload)
    except DomainError as error:
        form.add_error("picture", error.message)
        return
    caption = (form.cleaned_data.get("caption") or stored.name).replace("[", "(").replace("]", ")")
    text = form.data.get("text", "").rstrip()
    retype(form, text=f"{text}\n\n![{caption}](picture:{stored.number})\n", caption="")


def _shown(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    form: Any,
    article: Article | None,
    *,
    is_preview: bool,
) -> HttpResponse:
    """Show the form with what its text looks like; a preview judges only the length."""
    text = str(form["text"].value() or "")[: Article.LONGEST]
    context |= {"read": read(text, article), "is_preview": is_preview}
    is_wrong = form.is_bound and (not is_preview or "picture" in form.errors)
    return render(request, template, context, status=422 if is_wrong else 200)


@vendor_only
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What the posted Markdown looks like, as a part of a page."""
    asked = request.POST.get("article", "")
    rows = Article.objects.visible_to(person(request))
    article = rows.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 10 else None
    text = request.POST.get("text", "")[: Article.LONGEST]
    return render(request, "wiki/parts/preview.html", {"read": read(text, article)})


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def article_details(request: HttpRequest, pk: int) -> HttpResponse:
    """Kind, category, tags, who reads it, when it is looked at again."""
    found, user = article_of(request, pk), person(request)
    if not keeps(user, found):
        raise PermissionDenied
    form = DetailsForm(posted(request), user=user, initial=DetailsForm.initial_of(found))
    had, stale = found.published_id, False

    def change(**fields: Any) -> Article:
        nonlocal stale
        try:
            return articles.change_details(actor=user, article=found, **fields)
        except StaleError:
            stale = True
            raise

    saved = submitted(request, form, change)
    if saved is not None:
        withdrawn = _("It has other readers now and is a draft until somebody looked at it.")
        messages.success(request, withdrawn if had and saved.published_id is None else _("Saved."))
        return redirect(saved)
    now = article_of(request, pk)
    theirs = now if form.rebased_on(now) else None
    context = {"article": found, "form": form, "theirs": theirs}
    return render(
        request, "wiki/article_details.html", context, status=409 if stale else 422 if form.is_bound else 200
    )


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def link_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the article is about."""
    found, user = article_of(request, pk), person(request)
    form = LinkForm(posted(request), user=user)

    def add(address: Any) -> bool:
        articles.add_link(actor=user, article=found, target=address)
        return True

    if submitted(request, form, add):
        return redirect(found)
    context = {
        "form": form, "title": _("Link a problem, a lesson or an engagement"), "crumb": _("Wiki"),
        "crumb_url": reverse("wiki:list"), "submit_label": _("Link"), "cancel_url": found.get_absolute_url(),
    }  # fmt: skip
    return render(request, "components/form_page.html", context, status=422 if form.is_bound else 200)


@vendor_only
@require_POST
def link_delete(request: HttpRequest, pk: int, link_pk: int) -> HttpResponse:
    """Take a link off."""
    found, user = article_of(request, pk), person(request)
    if link_pk not in {target.pk for target in targets_of(found, user)}:
        raise Http404
    link: ArticleLink = get_object_or_404(found.links, pk=link_pk)
    return performed(
        request,
        lambda: articles.remove_link(actor=user, article=found, link=link),
        to=found.get_absolute_url(),
        success=_("The link is gone."),
    )
