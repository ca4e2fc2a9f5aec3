"""What a person who may read an article may do with it."""

from __future__ import annotations

from onsite.accounts.models import User
from training.models import Article, ArticleVersion


def keeps(user: User, article: Article) -> bool:
    """Say whether this person looks after the article: its owner, and every manager."""
    return user.is_manager or article.owner_id == user.pk


def may_write(user: User, article: Article, newest: ArticleVersion) -> bool:
    """Say whether this reader may write a version: of what is published everybody, of a draft who keeps or wrote it."""
    if article.is_archived:
        return False
    return article.published_id is not None or keeps(user, article) or newest.author_id == user.pk


def may_judge(user: User, article: Article, newest: ArticleVersion) -> bool:
    """Say whether this reader may publish the newest version: a manager what waits for a review and any of their own,
    others what somebody else wrote and sent for review."""
    if article.is_archived or article.state == Article.State.PUBLISHED:
        return False
    is_own, waits = newest.author_id == user.pk, article.state == Article.State.IN_REVIEW
    if user.is_manager:
        return waits or is_own
    return waits and not is_own and not article.is_held


def sees_newest(user: User, article: Article, newest: ArticleVersion) -> bool:
    """Say whether this reader of the article may read its newest version, as `ArticleVersion.visible_to` says."""
    shown = article.state != Article.State.DRAFT and not article.is_held
    return shown or keeps(user, article) or newest.author_id == user.pk
