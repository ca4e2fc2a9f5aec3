"""A problem's form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import Engagement, Function, Objective, StandingRule, Task
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, TextField
from onsite.core.forms import OnSiteForm, PlainHelper, offer_rows, retype
from standups.models import Kind, Party, Problem, Severity, Source
from standups.services.problems import LINKS, Linking
from standups.wording import SEVERITIES

LONGEST_TITLE = 500
LONGEST_ROLE = 80
ID = re.compile("[0-9]{1,18}")
KINDS = [(value, label) for value, label in Kind.choices if value != Kind.CONCERN]


@dataclass(frozen=True)
class Pick:
    """One kind of rows that can be linked: what there is, what is ticked, and what the page showed."""

    bound: forms.BoundField
    options: list[tuple[str, str, bool]]

    @property
    def count(self) -> int:
        return sum(is_ticked for _value, _label, is_ticked in self.options)

    @property
    def shown(self) -> SafeString:
        return self.bound.as_hidden(only_initial=True)


class _LinksField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rows of the engagement to tick."""

    def __init__(self, label: Any, model: Any) -> None:
        box = forms.CheckboxSelectMultiple
        super().__init__(model.objects.none(), label=label, required=False, widget=box, show_hidden_initial=True)

    def clean(self, value: Any) -> Any:
        """Refuse what is no id before a database is asked for it."""
        return super().clean(self._ids(value))

    def to_python(self, value: Any) -> Any:
        return super().to_python(self._ids(value))

    def _ids(self, value: Any) -> list[str]:
        forged = [part for part in value or () if not ID.fullmatch(str(part))]
        if forged:
            raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": forged[0]})
        return list(value or ())

    def label_from_instance(self, obj: Any) -> str:
        """A function with its module, a task with its number, an objective as it is called."""
        if isinstance(obj, Function):
            return f"{obj.module} / {obj}"
        return f"{obj.number} · {obj}" if isinstance(obj, Task) else str(obj)


