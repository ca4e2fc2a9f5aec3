"""What editors look after next: words that found nothing, articles that helped few, those whose day has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q

from onsite.accounts.models import User
from onsite.core.models import SearchMiss
from onsite.core.search.missed import misses
from training.client_names import naming
from training.models import Article

MOST = 50


@dataclass(frozen=True)
class Unhelpful:
    """A published article that more readers found unhelpful than helpful, with both counts."""

    article: Article
    unhelpful: int
    helpful: int


def looked_for(user: User) -> list[SearchMiss]:
    """Return the words this person may read, the most often looked for first."""
    rows = list(misses()[: MOST * 4])
    if not user.is_manager:
        telling = naming(row.words for row in rows)
        rows = [row for row in rows if row.words not in telling]
    return rows[:MOST]


def may_read(user: User, words: str) -> bool:
    """Somebody of ours typed them, maybe at a client's: words that name a client are the managers'."""
    return user.is_manager or (user.is_vendor and not naming([words]))


def unhelpful(user: User) -> list[Unhelpful]:
    """Return those this person may read, the least helpful first."""
    no, yes = Count("votes", filter=Q(votes__is_helpful=False)), Count("votes", filter=Q(votes__is_helpful=True))
    rows = Article.objects.visible_to(user).published().annotate(no=no, yes=yes).filter(no__gt=F("yes"))
    found: Any = rows.select_related("published", "owner").order_by(F("yes") - F("no"), "pk")[:MOST]
    return [Unhelpful(row, row.no, row.yes) for row in found]


def stale(user: User, today: date) -> list[Article]:
    """Return those this person may read, the longest waiting first."""
    rows = Article.objects.visible_to(user).stale(on=today).select_related("published", "owner")
    return list(rows.order_by("review_on", "pk")[:MOST])
