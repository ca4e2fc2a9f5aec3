"""The shelves of the wiki, kept by managers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements.workspace import person, posted
from onsite.core.forms import submitted
from onsite.core.policy import manager_only
from onsite.core.views import performed
from training.forms.wiki import CategoryForm
from training.models import Category
from training.services import categories


@manager_only
@require_http_methods(["GET", "HEAD", "POST"])
def category_list(request: HttpRequest) -> HttpResponse:
    """The shelves in their order; a new one is the last."""
    form = CategoryForm(posted(request))
    if submitted(request, form, lambda name: categories.add_category(actor=person(request), name=name)):
        return redirect("wiki:category_list")
    return _categories(request, form, None)


@manager_only
@require_POST
def category_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name."""
    row: Category = get_object_or_404(Category, pk=pk)
    form = CategoryForm(posted(request))

    def rename(name: str) -> bool:
        categories.rename_category(actor=person(request), category=row, name=name)
        return True

    if submitted(request, form, rename):
        return redirect("wiki:category_list")
    return _categories(request, form, row)


def _categories(request: HttpRequest, form: CategoryForm, row: Category | None) -> HttpResponse:
    context = {"form": form, "renamed": row, "categories": categories.with_counts()}
    return render(request, "wiki/category_list.html", context, status=422 if form.is_bound else 200)


@manager_only
@require_POST
def category_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up, or down."""
    row: Category = get_object_or_404(Category, pk=pk)
    up = request.POST.get("up") == "1"
    categories.move_category(actor=person(request), category=row, up=up)
    return redirect("wiki:category_list")


@manager_only
@require_POST
def category_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a shelf out; its articles stay."""
    row: Category = get_object_or_404(Category, pk=pk)
    return performed(
        request,
        lambda: categories.delete_category(actor=person(request), category=row),
        to=reverse("wiki:category_list"),
        success=_("The category is deleted. Its articles stay, without a category."),
    )
