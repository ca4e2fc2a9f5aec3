"""A stage's days and progress."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import PlanTemplate, Stage
from onsite.core.fields import DayField, LineField


class NoteForm(RowsForm):
    """What is said about a stage whose days and progress are its tasks'."""

    note = LineField(label=_("Note for both sides"), required=False, help_text=_("The client sees it in the plan."))

    rows: ClassVar[tuple[Any, ...]] = ("note",)


class TemplateChoiceForm(RowsForm):
    """Which plan to start from; where tasks are replaced, a tick says that this is meant."""

    template = forms.ModelChoiceField(
        label=_("Template"),
        queryset=PlanTemplate.objects.all(),
        required=False,
        empty_label=_("What this core task usually needs"),
    )
    is_meant = forms.BooleanField(label=_("Replace the tasks that are there"))

    def __init__(self, *args: Any, replaces: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaces:
            del self.fields["is_meant"]

    @property
    def rows(self) -> tuple[str, ...]:  # type: ignore[override]  # what stands here depends on the plan
        return tuple(self.fields)


class TemplateNameForm(RowsForm):
    """What a template is called."""

    name = LineField(label=_("Name of the template"), max_length=120)

    rows: ClassVar = ("name",)


class StageForm(NoteForm):
    """Where a stage is planned now, and how far it is."""

    start_on = DayField(label=_("Start"))
    finish_on = DayField(label=_("Finish"))
    percent = forms.IntegerField(label=_("Done, percent"), min_value=0, max_value=100)

    rows: ClassVar = (("start_on", "finish_on"), "percent", "note")

    @classmethod
    def initial_of(cls, stage: Stage) -> dict[str, object]:
        """Return what stands in the fields of a stage."""
        return {name: getattr(stage, name) for name in cls.base_fields}
