"""What the vendor's people note about the client's: theirs alone, always."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from standups.models.choices import Mood


class RelationshipNoteQuerySet(ScopedQuerySet["RelationshipNote"]):
    """Notes on relationships; no client ever sees one."""

    def shared(self) -> Self:
        return self.none()


class RelationshipNote(models.Model):
    """How somebody at the client's takes the work on one day, and what matters to them."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="relationship_notes")
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    person_name = models.CharField(_("name or role"), max_length=80, blank=True)
    mood = models.CharField(_("mood"), max_length=8, choices=Mood.choices)
    matters = models.CharField(_("what matters to this person"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    noted_on = models.DateField(_("noted on"))
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = RelationshipNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-noted_on", "-pk"]
        indexes = [models.Index(fields=["engagement", "noted_on"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) | ~models.Q(person_name=""),
                name="relationship_note_is_about_somebody",
            )
        ]
