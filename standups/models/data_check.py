"""Is the data that was loaded the data that was there? Object by object, round by round (N11)."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import Engagement, SignOff
from engagements.models.fingerprint import fingerprint_of
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from standups.models.problem import Problem

# Fillers of the Korean script: Unicode calls them letters, and nothing is to be seen of them.
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"


class DataObjectQuerySet(ScopedQuerySet["DataObject"]):
    """Data objects of an engagement; both sides see them."""


class DataObject(models.Model):
    """One kind of data that moves from the old system to the new: patients, suppliers, open orders.

    `owner` is whose data it is at the client's, by role or department: they check the sample.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="data_objects")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("data object"), max_length=120)
    source = models.CharField(_("comes from"), max_length=200)
    target = models.CharField(_("goes to"), max_length=200, blank=True)
    owner = models.CharField(_("whose data it is (role or department)"), max_length=80)

    objects = DataObjectQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "name"], name="data_object_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="data_object_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("standups:data_object", args=[self.engagement_id, self.pk])

    @property
    def fingerprint(self) -> str:
        """The hash of what it says, wherever it stands: whoever saves shows which text was on the page."""
        return fingerprint_of(self, without=["position"])


class MappingQuerySet(ScopedQuerySet["Mapping"]):
    """Versions of mappings."""

    engagement_path = "data_object__engagement_id"


class Mapping(models.Model):
    """Which field becomes which, in one version; never changed, only followed by a newer one."""

    data_object = models.ForeignKey(DataObject, on_delete=models.CASCADE, related_name="mappings")
    version = models.PositiveSmallIntegerField()
    reason = models.CharField(_("why it changed"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = MappingQuerySet.as_manager()

    class Meta:
        ordering = ["data_object_id", "version"]
        constraints = [models.UniqueConstraint(fields=["data_object", "version"], name="mapping_version_once")]

    def __str__(self) -> str:
        return f"v{self.version}"


class MappingLineQuerySet(ScopedQuerySet["MappingLine"]):
    """Lines of mappings."""

    engagement_path = "mapping__data_object__engagement_id"


class MappingLine(models.Model):
    """One field of the source, the field it becomes, and the rule by which it does."""

    mapping = models.ForeignKey(Mapping, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    source_field = models.CharField(_("field of the source"), max_length=120)
    target_field = models.CharField(_("field of the target"), max_length=120)
    rule = models.CharField(_("rule"), max_length=300, blank=True)

    objects = MappingLineQuerySet.as_manager()

    class Meta:
        ordering = ["mapping_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["mapping", "source_field", "target_field"], name="mapping_line_once")
        ]


class LoadRoundQuerySet(ScopedQuerySet["LoadRound"]):
    """Load rounds."""

    engagement_path = "data_object__engagement_id"

    def newest_first(self) -> Self:
        return self.order_by("-number")

    def newest(self) -> Self:
        """Keep of each object the last round."""
        later = LoadRound.objects.filter(
            data_object=models.OuterRef("data_object"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(later))


class LoadRound(models.Model):
    """One load of one object with one version of its mapping: what was counted, what the sample showed, who signed.

    `version` grows with every change. The text that is signed is `sign_off`; a change of the round supersedes it while it
    is not signed, and a signed round is not changed any more.
    """

    data_object = models.ForeignKey(DataObject, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    mapping = models.ForeignKey(Mapping, on_delete=models.PROTECT, related_name="rounds")
    environment = models.CharField(_("environment"), max_length=120, blank=True)
    loaded_on = models.DateField(_("loaded on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    sample_size = models.PositiveIntegerField(_("records in the sample"), null=True, blank=True)
    sample_wrong = models.PositiveIntegerField(_("of these wrong"), null=True, blank=True)
    sample_checked_by = models.CharField(_("checked by"), max_length=80, blank=True)
    sample_checked_on = models.DateField(_("checked on"), null=True, blank=True)
    sample_explanation = models.CharField(_("explanation"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)
    sign_off = models.OneToOneField(SignOff, null=True, on_delete=models.PROTECT, related_name="load_round")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)

    objects = LoadRoundQuerySet.as_manager()

    class Meta:
        ordering = ["data_object_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["data_object", "number"], name="load_round_numbered_once"),
            models.CheckConstraint(
                condition=Q(sample_wrong=None) | Q(sample_size__isnull=False, sample_wrong__lte=F("sample_size")),
                name="load_round_sample_holds_what_is_wrong",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.data_object} · {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("standups:load_round", args=[self.data_object.engagement_id, self.pk])

    @property
    def is_signed(self) -> bool:
        return self.sign_off is not None and self.sign_off.is_signed


def explains(text: str) -> bool:
    """Whether a reader finds a word or a number in it: a dash, or a letter that shows as nothing, explains nothing."""
    return any(char.isalnum() and char not in _BLANK_LETTERS for char in text)


class CountLineQuerySet(ScopedQuerySet["CountLine"]):
    """Counts and control sums."""

    engagement_path = "round__data_object__engagement_id"


class CountLine(models.Model):
    """One thing that was counted or summed on both sides. A difference is explained, or open."""

    class Kind(models.TextChoices):
        COUNT = "count", pgettext_lazy("data check", "Count")
        SUM = "sum", _("Control sum")

    round = models.ForeignKey(LoadRound, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("what is counted"), max_length=120)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices, default=Kind.COUNT)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    source_value = models.DecimalField(_("in the source"), max_digits=18, decimal_places=2, null=True, blank=True)
    target_value = models.DecimalField(_("in the target"), max_digits=18, decimal_places=2, null=True, blank=True)
    explanation = models.CharField(_("explanation"), max_length=500, blank=True)
    problem = models.ForeignKey(Problem, null=True, blank=True, on_delete=models.SET_NULL, related_name="count_lines")

    objects = CountLineQuerySet.as_manager()

    class Meta:
        ordering = ["round_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "name"], name="count_line_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="count_line_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """The hash of the line as it is stored: a file says with it what it was written from."""
        return fingerprint_of(self, without=["position", "problem"])

    @property
    def difference(self) -> Decimal | None:
        """Return target minus source; None while one of them is not counted."""
        if self.source_value is None or self.target_value is None:
            return None
        return self.target_value - self.source_value

    @property
    def is_open(self) -> bool:
        """Whether it is not counted yet, or differs without an explanation."""
        return self.difference is None or (self.difference != 0 and not explains(self.explanation))
