"""Letting an obstacle pass."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from onsite.core.fields import DayField, LineField


class WaiverForm(RowsForm):
    """Why it may pass, and until when it is mended."""

    reason = LineField(label=_("Reason"), help_text=_("For example: signature under way, the chop takes two weeks."))
    due_on = DayField(
        label=_("To be mended by"),
        help_text=_("You and the lead engineer are reminded on that day if it is still missing."),
    )

    rows: ClassVar = ("reason", "due_on")
