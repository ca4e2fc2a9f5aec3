"""Issued documents, the words that people add to them, and what is said of the figures they tell."""

from __future__ import annotations

import secrets
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, FollowUpVisit, Stage
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from standups.models import Problem


class DocumentKind(models.TextChoices):
    """What is printed."""

    FIELD_MANUAL = "field_manual", _("Field manual")
    CLOSING_REPORT = "closing_report", _("Closing report")
    WEEKLY_REPORT = "weekly_report", _("Weekly report")
    APPENDIX = "appendix", _("Internal appendix")


# Read aloud and typed from paper: no letters that look like digits.
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_code() -> str:
    """Return what a document is looked up by on the public page: nobody guesses it, anybody can type it."""
    return "".join(secrets.choice(CODE_LETTERS) for _i in range(Document.CODE_LETTERS))


# Only a weekly report tells of a week, and each one does.
_WEEK_OR_NONE = models.Q(kind="weekly_report", period__regex=r"^[0-9]{4}-W[0-9]{2}$") | (
    ~models.Q(kind="weekly_report") & models.Q(period="")
)


class DraftQuerySet(ScopedQuerySet["Draft"]):
    """Drafts are vendor only."""

    def shared(self) -> Self:
        return self.none()


class Draft(models.Model):
    """The words a person writes for a document; every number is computed when it is issued.

    `period` is the week a weekly report tells of (ISO 8601, such as 2026-W47), "" for the other kinds. `narrative` holds the
    words around the numbers of a closing report by the anchor of their chapter. `approved_version` is the version of these
    words that a manager has read and approved; any later word needs a new look.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=14, choices=DocumentKind.choices)
    period = models.CharField(max_length=8, blank=True)
    summary = models.TextField(_("conclusion in a few sentences"), blank=True)
    proposals = models.TextField(_("proposals, one per line"), blank=True)
    narrative = models.JSONField(default=dict)
    changes = models.CharField(_("what changed since the version before"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(auto_now=True)
    review_asked_at = models.DateTimeField(null=True)
    review_asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_version = models.PositiveIntegerField(null=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "kind", "period"], name="draft_one_per_kind"),
            models.CheckConstraint(condition=_WEEK_OR_NONE, name="draft_of_a_week_or_none"),
        ]

    @property
    def is_approved(self) -> bool:
        """Whether a manager approved these very words."""
        return self.approved_version is not None and self.approved_version == self.version

    @property
    def is_under_review(self) -> bool:
        """Whether somebody asked for a review and got no answer yet."""
        return self.review_asked_at is not None


class DraftCommentQuerySet(ScopedQuerySet["DraftComment"]):
    """Vendor only, as drafts are."""

    engagement_path = "draft__engagement_id"

    def shared(self) -> Self:
        return self.none()

    def open(self) -> Self:
        return self.filter(settled_at=None)


class DraftComment(models.Model):
    """A remark on a chapter of a draft ("" for the whole), until somebody settles it."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="comments")
    chapter = models.CharField(max_length=20, blank=True)
    text = models.TextField(_("remark"))
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = DraftCommentQuerySet.as_manager()

    class Meta:
        ordering = ["draft_id", "written_at", "pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="draft_comment_has_a_text")]


class DocumentQuerySet(ScopedQuerySet["Document"]):
    """Issued documents; a client sees those whose PDF is ready, and never an internal one."""

    def shared(self) -> Self:
        return self.exclude(pdf="").exclude(kind=DocumentKind.APPENDIX)

    def of_kind(self, kind: DocumentKind) -> Self:
        return self.filter(kind=kind)

    def printed(self) -> Self:
        return self.exclude(pdf="")

    def with_newer(self) -> Self:
        """Add `has_newer`: whether a later version of the same document is printed."""
        same = {name: models.OuterRef(name) for name in ("engagement", "kind", "period")}
        newer = Document.objects.filter(**same, version__gt=models.OuterRef("version")).exclude(pdf="")
        return self.annotate(has_newer=models.Exists(newer))

    def newest(self) -> Self:
        """Keep the printed documents that no later printed version replaces."""
        return self.printed().with_newer().filter(has_newer=False)


class Document(models.Model):
    """A frozen snapshot and the PDF printed from it. Neither changes; a correction is a new version.

    `period` as in `Draft`: the versions of each week's report are counted by themselves. By its `code` anybody who holds
    the document can ask the public page whether it is genuine.
    """

    CODE_LETTERS: ClassVar[int] = 12

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=14, choices=DocumentKind.choices)
    period = models.CharField(max_length=8, blank=True)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    snapshot = models.JSONField()
    snapshot_hash = models.CharField(max_length=64)
    pdf = models.FileField(upload_to="documents/%Y/%m", max_length=200, blank=True)
    pdf_hash = models.CharField(max_length=64, blank=True, db_index=True)
    code = models.CharField(max_length=12, unique=True, default=new_code)
    renderer = models.JSONField(default=dict)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "kind", "-period", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "kind", "period", "version"], name="document_version_once"),
            models.CheckConstraint(
                condition=models.Q(pdf="", pdf_hash="") | ~models.Q(pdf="") & ~models.Q(pdf_hash=""),
                name="document_printed_with_its_hash",
            ),
            models.CheckConstraint(condition=_WEEK_OR_NONE, name="document_of_a_week_or_none"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    @property
    def title(self) -> str:
        """Return what it is, and of which week."""
        return f"{self.get_kind_display()} {self.period}".rstrip()

    @property
    def is_ready(self) -> bool:
        return bool(self.pdf)


class DelayVoiceQuerySet(ScopedQuerySet["DelayVoice"]):
    """What the client says of the delay ledger: theirs and ours to read."""


class DelayVoice(models.Model):
    """What one person of the client's says of one line of the delay ledger: the days by which a milestone slipped on one
    day. `told` is the line as it stood then, {party: days}, so that it can be seen when the line changed since."""

    class Stance(models.TextChoices):
        AGREES = "agrees", _("Agrees")
        OBJECTS = "objects", _("Objects")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="delay_voices")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="+")
    arose_on = models.DateField()
    told = models.JSONField(default=dict)
    stance = models.CharField(_("stance"), max_length=7, choices=Stance.choices)
    comment = models.TextField(_("comment"), blank=True)
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    objects = DelayVoiceQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "arose_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["stage", "arose_on", "said_by"], name="delay_voice_once_per_person"),
            models.CheckConstraint(
                condition=models.Q(stance="agrees") | ~models.Q(comment=""), name="delay_voice_objects_with_a_comment"
            ),
        ]


