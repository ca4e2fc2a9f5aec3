"""Environments and the lines of checklists."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import ChecklistItem, Environment
from onsite.core.fields import LineField


class EnvironmentForm(RowsForm):
    """One installation, and where its access data are kept."""

    name = LineField(label=_("Environment"), max_length=80, help_text=_("For example: test system, production."))
    purpose = LineField(label=_("What it is for"), required=False)
    address = LineField(label=_("Address"), required=False, help_text=_("Host, page or folder; no user, no password."))
    access_kept = LineField(
        label=_("Where access is kept"),
        help_text=_("For example: the client's password safe, entry ERP test. Never the access data themselves."),
    )
    contact = LineField(label=_("Who grants access"), max_length=120, required=False)

    rows: ClassVar = (("name", "purpose"), "address", ("access_kept", "contact"))

    @classmethod
    def initial_of(cls, environment: Environment) -> dict[str, object]:
        """Return what stands in the fields of an existing environment."""
        return {name: getattr(environment, name) for name in cls.base_fields}


class ChecklistForm(RowsForm):
    """One line of a checklist."""

    moment = forms.ChoiceField(label=_("When"), choices=ChecklistItem.Moment.choices)
    text = LineField(label=_("What to check"))

    rows: ClassVar = ("moment", "text")

    @classmethod
    def initial_of(cls, item: ChecklistItem) -> dict[str, object]:
        """Return what stands in the fields of an existing line."""
        return {name: getattr(item, name) for name in cls.base_fields}
