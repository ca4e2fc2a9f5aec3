"""Releasing what is held back."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from onsite.core.fields import LineField


class ReleaseForm(RowsForm):
    """Why a file may be shown as it is."""

    reason = LineField(
        label=_("Why it may be shown as it is"),
        help_text=_(
            "For example: the numbers are invented test data, agreed with the client. It stays with the file."
        ),
    )

    rows: ClassVar = ("reason",)
