"""The run sheet's head and steps, and what is said about a run."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.forms.layout import RowOfTwoForm, RowsForm
from engagements.forms.plan import TemplateNameForm
from onsite.core.fields import LineField, MomentField, TextField
from onsite.core.forms import offer_rows
from standups.models import CutoverRun, Party, RunSheet, RunSheetTemplate, RunStep, SheetStep, StepKind
from standups.services.cutover_runs import LONGEST_NOTE
from standups.services.run_sheet import MOST_MINUTES, MOST_STEPS, SAID

HEAD = ("planned_start_at", "freeze_at", "last_rollback_at", "backup", "commander")


class HeadForm(RowOfTwoForm):
    """When it begins, until when it can be rolled back, the backup, and who decides."""

    planned_start_at = MomentField(label=_("Planned start"), required=False)
    freeze_at = MomentField(label=_("The old system is frozen from"), required=False)
    last_rollback_at = MomentField(
        label=_("Last moment to roll back"), required=False,
        help_text=_("Until then there is time enough to go back to the old system before work begins."),
    )  # fmt: skip
    commander = LineField(label=_("Who decides during the cutover, and their phone"), max_length=120, required=False)
    backup = TextField(label=_("Backup: what, where to, who checks that it can be restored"), required=False)

    rows: ClassVar = (("planned_start_at", "last_rollback_at"), ("freeze_at", "commander"), "backup", "was")

    @classmethod
    def initial_of(cls, sheet: RunSheet) -> dict[str, object]:
        """Return what stands in the fields."""
        return {name: getattr(sheet, name) for name in HEAD} | {"was": sheet.fingerprint}


class StepForm(RowOfTwoForm):
    """One step of the sheet."""

    title = LineField(label=pgettext_lazy("of a run sheet", "Step"))
    kind = forms.ChoiceField(label=_("Kind"), choices=StepKind.choices, initial=StepKind.STEP)
    owner = LineField(label=_("Who does it"), max_length=80, required=False)
    side = forms.ChoiceField(label=_("Whose work"), choices=Party.choices, initial=Party.VENDOR)
    planned_minutes = forms.IntegerField(label=_("Planned minutes"), min_value=0, max_value=MOST_MINUTES, initial=10)
    position = forms.IntegerField(
        label=_("As number"), min_value=1, max_value=MOST_STEPS, required=False,
        help_text=_("Left empty, it stands at the end."),
    )  # fmt: skip
    check_text = LineField(label=_("How one sees that it worked"), max_length=300, required=False)
    rollback = LineField(label=_("How it is rolled back"), max_length=300, required=False)

    rows: ClassVar = (
        "title", ("kind", "planned_minutes"), ("owner", "side"), "check_text", "rollback", "position", "was",
    )  # fmt: skip

    def __init__(self, *args: Any, step: SheetStep | None = None, **kwargs: Any) -> None:
        if step is not None:
            kwargs["initial"] = {name: getattr(step, name) for name in SAID} | {"was": step.fingerprint}
        super().__init__(*args, **kwargs)
        # A step that is there is moved, not given another number: others may have moved it meanwhile.
        if step is not None:
            del self.fields["position"]
        else:
            del self.fields["was"]


class PlaceForm(forms.Form):
    """Where a step goes: by a place up or down, or to a number."""

    by = forms.TypedChoiceField(choices=[("-1", "-1"), ("1", "1")], coerce=int, empty_value=None, required=False)
    to = forms.IntegerField(min_value=1, max_value=MOST_STEPS, required=False)


class SheetTemplateForm(RowsForm):
    """Which sheet to start from; where steps are replaced, a tick says that this is meant."""

    template = forms.ModelChoiceField(
        label=_("Template"), queryset=RunSheetTemplate.objects.none(), required=False,
        empty_label=_("What a cutover usually takes"),
    )  # fmt: skip
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    is_meant = forms.BooleanField(label=_("Replace the steps that are there"))

    def __init__(self, *args: Any, templates: Any, replaces: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "template", templates)
        if not replaces:
            del self.fields["is_meant"]

    @property
    def rows(self) -> tuple[str, ...]:  # type: ignore[override]  # what stands here depends on the sheet
        return tuple(self.fields)


class KeepForm(TemplateNameForm):
    """What a template is called, and the word that other clients' teams may read its steps."""

    is_clean = forms.BooleanField(
        label=_("I have read these steps: no name, host or address of this client stands in them")
    )

    rows: ClassVar = (*TemplateNameForm.rows, "is_clean")  # type: ignore[assignment]  # one more row


class KindForm(forms.Form):
    """What is begun."""

    kind = forms.ChoiceField(choices=CutoverRun.Kind.choices)


class VersionForm(forms.Form):
    """Which sheet the page showed."""

    version = forms.IntegerField(min_value=0)


class NoteForm(RowsForm):
    """What is said of a step that is done."""

    note = LineField(label=pgettext_lazy("step", "Note"), max_length=LONGEST_NOTE, required=False)

    rows: ClassVar = ("note",)


class ReasonForm(RowsForm):
    """Why a step is skipped or rolled back."""

    reason = LineField(label=_("Why"), max_length=LONGEST_NOTE)

    rows: ClassVar = ("reason",)


class EndForm(RowsForm):
    """What a run that went through showed."""

    note = TextField(label=_("What it showed"), required=False)

    rows: ClassVar = ("note",)


class RollBackForm(RowsForm):
    """Why it is given up; once the last moment has passed, a tick says that it is meant all the same."""

    reason = TextField(label=_("Why"))
    is_confirmed = forms.BooleanField(
        label=_("The last moment to roll back has passed: roll back all the same"), required=False
    )

    rows: ClassVar = ("reason", "is_confirmed")

    def __init__(self, *args: Any, is_past: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_past:
            del self.fields["is_confirmed"]


class KeptMomentField(MomentField):
    """A moment whose text, left as it was shown, is the stored moment itself: with its seconds, and also within the hour
    that comes twice in autumn, which no text can name."""

    kept: datetime | None = None

    def clean(self, value: Any) -> Any:
        if self.kept is not None and value == self.widget.format_value(self.prepare_value(self.kept)):
            return self.kept
        return super().clean(value)


class TimesForm(RowOfTwoForm):
    """When a step really began and ended."""

    started_at = KeptMomentField(label=_("Really began"))
    finished_at = KeptMomentField(label=_("Really ended"))
    note = LineField(label=pgettext_lazy("step", "Note"), max_length=LONGEST_NOTE, required=False)

    rows: ClassVar = (("started_at", "finished_at"), "note", "was")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("started_at", "finished_at"):
            self.fields[name].kept = self.initial.get(name)  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, step: RunStep) -> dict[str, object]:
        """Return what stands in the fields."""
        return {name: getattr(step, name) for name in ("started_at", "finished_at", "note")} | {
            "was": step.fingerprint
        }
