"""The outbox: what must be told to whom, and when. The row is the truth; a worker only carries it out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages by where they stand."""

    def waiting(self) -> MessageQuerySet:
        return self.filter(sent_at=None, dead_at=None, cancelled_at=None)

    def dead(self) -> MessageQuerySet:
        return self.exclude(dead_at=None)

    def cancelled(self) -> MessageQuerySet:
        return self.exclude(cancelled_at=None)

    def by_urgency(self) -> MessageQuerySet:
        """The dead first, then those that wait by when they are due, then those sent of late; no cancelled ones."""
        recent = timezone.now() - self.model.SHOWN_AFTER_SENDING
        shown = self.filter(models.Q(sent_at=None) | models.Q(sent_at__gte=recent), cancelled_at=None)
        rank = models.Case(models.When(dead_at__isnull=False, then=0), models.When(sent_at=None, then=1), default=2)
        due = models.Case(models.When(rank=1, then="due_at"))
        return shown.annotate(rank=rank).order_by("rank", due, "-dead_at", "-sent_at", "-pk")


class Message(models.Model):
    """One message to one person, told at least once after `due_at` with a stable Message-ID."""

    MOST_ATTEMPTS: ClassVar[int] = 6
    SHOWN_AFTER_SENDING: ClassVar[timedelta] = timedelta(days=30)

    kind = models.CharField(max_length=40)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages")
    dedupe_key = models.CharField(max_length=120, unique=True)
    payload = models.JSONField(default=dict)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(sent_at=None, dead_at=None, cancelled_at=None),
                name="message_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.dedupe_key

    @property
    def next_at(self) -> datetime:
        """When it is sent, or tried again."""
        return max(self.due_at, self.lease_until or self.due_at)

    @property
    def is_late(self) -> bool:
        return self.next_at <= timezone.now()

    @property
    def state(self) -> str:
        """Where it stands: "cancelled", "dead", "sent" or "waiting"."""
        over = {"cancelled": self.cancelled_at, "dead": self.dead_at, "sent": self.sent_at}
        return next((name for name, at in over.items() if at is not None), "waiting")


class MailboxMail(models.Model):
    """What the demo would have mailed; the read-only mailbox page shows it."""

    message_id = models.CharField(max_length=200, blank=True)
    to = models.CharField(max_length=300)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
