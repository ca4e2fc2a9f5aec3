"""Interviews: whom we talk to, about which functions, and what was said."""

from __future__ import annotations

from typing import Any, ClassVar

from crispy_forms.layout import LayoutObject
from django import forms
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engagements.forms.documents import client_people
from engagements.forms.layout import RowsForm
from engagements.guide import ASKED, AskedFunction
from engagements.models import Engagement, Function, Interview
from engagements.models.fingerprint import text_mark
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, RowsField, TextField
from onsite.core.forms import offer_rows
from onsite.core.wording import enumerated


class _Part(LayoutObject):
    """Fields under a heading, or folded away under it. The heading is somebody's text and is never read as a template."""

    def __init__(self, heading: str, *fields: Any, is_folded: bool = False) -> None:
        self.heading, self.fields, self.is_folded = heading, list(fields), is_folded

    def render(self, form: Any, context: Any, template_pack: Any = None, **kwargs: Any) -> str:
        inner = mark_safe(self.get_rendered_fields(form, context, template_pack, **kwargs))  # noqa: S308 - crispy's own
        frame = (
            '<details class="mt-4"><summary class="mb-3">{}</summary>{}</details>'
            if self.is_folded
            else '<section class="said"><h2>{}</h2>{}</section>'
        )
        return format_html(frame, self.heading, inner)


class FunctionsField(RowsField):
    """Functions to tick, each with its module and how many of its questions are open."""

    def label_from_instance(self, obj: Any) -> str:
        open_ones = enumerated(question.label for question in obj.unanswered) or _("all answered")
        return f"{obj.module.name} · {obj.name} ({open_ones})"


class InterviewForm(RowsForm):
    """An interview with a field for each question that is asked, under its function."""

    person = LineField(label=_("Person interviewed"), max_length=80)
    person_role = LineField(label=_("Role or department"), max_length=80, required=False)
    held_on = DayField(label=_("Day"))
    user = forms.ModelChoiceField(
        label=_("Confirms by mail as"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody: signs on paper"),
    )
    functions = FunctionsField(
        label=_("Ask about"), queryset=Function.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    all_six = forms.BooleanField(label=_("Also ask what is answered already"), required=False)

    def __init__(
        self,
        *args: Any,
        engagement: Engagement,
        functions: Any,
        groups: list[AskedFunction] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups or []
        offer_rows(self, "user", client_people(engagement))
        offer_rows(self, "functions", functions)
        if self.groups:
            self.fields["functions"].label = _("Ask about more")
        for group in self.groups:
            for note in group.notes:
                self.fields[f"note_{note.pk}"] = TextField(
                    label=note.get_question_display(),
                    required=False,
                    help_text=ASKED[note.question],
                    max_length=Function.LONGEST_ANSWER,
                    initial=note.text,
                    rows=2,
                )
                self.fields[f"seen_{note.pk}"] = forms.CharField(
                    required=False, max_length=64, widget=forms.HiddenInput, initial=text_mark(note.text)
                )

    @property
    def rows(self) -> tuple[Any, ...]:  # type: ignore[override]
        asked = [
            _Part(str(group), *(f"{name}_{note.pk}" for note in group.notes for name in ("note", "seen")))
            for group in self.groups
        ]
        more = ("functions", "all_six")
        choice = [_Part(gettext("Ask about more functions"), *more, is_folded=True)] if self.groups else more
        return (("person", "person_role"), ("held_on", "user"), *asked, *choice)

    def clean(self) -> dict[str, Any]:
        """Gather the answers under their notes, and what the page showed there."""
        cleaned = super().clean() or {}
        told: dict[str, dict[int, str]] = {"note": {}, "seen": {}}
        for name in list(cleaned):
            kind, _sep, pk = name.partition("_")
            if kind in told and pk.isdigit():
                told[kind][int(pk)] = cleaned.pop(name)
        return cleaned | {"answers": told["note"], "seen": told["seen"]}

    def rebase(self) -> None:
        """Start from what others wrote since the page was opened: it is told beside the field, and the next save
        replaces it knowingly. What was not touched here becomes theirs."""
        data = self.data = self.data.copy()  # type: ignore[attr-defined]  # a posted form's
        for note in (note for group in self.groups for note in group.notes):
            typed, seen = f"note_{note.pk}", f"seen_{note.pk}"
            if data.get(seen) == text_mark(data.get(typed, "")):
                data[typed] = note.text
            data[seen] = text_mark(note.text)

    @staticmethod
    def initial_of(interview: Interview) -> dict[str, object]:
        """Return what stands in the fields of an existing interview."""
        names = ("person", "person_role", "held_on", "user")
        return {name: getattr(interview, name) for name in names}


class ConfirmForm(RowsForm):
    """What the person interviewed adds."""

    remark = TextField(label=_("Your remark"), required=False, rows=3, help_text=_("What you would add or put right."))

    rows: ClassVar = ("remark",)


class PaperConfirmForm(RowsForm):
    """The printed notes, signed."""

    scan = forms.FileField(
        label=_("Scan of all pages"),
        help_text=_("PDF, JPEG or PNG, up to 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    remark = TextField(label=_("What the person wrote on it"), required=False, rows=3)

    rows: ClassVar = ("scan", "remark")
