"""The outbox: what must be told to whom, and when, and by which channels its readers want it. The row is the truth; a
worker only carries it out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from onsite.accounts.models import User


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages by where they stand."""

    def waiting(self) -> MessageQuerySet:
        return self.filter(sent_at=None, dead_at=None, cancelled_at=None)

    def dead(self) -> MessageQuerySet:
        return self.exclude(dead_at=None)

    def cancelled(self) -> MessageQuerySet:
        return self.exclude(cancelled_at=None)

    def visible_to(self, user: User) -> MessageQuerySet:
        """Keep what was told to this person: the inbox, newest first."""
        return self.filter(recipient=user).exclude(sent_at=None).order_by("-sent_at", "-pk")

    def unread(self) -> MessageQuerySet:
        return self.filter(read_at=None).exclude(sent_at=None)

    def told(self, kind: str, *, prefix: str) -> MessageQuerySet:
        """Keep what has gone out of this kind and these keys, or may be going out at this moment."""
        return self.filter(kind=kind, dedupe_key__startswith=prefix, attempts__gt=0)

    def by_urgency(self) -> MessageQuerySet:
        """The dead first, then those that wait by when they are due, then those sent of late; no cancelled ones."""
        recent = timezone.now() - self.model.SHOWN_AFTER_SENDING
        shown = self.filter(models.Q(sent_at=None) | models.Q(sent_at__gte=recent), cancelled_at=None)
        rank = models.Case(models.When(dead_at__isnull=False, then=0), models.When(sent_at=None, then=1), default=2)
        due = models.Case(models.When(rank=1, then="due_at"))
        return shown.annotate(rank=rank).order_by("rank", due, "-dead_at", "-sent_at", "-pk")


class Message(models.Model):
    """One message to one person, told at least once after `due_at` with a stable Message-ID.

    The person is a `recipient` with an account or, for those without one, a bare `address` with a name and a language.
    """

    MOST_ATTEMPTS: ClassVar[int] = 6
    SHOWN_AFTER_SENDING: ClassVar[timedelta] = timedelta(days=30)

    kind = models.CharField(max_length=40)
    # Typed as always there: only the writers of kinds for bare addresses ever meet a message without one.
    recipient: models.ForeignKey[User | None, User] = models.ForeignKey(  # type: ignore[misc]
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="messages"
    )
    address = models.EmailField(blank=True)
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, blank=True)
    dedupe_key = models.CharField(max_length=120, unique=True)
    payload = models.JSONField(default=dict)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    # False where its reader wanted no mail of it: then it was told in the inbox alone.
    is_mailed = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)
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
            ),
            models.Index(
                fields=["recipient", "-sent_at"], condition=models.Q(sent_at__isnull=False), name="message_told"
            ),
            models.Index(
                fields=["recipient"], condition=models.Q(sent_at__isnull=False, read_at=None), name="message_unread"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=False, address="")
                | (models.Q(recipient=None) & ~models.Q(address="")),
                name="message_to_one_person",
            )
        ]

    def __str__(self) -> str:
        return self.dedupe_key

    @property
    def reader_address(self) -> str:
        return self.address or self.recipient.email

    @property
    def reader_name(self) -> str:
        return self.name if self.address else self.recipient.name

    @property
    def reader_language(self) -> str:
        return (self.language if self.address else self.recipient.language) or "zh-hans"

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


class Muting(models.Model):
    """A person wants no messages of this kind by this channel. Nothing is lost by it: the inbox keeps them all."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("E-mail")
        # Told there all the same, but not counted as new.
        INBOX = "inbox", _("My messages")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mutings")
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=5, choices=Channel.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "channel"], name="muting_once"),
            models.CheckConstraint(condition=models.Q(channel__in=["mail", "inbox"]), name="muting_channel_known"),
        ]


class MailboxMail(models.Model):
    """What the demo would have mailed; the read-only mailbox page shows it."""

    message_id = models.CharField(max_length=200, blank=True)
    to = models.CharField(max_length=300)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
