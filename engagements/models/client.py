"""The companies that engineers are sent to."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class Industry(models.TextChoices):
    """What a client does; lessons match on it."""

    MANUFACTURING = "manufacturing", _("Manufacturing")
    HEALTHCARE = "healthcare", _("Healthcare")
    BANKING = "banking", _("Banking")
    LOGISTICS = "logistics", _("Logistics")
    RETAIL = "retail", _("Retail")
    PUBLIC = "public", _("Public sector")
    OTHER = "other", _("Other")


class ClientQuerySet(ScopedQuerySet["Client"]):
    """Clients belong to the company: managers see all, others those of their engagements."""

    def of_member(self, user: User) -> Self:
        return self.filter(pk__in=user.memberships.active().values("engagement__client_id"))


class Client(models.Model):
    """A client company."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    short_name = models.CharField(_("short name"), max_length=40)
    industry = models.CharField(_("industry"), max_length=20, choices=Industry.choices, default=Industry.OTHER)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="client_has_a_name")]

    def __str__(self) -> str:
        return self.name
