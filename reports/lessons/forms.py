"""Lessons, the statement that there is none, and standing rules with what they demand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from crispy_forms.layout import HTML, Div
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from engagements.forms.layout import Heading, RowOfTwoForm, RowsForm
from engagements.models import (
    ChecklistItem,
    Client,
    CoreTask,
    DocumentRequest,
    Emergency,
    Lesson,
    RuleVersion,
)
from engagements.models.client import Industry
from engagements.rules.content import LONGEST_TITLE, MOST_LINES
from engagements.services.contingency import LONGEST_LIMIT_MINUTES
from onsite.core.fields import LineField, RowsField, TextField
from onsite.core.forms import offer_rows

Form = RuleVersion.Form
LONGEST_LESSON_TITLE = 160
MOST_WORDS = 20
LONGEST_WORD = 60
USUAL_LIMIT_MINUTES = 15


class LinesField(TextField):
    """A text of which each line stands for itself; cleans to a list of lines without the empty ones."""

    def __init__(self, *, most: int = MOST_LINES, longest: int = 2000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.longest = most, longest

    def clean(self, value: Any) -> Any:
        lines = [" ".join(line.split()) for line in str(super().clean(value)).splitlines() if line.strip()]
        if len(lines) > self.most:
            text = ngettext_lazy("At most %(count)s line.", "At most %(count)s lines.", self.most)
            raise ValidationError(text % {"count": self.most}, code="too_many")
        if any(len(line) > self.longest for line in lines):
            text = ngettext_lazy("A line has at most %(count)s character.", "A line has at most %(count)s characters.",
                                 self.longest)  # fmt: skip
            raise ValidationError(text % {"count": self.longest}, code="too_long")
        return lines

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value


class LessonForm(RowOfTwoForm):
    """What happened, why, and the rule from now on."""

    title = LineField(
        label=_("Lesson"), max_length=LONGEST_LESSON_TITLE, help_text=_("In one line, as you would tell it.")
    )
    what_happened = TextField(label=pgettext_lazy("lesson", "What happened"))
    why = TextField(label=_("Why"), help_text=_("The cause behind the cause: why could it happen?"))
    rule = TextField(
        label=_("The rule from now on"), help_text=_("What we do differently, so that anybody can check it.")
    )
    is_internal = forms.TypedChoiceField(
        label=_("Who reads it"),
        choices=[("1", _("internal: only we read it")), ("0", _("client sees: it stands in the closing report"))],
        coerce=lambda value: value == "1",
        initial="1",
        widget=forms.RadioSelect,
    )

    rows: ClassVar[tuple[Any, ...]] = ("title", "what_happened", "why", "rule", "is_internal", "was")

    @classmethod
    def initial_of(cls, lesson: Lesson) -> dict[str, object]:
        """Return what stands in the fields of an existing lesson."""
        known = {name: getattr(lesson, name) for name in ("title", "what_happened", "why", "rule")}
        return known | {"is_internal": "1" if lesson.is_internal else "0", "was": lesson.fingerprint}


class NoLessonForm(RowsForm):
    """Why there is none."""

    reason = LineField(label=_("Why this engagement taught nothing new"), max_length=300)

    rows: ClassVar[tuple[Any, ...]] = ("reason",)


class RetireForm(RowsForm):
    """Why a rule binds nobody any more."""

    reason = LineField(label=_("Why it is retired"))

    rows: ClassVar[tuple[Any, ...]] = ("reason",)


class _Group:
    """The fields of one form of demand, which a little script hides while another form is chosen."""

    def __init__(self, form: RuleVersion.Form, *rows: Any) -> None:
        self.form, self.rows = form, rows


class VersionForm(RowsForm):
    """Whom a rule binds and what it demands. The fields of every form of demand stand on the page; those of the chosen one
    count. Cleans to the fields of `engagements.services.rules`."""

    title = LineField(label=pgettext_lazy("lesson", "Rule"), max_length=LONGEST_LESSON_TITLE)
    text = TextField(
        label=_("What is to be done, and why"),
        help_text=_("Engineers of other engagements read it: it names no client."),
    )
    form = forms.ChoiceField(label=_("In which form"), choices=Form.choices, widget=forms.RadioSelect)
    before_phase = forms.ChoiceField(
        label=_("It stands before"), choices=[(phase.value, phase.label) for phase in RuleVersion.GATES]
    )
    binds_all = forms.BooleanField(label=_("Binds every engagement, whatever stands below"), required=False)
    industries = forms.MultipleChoiceField(
        label=_("Industry"), choices=Industry.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    core_tasks = forms.MultipleChoiceField(
        label=_("Core task"), choices=CoreTask.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    modules = LinesField(
        label=_("Words in a module's name, one a line"), required=False, rows=2, most=MOST_WORDS, longest=LONGEST_WORD,
        help_text=_("One of them is enough."),
    )  # fmt: skip
    clients = RowsField(
        label=_("Client"), queryset=Client.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    sign_off_title = LineField(label=_("Title of the letter"), required=False, max_length=LONGEST_TITLE)
    sign_off_paragraphs = LinesField(
        label=_("Text, one paragraph a line"), required=False, rows=5,
        help_text=_("{client} and {engagement} become the names of each engagement."),
    )  # fmt: skip
    sign_off_points = LinesField(label=_("What is confirmed, one point a line"), required=False, rows=6)
    document_title = LineField(label=_("Document"), required=False)
    document_purpose = LineField(label=_("What it is for"), required=False)
    document_kind = forms.ChoiceField(label=_("Kind"), choices=DocumentRequest.Kind.choices, required=False)
    checklist_text = LineField(label=_("Line to tick"), required=False)
    checklist_moment = forms.ChoiceField(label=_("When"), choices=ChecklistItem.Moment.choices, required=False)
    plan_title = LineField(label=_("Contingency plan"), required=False, max_length=LONGEST_TITLE)
    plan_emergency = forms.ChoiceField(label=_("Answers"), choices=Emergency.choices, required=False)
    plan_trigger = TextField(label=_("Trigger"), required=False, rows=2, max_length=2000)
    plan_minutes = forms.IntegerField(
        label=_("First response within, minutes"), required=False, min_value=1, max_value=LONGEST_LIMIT_MINUTES,
        initial=USUAL_LIMIT_MINUTES,
    )  # fmt: skip
    plan_steps = LinesField(label=_("Steps, one a line"), required=False, rows=6)
    plan_fallback = TextField(label=_("Fallback"), required=False, rows=2, max_length=2000)
    note = LineField(label=_("What changed"), required=False)
    based_on = forms.IntegerField(required=False, min_value=0, max_value=32_000, widget=forms.HiddenInput)

    # A new rule has nothing before it; a rule that stands keeps its title.
    OF_A_NEWER_VERSION: ClassVar = ("note", "based_on")
    OF_A_NEW_RULE: ClassVar = ("title",)

    rows: ClassVar[tuple[Any, ...]] = (
        "title", "text",
        Heading(_("Whom it binds")), "binds_all",
        ("industries", "core_tasks"), ("modules", "clients"),
        Heading(_("What is demanded")), ("form", "before_phase"),
        _Group(Form.SIGN_OFF, "sign_off_title", "sign_off_paragraphs", "sign_off_points"),
        _Group(Form.DOCUMENT, "document_title", ("document_purpose", "document_kind")),
        _Group(Form.CHECKLIST, ("checklist_text", "checklist_moment")),
        _Group(
            Form.CONTINGENCY, "plan_title", ("plan_emergency", "plan_minutes"), "plan_trigger", "plan_steps",
            "plan_fallback",
        ),
        "note", "based_on",
    )  # fmt: skip

    def __init__(self, *args: Any, clients: QuerySet[Client], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "clients", clients)
        for name in self.OF_A_NEWER_VERSION if is_new else self.OF_A_NEW_RULE:
            del self.fields[name]
        if not is_new:
            self.fields["note"].required = True

    @classmethod
    def initial_of(cls, version: RuleVersion) -> dict[str, object]:
        """Return what stands in the fields of a version that is to be followed by a newer one."""
        names = ("text", "form", "before_phase", "binds_all", "industries", "core_tasks", "modules")
        parts = {f"{version.form}_{name}": value for name, value in version.content.items()}
        known = {name: getattr(version, name) for name in names}
        return known | parts | {"clients": version.clients.all(), "based_on": version.number}

    @classmethod
    def begun_with(cls, lesson: Lesson) -> dict[str, object]:
        """Return what the rule of a lesson begins with: its words, and the industry it was learnt in."""
        return {
            "title": lesson.title,
            "text": lesson.rule,
            "form": Form.SIGN_OFF,
            "industries": [lesson.engagement.client.industry],
        }

    def clean(self) -> dict[str, Any]:
        """Gather what the chosen form demands as its template."""
        cleaned = super().clean() or {}
        chosen = cleaned.get("form")
        content = {}
        for form in Form.values:
            for name in [name for name in list(cleaned) if name.startswith(f"{form}_")]:
                value = cleaned.pop(name)
                if form == chosen:
                    content[name.removeprefix(f"{form}_")] = value
            if form != chosen:
                self._forget_errors(f"{form}_")
        return cleaned | {"content": content}

    def _forget_errors(self, prefix: str) -> None:
        """What stands in the fields of another form of demand is not used, so it keeps nobody from saving."""
        for name in [name for name in self.errors if name.startswith(prefix)]:
            del self.errors[name]

    def _placed(self, row: Any) -> object:
        if not isinstance(row, _Group):
            return super()._placed(row)
        name = format_html('<h3 class="mt-3 mb-3">{}</h3>', row.form.label)
        return Div(HTML(name), *self._within(row.rows), css_class="demand", data_demand=row.form.value)

    def _within(self, rows: Iterable[Any]) -> list[object]:
        return [super(VersionForm, self)._placed(row) for row in rows]


class RulesFilter(forms.Form):
    """What the list of rules is narrowed down to; it stays in the address."""

    ACTIVE, RETIRED, ALL = "", "retired", "all"

    state = forms.ChoiceField(
        label=_("Rules"), required=False,
        choices=[(ACTIVE, _("Rules that bind")), (RETIRED, _("Retired rules")), (ALL, _("All rules"))],
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )  # fmt: skip
    industry = forms.ChoiceField(
        label=_("Industry"), required=False, choices=[("", _("All industries")), *Industry.choices],
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )  # fmt: skip
    q = LineField(
        label=_("Words of a lesson or a rule"), required=False,
        widget=forms.TextInput(
            attrs={
                "class": "form-control w-auto flex-grow-1", "type": "search",
                "placeholder": _("Words of a lesson or a rule"),
            }
        ),
    )  # fmt: skip
