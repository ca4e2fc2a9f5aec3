"""A client company."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import Client
from engagements.models.client import Industry
from onsite.core.fields import LineField


class ClientForm(RowsForm):
    """Who the client is."""

    name = LineField(
        label=_("Name of the client"), max_length=120, help_text=_("The full name, as it stands in the documents.")
    )
    short_name = LineField(
        label=_("Short name"), max_length=40, required=False, help_text=_("Stands in lists and headings.")
    )
    industry = forms.ChoiceField(label=_("Industry"), choices=Industry.choices, initial=Industry.OTHER)

    rows: ClassVar = ("name", ("short_name", "industry"))

    @staticmethod
    def initial_of(client: Client) -> dict[str, object]:
        """Return what stands in the fields of an existing client."""
        return {"name": client.name, "short_name": client.short_name, "industry": client.industry}
