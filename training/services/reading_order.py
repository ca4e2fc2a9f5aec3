"""In which order newcomers read what they read first."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from onsite.accounts.access import require_manager
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError
from training.models import Article


@transaction.atomic
def move_article(*, actor: User, article: Article, up: bool) -> None:
    """Exchange an article with its neighbour; at the end nothing happens. Places that two shared are told apart by it.

    Raises PermissionDenied for all but managers, DomainError where it is not among them any more.
    """
    require_manager(actor)
    # Always in the order of their keys, so that two who move at once never wait for each other.
    held = Article.objects.exclude(read_first=None).select_for_update(no_key=True).order_by("pk")
    rows = sorted(held, key=lambda row: (row.read_first or 0, row.pk))
    here = next((place for place, row in enumerate(rows) if row.pk == article.pk), None)
    if here is None:
        raise DomainError(_("This article is not among what newcomers read first any more."))
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for place, row in enumerate(rows, start=1):
        row.read_first = place
    Article.objects.bulk_update(rows, ["read_first"])
    data = {"place": there + 1}
    audit.record(chain=audit.COMPANY, actor=actor, action="article.read_first_moved", target=article, data=data)
