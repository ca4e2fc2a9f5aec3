"""What an engagement taught, and the standing rules that bind later engagements because of it (R2, N1)."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models.client import Client
from engagements.models.contingency import ContingencyPlan
from engagements.models.document_request import DocumentRequest
from engagements.models.engagement import Engagement, Phase
from engagements.models.fingerprint import fingerprint_of
from engagements.models.signoff import SignOff
from engagements.models.site import ChecklistItem
from onsite.accounts.access import InternalRowsQuerySet, ScopedQuerySet
from onsite.accounts.models import User


class LessonQuerySet(InternalRowsQuerySet["Lesson"]):
    """Lessons; a client reads the shared ones, in the closing report."""


class Lesson(models.Model):
    """What happened, why, and what is done differently from now on."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="lessons")
    title = models.CharField(_("lesson"), max_length=160)
    what_happened = models.TextField(_("what happened"))
    why = models.TextField(_("why"))
    rule = models.TextField(_("the rule from now on"))
    is_internal = models.BooleanField(_("internal"), default=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="lesson_has_a_title")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("lessons:lesson", args=[self.engagement_id, self.pk])

    @property
    def fingerprint(self) -> str:
        """The hash of what it says: whoever saves shows which text was on the page."""
        return fingerprint_of(self)


class NoLessonQuerySet(ScopedQuerySet["NoLesson"]):
    """Vendor only."""

    def shared(self) -> Self:
        return self.none()


class NoLesson(models.Model):
    """Somebody stated that this engagement taught nothing new, and why they think so."""

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="no_lesson")
    reason = models.CharField(_("why there is none"), max_length=300)
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(auto_now_add=True)

    objects = NoLessonQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="no_lesson_has_a_reason")]


class StandingRuleQuerySet(models.QuerySet["StandingRule"]):
    """Rules of the company: every vendor person may read them, a client none."""

    def visible_to(self, user: User) -> Self:
        if not user.is_authenticated or not user.is_active or user.is_client:
            return self.none()
        return self

    def active(self) -> Self:
        return self.filter(retired_at=None)


