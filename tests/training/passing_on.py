"""Rows about what the company passes on, for tests."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from engagements.models import Engagement
from onsite.accounts.models import User
from tests.factories import ArticleFactory, SharingFactory
from training.models import Article, KnowledgeFile, Sharing, SharingAction, SharingInvitation

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def a_sharing(engagement: Engagement, speaker: User, word: str) -> dict[str, Any]:
    """Make a session with an invitation, an action and a recording whose texts all say `word`; return their ids."""
    row: Sharing = SharingFactory(
        engagement=engagement, topic=word, scene=word, breakthrough=word, client_dealings=word, speaker=speaker,
        minutes=word,
    )  # fmt: skip
    SharingInvitation.objects.create(sharing=row, user=speaker)
    guest = SharingInvitation.objects.create(sharing=row, user=engagement.created_by)
    action = SharingAction.objects.create(sharing=row, text=word, owner=speaker, due_on=engagement.today())
    file = KnowledgeFile(
        sharing=row, number=1, name=f"{word}.mp4", media_type="video/mp4", size_bytes=len(PNG), sha256="3" * 64,
        uploaded_by=speaker,
    )  # fmt: skip
    file.file.save("recording.mp4", ContentFile(PNG))
    return {"sharing": row.pk, "sharing_invitation": guest.pk, "sharing_action": action.pk}


def a_first_read(place: int = 1, **fields: Any) -> Article:
    """Make a published article that newcomers read first, at this place."""
    article: Article = ArticleFactory(**fields)
    article.published, article.state, article.read_first = article.versions.get(), Article.State.PUBLISHED, place
    article.save()
    return article
