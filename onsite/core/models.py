"""Rows that know no domain: the audit chain, idempotent answers, long work, heartbeats, calendar days."""

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
