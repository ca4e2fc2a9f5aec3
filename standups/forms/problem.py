"""A problem's form, and the filters of their list."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onsite.core.fields import DayField, LineField, TextField
from onsite.core.forms import OnSiteForm, PlainHelper
from standups.models import Party, Severity
from standups.models.problem import Problem, ProblemQuerySet

LONGEST_TITLE = 500
LONGEST_ROLE = 80
STORY = ("symptom", "cause", "fix", "prevention")


class ProblemForm(OnSiteForm):
    """What stands in the way.

    The page carries what it showed beside each field, so that a save changes only what this person changed: a
    stand-up may have solved the problem meanwhile.
    """

    title = LineField(label=_("Problem"), max_length=LONGEST_TITLE, show_hidden_initial=True)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, show_hidden_initial=True)
    next_step_with = forms.ChoiceField(label=_("Next step with"), choices=Party.choices, show_hidden_initial=True)
    owner_role = LineField(
        label=_("Role or department"), max_length=LONGEST_ROLE, required=False, show_hidden_initial=True,
        help_text=_("Whose step it is, such as “IT department”. The client reads this instead of a person's name."),
    )  # fmt: skip
    due_on = DayField(label=_("Due"), required=False, show_hidden_initial=True)
    is_internal = forms.BooleanField(
        label=_("Internal: the client never sees this problem"), required=False, show_hidden_initial=True
    )
    is_key = forms.BooleanField(
        label=_("Key problem: the closing report tells it from symptom to prevention"), required=False,
        show_hidden_initial=True,
    )  # fmt: skip
    symptom = TextField(label=_("Symptom"), required=False, show_hidden_initial=True)
    cause = TextField(label=_("Cause"), required=False, show_hidden_initial=True)
    fix = TextField(label=_("Fix"), required=False, show_hidden_initial=True)
    prevention = TextField(label=_("Prevention"), required=False, show_hidden_initial=True)
    solved_on = DayField(label=_("Solved on"), required=False, show_hidden_initial=True)

    def __init__(self, *args: Any, problem: Problem | None = None, **kwargs: Any) -> None:
        stored = {name: getattr(problem, name) for name in self.base_fields} if problem else {}
        kwargs["initial"] = {"severity": Severity.MAJOR, "next_step_with": Party.VENDOR} | stored
        super().__init__(*args, **kwargs)
        self.is_new = problem is None
        if self.is_new:
            del self.fields["solved_on"]

    def clean(self) -> dict[str, Any]:
        """Keep what this person changed; of a new problem everything."""
        cleaned = super().clean() or self.cleaned_data
        return cleaned if self.is_new else {name: cleaned[name] for name in self.changed_data if name in cleaned}

    @property
    def helper(self) -> FormHelper:
        helper = PlainHelper(self)
        solved = [] if self.is_new else [Div("due_on", "solved_on", css_class="fields")]
        helper.layout = Layout(
            Field("title"),
            Div("severity", "next_step_with", css_class="fields"),
            Div("owner_role", *(["due_on"] if self.is_new else []), css_class="fields" if self.is_new else ""),
            *solved,
            "is_internal",
            Fieldset(_("The story of a key problem"), "is_key", *STORY),
        )
        return helper


class ProblemFilter(OnSiteForm):
    """What the list is narrowed to; it stands in the address."""

    OPEN, SOLVED, ALL = "open", "solved", "all"

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[(OPEN, _("Open")), (SOLVED, _("Solved")), (ALL, _("All"))]
    )
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    next = forms.ChoiceField(label=_("Next step with"), required=False)
    q = LineField(label=_("Words"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything = ("", _("Any"))
        self.fields["severity"].choices = [anything, *Severity.choices]  # type: ignore[attr-defined]
        self.fields["next"].choices = [anything, *Party.choices]  # type: ignore[attr-defined]

    def narrow(self, rows: ProblemQuerySet) -> ProblemQuerySet:
        """Return the rows that match; a filter that makes no sense is as if it were not there."""
        self.is_valid()
        wanted = self.cleaned_data
        state = wanted.get("state") or self.OPEN
        rows = {self.OPEN: rows.open(), self.SOLVED: rows.solved()}.get(state, rows)
        if severity := wanted.get("severity"):
            rows = rows.filter(severity=severity)
        if party := wanted.get("next"):
            rows = rows.with_party(Party(party))
        if words := wanted.get("q"):
            rows = rows.filter(Q(title__icontains=words) | Q(owner_role__icontains=words))
        return rows

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything but the open ones was asked for."""
        wanted = self.cleaned_data
        return bool(wanted.get("severity") or wanted.get("next") or wanted.get("q"))
