"""Whether a reader of an article may see one of its pictures: those of drafts are drafts too."""

from __future__ import annotations

import re

from onsite.accounts.models import User
from training.models import Article, KnowledgeFile
from training.wiki.access import keeps


def is_shown(row: KnowledgeFile, article: Article, user: User) -> bool:
    """Say whether the picture stands in a version that this person may read; one's own and one's own article's always."""
    if row.uploaded_by_id == user.pk or (keeps(user, article) and article.client_id is not None) or user.is_manager:
        return True
    called = re.compile(rf"picture:{row.number}(?!\d)", re.ASCII)
    texts = article.versions.visible_to(user).filter(text__contains=f"picture:{row.number}")
    return any(called.search(text) for text in texts.values_list("text", flat=True))