class ProblemForm(OnSiteForm):
    """What stands in the way.

    The page carries what it showed beside each field, so that a save changes only what this person changed: a
    stand-up may have solved the problem meanwhile. A concern's kind and its end are not this form's.
    """

    title = LineField(label=_("Problem"), max_length=LONGEST_TITLE, show_hidden_initial=True)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, show_hidden_initial=True)
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, show_hidden_initial=True)
    source = forms.ChoiceField(
        label=pgettext_lazy("problem", "Source"), choices=Source.choices, show_hidden_initial=True
    )
    next_step = LineField(
        label=_("Next step"), required=False, show_hidden_initial=True,
        help_text=_("What has to happen now. The client reads it too, unless the problem is internal."),
    )  # fmt: skip
    next_step_with = forms.ChoiceField(label=_("Next step with"), choices=Party.choices, show_hidden_initial=True)
    owner = forms.ModelChoiceField(
        label=_("Cared for by"), queryset=User.objects.none(), required=False, empty_label=_("nobody yet"),
        show_hidden_initial=True, help_text=_("One of our own people; the client does not read the name."),
    )  # fmt: skip
    owner_role = LineField(
        label=_("Role or department"), max_length=LONGEST_ROLE, required=False, show_hidden_initial=True,
        help_text=_("Whose step it is, such as “IT department”. The client reads this instead of a person's name."),
    )  # fmt: skip
    due_on = DayField(label=_("Due"), required=False, show_hidden_initial=True)
    solved_on = DayField(label=_("Solved on"), required=False, show_hidden_initial=True)
    is_internal = forms.BooleanField(
        label=_("Internal: the client never sees this problem"), required=False, show_hidden_initial=True
    )
    functions = _LinksField(_("Functions"), Function)
    objectives = _LinksField(_("Objectives"), Objective)
    tasks = _LinksField(_("Tasks of the plan"), Task)
    recurs = forms.ModelChoiceField(
        label=_("Happened again although this rule stands"), queryset=StandingRule.objects.none(), required=False,
        empty_label="—", show_hidden_initial=True, help_text=_("It counts on the rule's page. The client never reads this."),
    )  # fmt: skip
    is_key = forms.BooleanField(
        label=_("Key problem: the closing report tells it from symptom to prevention"), required=False,
        show_hidden_initial=True,
    )  # fmt: skip
    symptom = TextField(label=_("Symptom"), required=False, show_hidden_initial=True)
    cause = TextField(label=_("Cause"), required=False, show_hidden_initial=True)
    fix = TextField(label=_("Fix"), required=False, show_hidden_initial=True)
    prevention = TextField(label=_("Prevention"), required=False, show_hidden_initial=True)

    def __init__(self, *args: Any, engagement: Engagement, problem: Problem | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _stored(problem) if problem else _FIRST
        super().__init__(*args, **kwargs)
        self.is_new = problem is None
        self._offer(engagement, problem)
        gone = ["solved_on"] if problem is None else ["kind", "solved_on"] if problem.is_concern else []
        if not self.fields["recurs"].queryset:  # type: ignore[attr-defined]
            gone.append("recurs")
        for name in gone:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Return what `save_problem` takes: of a new problem everything, else what this person changed and was shown."""
        cleaned = super().clean() or self.cleaned_data
        links = {name: self._linking(name, cleaned[name]) for name in LINKS if name in cleaned}
        if self.is_new:
            return {name: value for name, value in cleaned.items() if name not in LINKS} | {"links": links}
        changed = {name: cleaned[name] for name in self.changed_data if name in cleaned and name not in LINKS}
        shown = {name: value for name in changed for value in self._shown(name)}
        return {**changed, "shown": shown, "links": links}

    def start_from(self, stored: Problem, name: str) -> None:
        """Let a field that a colleague changed meanwhile start from their value: the next save replaces it knowingly."""
        value = self.fields[name].prepare_value(getattr(stored, name))
        retype(self, **{self[name].html_initial_name: "" if value is None else str(value)})

    @property
    def severity_choices(self) -> list[tuple[str, Any, Any]]:
        """Each severity with its word and what it means."""
        return [(value, word, meaning) for value, (word, meaning) in SEVERITIES.items()]

    @property
    def severity_shown(self) -> SafeString:
        return self["severity"].as_hidden(only_initial=True)

    @property
    def picks(self) -> list[Pick]:
        """What can be linked, in the kinds of which there are rows."""
        return [Pick(self[name], options) for name in LINKS if (options := self._options(name))]

    @property
    def helper(self) -> FormHelper:
        helper = PlainHelper(self)
        rows = [
            ("kind", "source"), ("next_step_with", "next_step"), ("owner", "owner_role"), ("due_on", "solved_on"),
        ]  # fmt: skip
        helper.layout = Layout(
            Field("title"),
            HTML('{% include "standups/parts/severity_choice.html" %}'),
            *(Div(*(name for name in row if name in self.fields), css_class="fields") for row in rows),
            "is_internal",
            *(name for name in ("recurs",) if name in self.fields),
            HTML('{% include "standups/parts/picks.html" %}'),
            Fieldset(_("The story of a key problem"), "is_key", *Problem.STORY),
        )
        return helper

    def _offer(self, engagement: Engagement, problem: Problem | None) -> None:
        """Say what can be chosen: this engagement's rows and people, and whoever cares for it now."""
        offers: dict[str, Any] = {
            "functions": engagement.functions.unscoped().select_related("module"),
            "objectives": engagement.objectives.unscoped(),
            "tasks": engagement.tasks.unscoped(),
            "owner": ours(engagement, keep=problem.owner_id if problem else None),
            "recurs": _binding(engagement, keep=problem.recurs_id if problem else None),
        }
        for name, rows in offers.items():
            offer_rows(self, name, rows)

    def _shown(self, name: str) -> Iterator[Any]:
        """Yield what the page showed in the field, if it said so in a way that can be read."""
        bound, field = self[name], self.fields[name]
        if bound.html_initial_name in self.data:
            told = field.hidden_widget().value_from_datadict(self.data, self.files, bound.html_initial_name)
            try:
                yield field.to_python(told)
            except ValidationError:
                return

    def _linking(self, name: str, chosen: Any) -> Linking:
        told = forms.MultipleHiddenInput().value_from_datadict(self.data, self.files, self[name].html_initial_name)
        shown = frozenset(int(value) for value in told or () if ID.fullmatch(value))
        ticked = frozenset(row.pk for row in chosen)
        return Linking(added=ticked - shown, removed=shown - ticked)

    def _options(self, name: str) -> list[tuple[str, str, bool]]:
        ticked = {str(value) for value in self[name].value() or ()}
        offered = self.fields[name].choices  # type: ignore[attr-defined]
        options = [(str(value), label, str(value) in ticked) for value, label in offered]
        return sorted(options, key=lambda option: not option[2])  # the ticked ones first


_FIRST: dict[str, Any] = {
    "severity": Severity.MAJOR, "next_step_with": Party.VENDOR, "kind": Kind.OTHER, "source": Source.TEAM,
}  # fmt: skip


def ours(engagement: Engagement, *, keep: int | None = None) -> QuerySet[User]:
    """The vendor's people of the engagement, by name; `keep` is somebody who may have left since."""
    people = engagement.memberships.unscoped().active().of_vendor().values("user")
    return User.objects.filter(Q(pk__in=people) | Q(pk=keep)).order_by("name", "pk")


def _binding(engagement: Engagement, *, keep: int | None) -> QuerySet[StandingRule]:
    """The standing rules that bind the engagement, by title; `keep` is one that may have been retired since."""
    bound = engagement.rule_applications.unscoped().standing().values("rule")
    return StandingRule.objects.filter(Q(pk__in=bound) | Q(pk=keep))


def _stored(problem: Problem) -> dict[str, Any]:
    links = {name: list(getattr(problem, name).unscoped().values_list("pk", flat=True)) for name in LINKS}
    fields = {name: getattr(problem, name) for name in ProblemForm.base_fields if name not in LINKS}
    return fields | {"owner": problem.owner_id, "recurs": problem.recurs_id} | links
