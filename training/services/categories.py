"""The shelves of the wiki: managers keep them."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from onsite.accounts.access import require_manager
from onsite.accounts.models import User
from onsite.core import audit, search
from onsite.core.errors import DomainError
from onsite.core.unique import unless_taken
from training.models import Article, Category


def with_counts() -> QuerySet[Category]:
    """Return the shelves in their order, each with how many articles stand on it as `count`."""
    return Category.objects.annotate(count=Count("articles")).order_by("position", "name")


@transaction.atomic
def add_category(*, actor: User, name: str) -> Category:
    """Add a shelf as the last. Raises DomainError on "name" where there is one of that name."""
    require_manager(actor)
    last = Category.objects.aggregate(last=Max("position"))["last"] or 0
    with unless_taken(_("There is a category of this name.")):
        row = Category.objects.create(name=name, position=last + 1)
    _audit(actor, "category.created", row)
    return row


@transaction.atomic
def rename_category(*, actor: User, category: Category, name: str) -> None:
    """Raises DomainError on "name" where another shelf has it, or where this one is gone."""
    require_manager(actor)
    with unless_taken(_("There is a category of this name.")):
        found = Category.objects.filter(pk=category.pk).update(name=name)
    if not found:
        raise DomainError(_("Somebody deleted this meanwhile."))
    category.name = name
    _audit(actor, "category.renamed", category)


@transaction.atomic
def move_category(*, actor: User, category: Category, up: bool) -> None:
    """Move a shelf one place up or down; at the end it stays where it is."""
    require_manager(actor)
    rows = list(Category.objects.select_for_update().order_by("position", "name"))
    place = next((index for index, row in enumerate(rows) if row.pk == category.pk), None)
    other = None if place is None else place - 1 if up else place + 1
    if place is None or other is None or not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for position, row in enumerate(rows, 1):
        row.position = position
    Category.objects.bulk_update(rows, ["position"])
    _audit(actor, "category.moved", category)


@transaction.atomic
def delete_category(*, actor: User, category: Category) -> None:
    """Take a shelf out; its articles stay, on none. One that is gone already stays so."""
    require_manager(actor)
    articles = list(Article.objects.filter(category=category).only("pk"))
    _audit(actor, "category.deleted", category)
    Category.objects.filter(pk=category.pk).delete()
    search.update(*articles)


def _audit(actor: User, action: str, row: Category) -> None:
    audit.record(chain=audit.COMPANY, actor=actor, action=action, target=row, data={"name": row.name})
