"""Files of the wiki and of sharing sessions: they belong to the company, not to one engagement."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onsite.accounts.models import User
from onsite.core.files import is_picture, is_recording
from training.models.sharing import Sharing
from training.models.wiki import Article


class KnowledgeFileQuerySet(models.QuerySet["KnowledgeFile"]):
    """Files, visible as what they belong to."""

    def visible_to(self, user: User) -> Self:
        articles, sharings = Article.objects.visible_to(user), Sharing.objects.visible_to(user)
        return self.filter(Q(article__in=articles) | Q(sharing__in=sharings))


class KnowledgeFile(models.Model):
    """One stored file of an article or of a sharing session. In an article's text a picture is called `picture:<number>`."""

    article = models.ForeignKey(Article, null=True, on_delete=models.CASCADE, related_name="files")
    sharing = models.ForeignKey(Sharing, null=True, on_delete=models.CASCADE, related_name="files")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("file name"), max_length=200)
    file = models.FileField(upload_to="knowledge/%Y/%m", max_length=200)
    media_type = models.CharField(max_length=80)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = KnowledgeFileQuerySet.as_manager()

    class Meta:
        ordering = ["article_id", "sharing_id", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(article__isnull=False, sharing=None) | Q(article=None, sharing__isnull=False),
                name="knowledge_file_of_one_thing",
            ),
            models.UniqueConstraint(fields=["article", "number"], name="knowledge_file_number_once_in_an_article"),
            models.UniqueConstraint(fields=["sharing", "number"], name="knowledge_file_number_once_in_a_sharing"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return is_picture(self.media_type)

    @property
    def is_recording(self) -> bool:
        return is_recording(self.media_type)
