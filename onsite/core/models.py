"""Rows that know no domain: the audit chain, idempotent answers, long work, heartbeats, calendar days, the
company, what can be found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditChain(models.Model):
    """The head of one hash chain; locked while an entry is appended, so entries have one order."""

    name = models.CharField(max_length=60, primary_key=True)
    last_number = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)


class AuditEntry(models.Model):
    """Who did what, when. Append only: the database refuses UPDATE and DELETE (migration 0002)."""

    chain = models.ForeignKey(AuditChain, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="audit_entry_one_order")]
        indexes = [models.Index(fields=["chain", "target"])]

    def __str__(self) -> str:
        return f"{self.chain_id}#{self.number} {self.action}"


class IdempotentAnswer(models.Model):
    """What a write with this key answered; kept in the write's own transaction."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    body_hash = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotent_answer_once")]


class Job(models.Model):
    """Work that takes over a second: state and progress that a person can leave and come back to."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    MOST_ATTEMPTS = 3

    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    percent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(percent__lte=100), name="job_percent_at_most_100")]
        indexes = [models.Index(fields=["kind", "subject_id"]), models.Index(fields=["state", "lease_until"])]

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING}


class Heartbeat(models.Model):
    """When a queue last moved: beat sent a task and a worker took it."""

    queue = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()


class CalendarDay(models.Model):
    """A day that a calendar treats otherwise than the statutory rules say: a make-up day, a company holiday."""

    calendar = models.CharField(max_length=20)
    day = models.DateField()
    is_working = models.BooleanField()
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="calendar_day_once")]


class Company(models.Model):
    """What the company's documents look like: one row at most. Empty fields mean what the installation brings along.

    `logo` names a stored JPEG, `logo_hash` its SHA-256. Logos of before stay: documents issued with them refer to them.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(max_length=80, blank=True)
    accent = models.CharField(max_length=7, blank=True)
    logo = models.CharField(max_length=200, blank=True)
    logo_hash = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="company_only_one")]


class IncomingFile(models.Model):
    """A large file that comes in pieces: what has arrived lies under `path`, and goes on after a lost connection.

    It belongs to whoever sends it, until the form it was chosen in takes it over; what nobody took is forgotten.
    """

    token = models.UUIDField(unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    received_bytes = models.PositiveBigIntegerField(default=0)
    path = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received_bytes__lte=models.F("size_bytes")), name="incoming_file_not_more_than_said"
            )
        ]
        indexes = [models.Index(fields=["touched_at"])]


class SearchEntry(models.Model):
    """A passage that can be found: of the row `object_id` of a `kind`, the `chunk`-th piece of what both sides may read
    (`is_shared`) or of what stays with the vendor. `onsite.core.search.index` writes it, nobody else.

    `text` is what a person reads, `folded` and `tokens` the same as the search reads it; the database keeps an index of
    the tokens by itself (`onsite.core.search.words`). `digest` tells whether it says what its row says now.
    """

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    is_shared = models.BooleanField()
    chunk = models.PositiveSmallIntegerField(default=0)
    engagement_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    day = models.DateField()
    title = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    folded = models.TextField(blank=True)
    tokens = models.TextField(blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "is_shared", "chunk"], name="search_entry_once")
        ]
        # None by day alone: PostgreSQL would go through all entries by it, and unpack the words of each.
        indexes = [models.Index(fields=["engagement_id", "-day"], name="search_entry_of_engagement")]


class SearchMiss(models.Model):
    """Words that the vendor's people looked for and did not find, and how often."""

    words = models.CharField(max_length=100, unique=True)
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["-times", "-last_at", "pk"]