class VisitIssueQuerySet(ScopedQuerySet["VisitIssue"]):
    """What was heard of remaining issues; a client reads it of those they know."""

    engagement_path = "visit__engagement_id"

    def shared(self) -> Self:
        return self.filter(problem__is_internal=False)


class VisitIssue(models.Model):
    """A remaining issue, asked after in a follow-up visit."""

    class Outcome(models.TextChoices):
        SOLVED = "solved", _("Solved")
        OPEN = "open", _("Still there")
        WORSE = "worse", _("Got worse")

    visit = models.ForeignKey(FollowUpVisit, on_delete=models.CASCADE, related_name="issues")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="visits")
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    note = models.CharField(_("what was said"), max_length=300, blank=True)

    objects = VisitIssueQuerySet.as_manager()

    class Meta:
        ordering = ["visit_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["visit", "problem"], name="visit_issue_once")]


class StandingQuerySet(ScopedQuerySet["Standing"]):
    """Standings are vendor only."""

    def shared(self) -> Self:
        return self.none()


class Standing(models.Model):
    """Where an engagement stands among all on the portfolio: how many serious and lesser reasons it gives to look at it, and
    its slip in working days, as `reports.dashboards.health` judged them. Kept so that a page of two thousand engagements
    is sorted by the database; it is no truth of its own and is made anew as soon as it may be wrong.

    `version` and `company` are the chain of the engagement and what the company wrote, as they were then; `until` is the
    midnight at the site that ends it.
    """

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="standing")
    bad = models.PositiveSmallIntegerField()
    warn = models.PositiveSmallIntegerField()
    slip = models.IntegerField()
    version = models.PositiveIntegerField()
    company = models.CharField(max_length=64)
    until = models.DateTimeField()

    objects = StandingQuerySet.as_manager()


class ReportExportQuerySet(models.QuerySet["ReportExport"]):
    """Exports are their maker's alone."""

    def made_by(self, user: User) -> Self:
        return self.filter(asked_by=user)


class ReportExport(models.Model):
    """Many issued documents in one zip, made in the background for whoever asked for it; nobody else opens it.

    `documents` are their ids as they were chosen; `skipped` those whose file was not there, with the reason.
    """

    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="report_exports")
    documents = models.JSONField(default=list)
    skipped = models.JSONField(default=list)
    file = models.FileField(upload_to="exports/%Y/%m", max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = ReportExportQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
