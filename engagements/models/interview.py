"""Interviews with the client's people: what was said, confirmed by who said it, fills the six questions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.attachment import Attachment
from engagements.models.engagement import Engagement
from engagements.models.function import Function, Question
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class InterviewQuerySet(ScopedQuerySet["Interview"]):
    """Interviews: the vendor's notes; the person interviewed reads theirs by a mailed link."""

    def shared(self) -> InterviewQuerySet:
        return self.none()

    def waiting(self) -> InterviewQuerySet:
        """Keep those whose notes were mailed and wait to be confirmed."""
        return self.filter(confirmed_at=None).exclude(sent_at=None)


class Interview(models.Model):
    """One talk with one person. Once confirmed it does not change any more."""

    class Method(models.TextChoices):
        LINK = "link", _("by mailed link")
        PAPER = "paper", _("on paper")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="interviews")
    person = models.CharField(_("person interviewed"), max_length=80)
    person_role = models.CharField(_("role or department"), max_length=80, blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField(_("day"))
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    method = models.CharField(max_length=5, choices=Method.choices, blank=True)
    remark = models.TextField(_("remark of the person"), blank=True)
    scan = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")

    objects = InterviewQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None, method="")
                | models.Q(confirmed_at__isnull=False, method="link", user__isnull=False)
                | models.Q(confirmed_at__isnull=False, method="paper", scan__isnull=False),
                name="interview_confirmed_by_link_or_paper",
            )
        ]

    def __str__(self) -> str:
        return self.person


class InterviewNoteQuerySet(ScopedQuerySet["InterviewNote"]):
    """Notes of interviews."""

    engagement_path = "interview__engagement_id"

    def shared(self) -> InterviewNoteQuerySet:
        return self.none()

    def answered(self) -> InterviewNoteQuerySet:
        """Keep those with an answer, each with its function and module."""
        return self.exclude(text="").select_related("function__module")


class InterviewNote(models.Model):
    """What was said about one of the six questions of one function; empty while it is only to be asked."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="notes")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="notes")
    question = models.CharField(_("question"), max_length=5, choices=Question.choices)
    text = models.TextField(_("answer"), blank=True)

    objects = InterviewNoteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "function", "question"], name="interview_note_once")
        ]
