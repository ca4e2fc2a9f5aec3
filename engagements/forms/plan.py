"""A stage's days and progress."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import Stage
from onsite.core.fields import DayField, LineField


class StageForm(RowsForm):
    """Where a stage is planned now, and how far it is."""

    start_on = DayField(label=_("Start"))
    finish_on = DayField(label=_("Finish"))
    percent = forms.IntegerField(label=_("Done, percent"), min_value=0, max_value=100)
    note = LineField(label=_("Note for both sides"), required=False, help_text=_("The client sees it in the plan."))

    rows: ClassVar = (("start_on", "finish_on"), "percent", "note")

    @classmethod
    def initial_of(cls, stage: Stage) -> dict[str, object]:
        """Return what stands in the fields of a stage."""
        return {name: getattr(stage, name) for name in cls.base_fields}
