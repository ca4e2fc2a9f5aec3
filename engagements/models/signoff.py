"""Frozen texts and who signed them."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engagements.models.attachment import Attachment
from engagements.models.engagement import Engagement
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from onsite.accounts.roles import Part


class SignOffQuerySet(ScopedQuerySet["SignOff"]):
    """Texts to be signed."""

    def current(self) -> Self:
        return self.filter(superseded_at=None)


class SignOff(models.Model):
    """A frozen text that named parts of the client sign. Its hash is what a signature is bound to.

    `topic` tells texts of one kind apart (a change request's number, a data object's or a standing rule's id); it is empty where a kind has
    one text only. `about` says in words what it is about, where the number alone would not.
    `agreed_through` is the signed change that carries the signatures under the goals it led to.
    """

    class Kind(models.TextChoices):
        GOALS = "goals", _("Goals and scope")
        CHANGE = "change", _("Change request")
        DATA = "data", _("Data check")
        UAT = "uat", _("Acceptance test")
        GO = "go", _("Go decision")
        HANDOVER = "handover", _("Hand-over to operations")
        RULE = "rule", _("Confirmation letter")

    # An accepted change is a new version of goals and scope, so the same two sign it.
    NEEDS: ClassVar[dict[str, tuple[Part, ...]]] = {
        Kind.GOALS: (Part.CLIENT_PM, Part.BUSINESS_OWNER),
        Kind.CHANGE: (Part.CLIENT_PM, Part.BUSINESS_OWNER),
        Kind.DATA: (Part.BUSINESS_OWNER, Part.KEY_USER, Part.CLIENT_PM),
        Kind.UAT: (Part.KEY_USER, Part.CLIENT_PM),
        Kind.GO: (Part.CLIENT_PM,),
        Kind.HANDOVER: (Part.CLIENT_PM,),
        Kind.RULE: (Part.CLIENT_PM,),
    }
    # Who checked it signs it: whichever of these parts that was.
    ONE_IS_ENOUGH: ClassVar[frozenset[str]] = frozenset({Kind.DATA, Kind.UAT})
    OF_PREPARATION: ClassVar[frozenset[str]] = frozenset({Kind.GOALS, Kind.CHANGE, Kind.RULE})

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="sign_offs")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    topic = models.CharField(max_length=40, blank=True)
    about = models.CharField(max_length=300, blank=True)
    version = models.PositiveSmallIntegerField()
    text = models.JSONField()
    text_hash = models.CharField(max_length=64)
    code = models.CharField(max_length=12, unique=True)
    frozen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(auto_now_add=True)
    signed_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)
    agreed_through = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "kind", "topic", "version"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "kind", "topic", "version"], name="sign_off_version_once"),
            models.UniqueConstraint(
                fields=["engagement", "kind", "topic"],
                condition=models.Q(superseded_at=None),
                name="sign_off_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} v{self.version}"

    @property
    def needed_parts(self) -> tuple[Part, ...]:
        return self.NEEDS[self.kind]

    @property
    def one_is_enough(self) -> bool:
        """Whether the signature of any one of the needed parts settles it."""
        return self.kind in self.ONE_IS_ENOUGH

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def title(self) -> str:
        """Return what the text is called in the reader's language: Goals and scope, Change request 3, Data check:
        patients. A rule's letter has the name its template gives it."""
        if self.kind == self.Kind.RULE:
            return self.about
        if self.about:
            return gettext("%(kind)s: %(about)s") % {"kind": self.get_kind_display(), "about": self.about}
        return f"{self.get_kind_display()} {self.topic}".strip()

    @property
    def signed_text(self) -> SignOff:
        """Return the text under which the signatures stand: this one, or the change it was agreed through."""
        return self.agreed_through or self


class SignatureQuerySet(ScopedQuerySet["Signature"]):
    """Signatures under frozen texts."""

    engagement_path = "sign_off__engagement_id"

    def counting(self) -> Self:
        """Keep those that hold: on screen, or on paper and checked by a second vendor person."""
        return self.exclude(method=Signature.Method.PAPER, checked_at=None)


class Signature(models.Model):
    """One part's signature: on screen by the person, or on paper registered and checked by two vendor people."""

    class Method(models.TextChoices):
        SCREEN = "screen", _("on screen")
        PAPER = "paper", _("on paper")

    sign_off = models.ForeignKey(SignOff, on_delete=models.CASCADE, related_name="signatures")
    part = models.CharField(max_length=20, choices=Part.choices)
    method = models.CharField(max_length=6, choices=Method.choices)
    signer = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(_("name of the signer"), max_length=80)
    signed_on = models.DateField(_("signed on"))
    text_hash = models.CharField(max_length=64)
    scan = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    registered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["sign_off", "part"], name="signature_once_per_part"),
            models.CheckConstraint(
                condition=models.Q(method="screen", signer__isnull=False, registered_by=None)
                | models.Q(method="paper", signer=None, scan__isnull=False, registered_by__isnull=False),
                name="signature_by_signer_or_on_paper",
            ),
            models.CheckConstraint(
                condition=models.Q(checked_by=None) | ~models.Q(checked_by=models.F("registered_by")),
                name="signature_checked_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signer_name} ({self.get_part_display()})"

    @property
    def counts(self) -> bool:
        return self.method == self.Method.SCREEN or self.checked_at is not None
