"""What must be looked through for secrets and personal data before a client sees it (N3)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from onsite.accounts.models import User


class Scan(models.TextChoices):
    """How far looking through has come. What was never meant to be looked through is `NOT_NEEDED`: a signed sheet, a
    file that the client gave."""

    NOT_NEEDED = "", _("Not checked")
    WAITING = "waiting", _("Being checked")
    CLEAN = "clean", _("Checked, nothing found")
    FOUND = "found", _("Held back: something must be masked")
    UNREADABLE = "unreadable", _("Held back: it can't be read")
    RELEASED = "released", _("Released with a reason")


CLEARED = (Scan.NOT_NEEDED, Scan.CLEAN, Scan.RELEASED)
HELD = (Scan.FOUND, Scan.UNREADABLE)


class Scanned(models.Model):
    """A row that is held back from clients until it is clean, or the lead released it with a reason.

    `findings` holds what was found as plain values, each with its kind, place and a masked sample: never the secret.
    """

    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.NOT_NEEDED, blank=True)
    findings = models.JSONField(default=list)
    scanned_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    release_reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(scan="released")
                | (~models.Q(release_reason="") & models.Q(released_by__isnull=False)),
                name="%(class)s_released_with_a_reason",
            )
        ]

    @property
    def is_cleared(self) -> bool:
        return self.scan in CLEARED

    @property
    def is_held(self) -> bool:
        """Whether somebody has to mask or release it."""
        return self.scan in HELD

    @property
    def is_waiting(self) -> bool:
        return self.scan == Scan.WAITING
