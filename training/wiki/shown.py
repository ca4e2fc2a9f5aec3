"""What the page of an article shows to this reader."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from onsite.accounts.models import User
from training.models import Article, ArticleVersion
from training.wiki.access import keeps, may_judge, may_write, sees_newest
from training.wiki.check import findings
from training.wiki.links import targets_of
from training.wiki.reading import read


def page_of(article: Article, user: User, *, wants_newest: bool) -> dict[str, Any]:
    """Return the page's context: what is published, or the newest version where nothing is or it is asked for by somebody
    who may read it."""
    newest = article.versions.select_related("author", "reviewed_by").get(number=article.version)
    may_see = sees_newest(user, article, newest)
    published = article.published
    shows_newest = published is None or (wants_newest and may_see)
    shown = newest if shows_newest or published is None else published
    shows_draft = shown.pk != article.published_id
    may = permitted(article, user, newest)
    return {
        "article": article,
        "shown": shown,
        "newest": newest if may_see else None,
        "shows_draft": shows_draft,
        # Whoever wrote it can mend it before it is sent, and while it waits.
        "found": findings(article, newest) if shows_draft and may["may_write"] else [],
        "has_newer": may_see and newest.pk != article.published_id,
        "read": read(shown.text, article),
        "targets": targets_of(article, user),
        "is_stale": article.published_id is not None and article.is_stale(timezone.localdate()),
        **may,
        **votes_of(article, user),
    }


def permitted(article: Article, user: User, newest: ArticleVersion) -> dict[str, bool]:
    """Return what this reader may do with the article."""
    is_draft = article.state == Article.State.DRAFT and not article.is_archived
    return {
        "keeps": keeps(user, article),
        "may_write": may_write(user, article, newest),
        "may_judge": may_judge(user, article, newest),
        "may_ask": is_draft and (keeps(user, article) or newest.author_id == user.pk),
    }


def votes_of(article: Article, user: User) -> dict[str, Any]:
    """Return how many said it helped and how many not, and what this reader said."""
    counts = article.votes.aggregate(
        helpful=Count("pk", filter=Q(is_helpful=True)), unhelpful=Count("pk", filter=Q(is_helpful=False))
    )
    return counts | {"my_vote": article.votes.filter(user=user).values_list("is_helpful", flat=True).first()}
