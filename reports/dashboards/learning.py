"""What a vendor person learns and passes on, on their day: sharing sessions, what came of them, first reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from onsite.accounts.models import User
from training.models import Article, Sharing, SharingAction
from training.sharing.shown import coming_to, due_for

AHEAD = timedelta(days=14)
NEW_FOR = timedelta(days=60)
MOST = 10


@dataclass(frozen=True)
class Learning:
    """`first` are the articles that somebody new among us reads first; nothing for those who know the house."""

    sharings: list[Sharing]
    actions: list[SharingAction]
    first: list[Article]

    def __bool__(self) -> bool:
        return bool(self.sharings or self.actions or self.first)


def load_learning(user: User) -> Learning:
    """Return what is due within two weeks. Two or three queries."""
    until = timezone.localdate() + AHEAD
    is_new = user.joined_at >= timezone.now() - NEW_FOR
    first = Article.objects.visible_to(user).read_first().select_related("published")
    return Learning(
        sharings=list(coming_to(user, until=until).select_related("speaker")[:MOST]),
        actions=list(due_for(user, until=until)[:MOST]),
        first=list(first[:MOST]) if is_new else [],
    )
