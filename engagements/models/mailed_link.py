"""Links in mail with which somebody of the client does one thing without signing in."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from engagements.models.engagement import Engagement
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class MailedLinkQuerySet(ScopedQuerySet["MailedLink"]):
    """Links by where they stand."""

    def usable(self) -> MailedLinkQuerySet:
        return self.filter(used_at=None, expires_at__gt=timezone.now())


class MailedLink(models.Model):
    """One link to one person for one purpose and row: only its hash is kept, it ends, and a POST uses it up."""

    class Purpose(models.TextChoices):
        GIVE_DOCUMENT = "document"
        CONFIRM_INTERVIEW = "interview"
        ANSWER_SURVEY = "survey"

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="mailed_links")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    subject_id = models.PositiveBigIntegerField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MailedLinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["engagement", "purpose", "subject_id"])]
