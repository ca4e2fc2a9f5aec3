"""What the client is asked to give: manuals, charts, data, and what came of it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.attachment import Attachment
from engagements.models.engagement import Engagement
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class DocumentRequestQuerySet(ScopedQuerySet["DocumentRequest"]):
    """Requests by where they stand."""

    def shared(self) -> Self:
        return self.exclude(state=DocumentRequest.State.PLANNED)

    def open(self) -> Self:
        """Keep what the client still owes."""
        return self.filter(state=DocumentRequest.State.ASKED)

    def overdue(self, *, on: date) -> Self:
        return self.open().filter(due_on__lt=on)


class DocumentRequest(models.Model):
    """One document asked of the client, from planned to read. While it is only planned, the client doesn't see it."""

    class Kind(models.TextChoices):
        MANUAL = "manual", _("Business manual")
        CHART = "chart", _("Flow chart")
        DATA = "data", _("Historical data")
        PROBLEMS = "problems", _("Past problem records")
        OTHER = "other", _("Other")

    class State(models.TextChoices):
        PLANNED = "planned", _("Not asked yet")
        ASKED = "asked", _("Asked")
        RECEIVED = "received", _("Received")
        REVIEWED = "reviewed", _("Read")

    class Way(models.TextChoices):
        """How it came: through a page of ours from the client's own hand, or recorded by one of the vendor's people."""

        PAGE = "page", _("uploaded")
        LINK = "link", _("uploaded by mailed link")
        PAPER = "paper", _("in paper form")
        FILE = "file", _("as a file, by mail or chat")
        SITE = "site", _("shown on site, where it stays")

    MOST_FILES: ClassVar[int] = 20

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="document_requests")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("document"), max_length=200)
    purpose = models.CharField(_("what it is needed for"), max_length=200, blank=True)
    asked_of = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked of")
    )
    due_on = models.DateField(_("needed by"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    round = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    received_from = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    received_way = models.CharField(max_length=5, choices=Way.choices, blank=True)
    received_note = models.CharField(_("remark"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    findings = models.TextField(_("what we found in it"), blank=True)

    objects = DocumentRequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["engagement", "state", "due_on"])]
        constraints = [
            models.CheckConstraint(condition=~models.Q(title=""), name="document_request_has_a_title"),
            models.CheckConstraint(
                condition=models.Q(state="planned") | models.Q(asked_at__isnull=False),
                name="document_request_asked_before_received",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["planned", "asked"]) | ~models.Q(received_way=""),
                name="document_request_received_some_way",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether the client still owes it."""
        return self.state == self.State.ASKED

    @property
    def takes_files(self) -> bool:
        """Whether something may still be handed in: until it was read."""
        return self.state in {self.State.ASKED, self.State.RECEIVED}

    @property
    def missing(self) -> str:
        """What the client is told was missing the last time; what we found in a document stays ours otherwise."""
        return self.findings if self.is_open and self.round > 1 else ""


class ReceivedFileQuerySet(ScopedQuerySet["ReceivedFile"]):
    """Files that came for a request."""

    engagement_path = "request__engagement_id"


class ReceivedFile(models.Model):
    """One file the client gave; `round` says for which asking."""

    request = models.ForeignKey(DocumentRequest, on_delete=models.CASCADE, related_name="files")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    received_from = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ReceivedFileQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