class StandingRule(models.Model):
    """A lesson that binds later engagements. What it demands of whom stands in its newest version; retired, it binds none
    any more."""

    lesson = models.OneToOneField(Lesson, on_delete=models.PROTECT, related_name="standing_rule")
    title = models.CharField(_("rule"), max_length=160)
    version = models.PositiveSmallIntegerField(default=1)
    promoted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    promoted_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    retire_reason = models.CharField(_("why it is retired"), max_length=200, blank=True)

    objects = StandingRuleQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="standing_rule_has_a_title"),
            models.CheckConstraint(
                condition=Q(retired_at=None) | ~Q(retire_reason=""), name="standing_rule_retired_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("lessons:rule", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.retired_at is None


class RuleVersionQuerySet(models.QuerySet["RuleVersion"]):
    """Versions of the company's rules."""

    def current(self) -> Self:
        """Keep what every active rule demands now."""
        return self.filter(rule__retired_at=None, number=models.F("rule__version"))

    def with_clients(self) -> Self:
        """Bring along the clients that a version names."""
        return self.prefetch_related(models.Prefetch("clients", Client.objects.unscoped()))


class RuleVersion(models.Model):
    """What a rule demanded from one day on; never changed, only followed by a newer one.

    It matches an engagement where every condition that names anything names it: the client's industry, the core task, a
    word of one of its modules, the client. With `binds_all` it matches all; else at least one condition names something.
    `content` is the template of what is demanded, by form:
    sign-off {"title", "paragraphs": [...], "points": [...]}, document {"title", "purpose", "kind"},
    checklist item {"text", "moment"}, contingency plan {"title", "emergency", "trigger", "minutes", "steps": [...],
    "fallback"}.
    """

    class Form(models.TextChoices):
        SIGN_OFF = "sign_off", pgettext_lazy("rule", "A text that the client signs")
        DOCUMENT = "document", pgettext_lazy("rule", "A document of the client's")
        CHECKLIST = "checklist", pgettext_lazy("rule", "A line of the checklist, ticked")
        CONTINGENCY = "plan", pgettext_lazy("rule", "A contingency plan that is ready")

    GATES: ClassVar[tuple[Phase, ...]] = (Phase.EXECUTION, Phase.REVIEW, Phase.CLOSED)

    rule = models.ForeignKey(StandingRule, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("what is to be done, and why"))
    form = models.CharField(_("what is demanded"), max_length=9, choices=Form.choices)
    content = models.JSONField(default=dict)
    before_phase = models.CharField(
        _("before"), max_length=12, choices=[(phase.value, phase.label) for phase in GATES], default=Phase.EXECUTION
    )
    binds_all = models.BooleanField(_("binds every engagement"), default=False)
    industries = models.JSONField(_("industries"), default=list)
    core_tasks = models.JSONField(_("core tasks"), default=list)
    modules = models.JSONField(_("words in a module's name"), default=list)
    clients = models.ManyToManyField(Client, blank=True, related_name="+", verbose_name=_("clients"))
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = RuleVersionQuerySet.as_manager()

    class Meta:
        ordering = ["rule_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once"),
            models.CheckConstraint(
                condition=Q(before_phase__in=["execution", "review", "closed"]), name="rule_version_at_a_gate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} v{self.number}"


class RuleApplicationQuerySet(ScopedQuerySet["RuleApplication"]):
    """Rules that bind engagements. Vendor only: the client reads what is asked of them where it is asked."""

    def shared(self) -> Self:
        return self.none()

    def standing(self) -> Self:
        """Keep those that bind now: neither retired nor outgrown."""
        return self.filter(ended_at=None)

    def with_made(self) -> Self:
        """Bring along the version and what it made, which `is_fulfilled` reads."""
        return self.select_related(
            "rule", "version", "sign_off", "document_request", "checklist_item", "contingency_plan"
        )


class RuleApplication(models.Model):
    """A rule binds an engagement, in the version that reached it; what was demanded stands in the row it made.

    `satisfied_at` is kept once, when it was first fulfilled. It ends where the rule is retired or no longer matches.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="rule_applications")
    rule = models.ForeignKey(StandingRule, on_delete=models.PROTECT, related_name="applications")
    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="applications")
    sign_off = models.ForeignKey(SignOff, null=True, on_delete=models.SET_NULL, related_name="+")
    document_request = models.ForeignKey(DocumentRequest, null=True, on_delete=models.SET_NULL, related_name="+")
    checklist_item = models.ForeignKey(ChecklistItem, null=True, on_delete=models.SET_NULL, related_name="+")
    contingency_plan = models.ForeignKey(ContingencyPlan, null=True, on_delete=models.SET_NULL, related_name="+")
    ticked_at = models.DateTimeField(null=True)
    ticked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(auto_now_add=True)
    satisfied_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = RuleApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["engagement", "rule"], name="rule_binds_an_engagement_once")]
        indexes = [models.Index(fields=["rule", "ended_at"])]

    def __str__(self) -> str:
        return str(self.rule)

    @property
    def obstacle_code(self) -> str:
        """The code under which it stands at the gate, and is waived."""
        return f"rule.{self.rule_id}"

    @property
    def is_fulfilled(self) -> bool:
        """Whether what its version demands is there now: the text signed, the document read, the line ticked, the plan
        ready. Needs the row that was made."""
        match self.version.form:
            case RuleVersion.Form.SIGN_OFF:
                return self.sign_off is not None and self.sign_off.is_signed
            case RuleVersion.Form.DOCUMENT:
                asked = self.document_request
                return asked is not None and asked.state == DocumentRequest.State.REVIEWED
            case RuleVersion.Form.CHECKLIST:
                return self.ticked_at is not None
        return self.contingency_plan is not None and self.contingency_plan.is_ready
