"""The form of a follow-up visit: what is asked stands in it row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from engagements import visit_people
from engagements.models import Engagement, FollowUpVisit
from engagements.services.new_needs import Need
from engagements.services.visits import Value
from onsite.core.fields import DayField, LineField, TextField
from onsite.core.forms import OnSiteForm
from reports.models import VisitIssue
from reports.visits.questions import ObjectiveQuestion, Questions
from reports.visits.recording import Issue
from standups.models import Problem

FEWEST_NEEDS, MOST_NEEDS, MORE_NEEDS = 2, 20, 3
_SATISFACTION = [
    ("", gettext_lazy("Not asked")),
    ("5", gettext_lazy("5 – very satisfied")),
    ("4", "4"),
    ("3", "3"),
    ("2", "2"),
    ("1", gettext_lazy("1 – very dissatisfied")),
]
_ISSUE = re.compile(r"issue_(\d{1,18})")


class ObjectiveRow(NamedTuple):
    """An objective with the fields for what it was found at."""

    question: ObjectiveQuestion
    value: forms.BoundField
    evidence: forms.BoundField


class IssueRow(NamedTuple):
    """A remaining issue with the fields for what was said of it."""

    problem: Problem
    outcome: forms.BoundField
    note: forms.BoundField


class NeedRow(NamedTuple):
    """The fields of one new need."""

    number: int
    text: forms.BoundField
    owner: forms.BoundField


def asked_after(data: QueryDict | None) -> set[int]:
    """Return the problems (ids) that a posted page asked after, whatever became of them since."""
    return {int(found[1]) for name in data or () if (found := _ISSUE.fullmatch(name))}


class VisitForm(OnSiteForm):
    """What was heard in a follow-up visit. Once valid, `cleaned_data` holds what `record_visit` takes."""

    held_on = DayField(label=gettext_lazy("Held on"))
    channel = forms.ChoiceField(label=gettext_lazy("By"), choices=FollowUpVisit.Channel.choices)
    spoke_with = LineField(label=gettext_lazy("Spoke with"), max_length=120)
    condition = forms.ChoiceField(
        label=pgettext_lazy("visit", "The system"),
        choices=[("", gettext_lazy("Please choose")), *FollowUpVisit.Condition.choices],
    )
    how_it_runs = TextField(label=gettext_lazy("How the system runs"), rows=4)
    satisfaction = forms.TypedChoiceField(
        label=gettext_lazy("Satisfaction, as they say it"), choices=_SATISFACTION, coerce=int, empty_value=None,
        required=False,
    )  # fmt: skip
    internal_note = TextField(
        label=gettext_lazy("Note for us only"), rows=3, required=False,
        help_text=gettext_lazy("The client never sees it."),
    )  # fmt: skip

    def __init__(
        self, data: QueryDict | None = None, *, engagement: Engagement, questions: Questions, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.questions = questions
        given: Mapping[str, Any] = data if data is not None else self.initial
        self.need_count = _count(given.get("need_rows"))
        for question in questions.objectives:
            if not question.is_counted:
                self._ask_value(question)
        for problem in questions.problems:
            self._ask_issue(problem)
        for number in range(self.need_count):
            self._ask_need(number, engagement)

    def _ask_value(self, question: ObjectiveQuestion) -> None:
        unit = question.measured.objective.unit
        label = _("Value now (%(unit)s)") % {"unit": unit} if unit else _("Value now")
        self.fields[f"value_{question.pk}"] = forms.DecimalField(
            label=label, max_digits=12, decimal_places=2, required=False,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        )  # fmt: skip
        self.fields[f"evidence_{question.pk}"] = LineField(label=_("Where it comes from"), required=False)

    def _ask_issue(self, problem: Problem) -> None:
        # A concern is solved by the client's own word under its answer, never by ours in a call.
        choices = [one for one in VisitIssue.Outcome.choices if one[0] != "solved" or not problem.is_concern]
        self.fields[f"issue_{problem.pk}"] = forms.ChoiceField(
            label=pgettext("visit", "Today it is"), choices=[("", _("Not asked")), *choices], required=False
        )
        self.fields[f"note_{problem.pk}"] = LineField(
            label=pgettext("visit", "What was said"), max_length=300, required=False
        )

    def _ask_need(self, number: int, engagement: Engagement) -> None:
        self.fields[f"need_{number}"] = LineField(label=_("New need"), max_length=300, required=False)
        self.fields[f"owner_{number}"] = forms.ModelChoiceField(
            label=_("Followed up by"), queryset=visit_people.holders(engagement), required=False
        )

    @property
    def objective_rows(self) -> Iterator[ObjectiveRow | ObjectiveQuestion]:
        for question in self.questions.objectives:
            if question.is_counted:
                yield question
            else:
                yield ObjectiveRow(question, self[f"value_{question.pk}"], self[f"evidence_{question.pk}"])

    @property
    def issue_rows(self) -> Iterator[IssueRow]:
        for problem in self.questions.problems:
            yield IssueRow(problem, self[f"issue_{problem.pk}"], self[f"note_{problem.pk}"])

    @property
    def need_rows(self) -> Iterator[NeedRow]:
        for number in range(self.need_count):
            yield NeedRow(number, self[f"need_{number}"], self[f"owner_{number}"])

    def clean(self) -> dict[str, Any]:
        """Bring the rows together; say beside the field where half of one is missing."""
        given = super().clean() or {}
        values: list[Value] = []
        issues: list[Issue] = []
        needs: list[Need] = []
        for question in self.questions.objectives:
            if not question.is_counted:
                self._read_value(given, question.pk, values)
        for problem in self.questions.problems:
            self._read_issue(given, problem, issues)
        for number in range(self.need_count):
            self._read_need(given, number, needs)
        heard = {name: given.get(name) for name in VisitForm.base_fields}
        return {**heard, "values": values, "issues": issues, "needs": needs}

    def _read_value(self, given: dict[str, Any], pk: int, values: list[Value]) -> None:
        value: Decimal | None = given.get(f"value_{pk}")
        evidence = given.get(f"evidence_{pk}", "")
        if value is not None and not evidence and f"evidence_{pk}" not in self.errors:
            self.add_error(f"evidence_{pk}", _("Say where the value comes from."))
        elif value is None and evidence and f"value_{pk}" not in self.errors:
            self.add_error(f"value_{pk}", _("The value is missing."))
        elif value is not None:
            values.append(Value(pk, value, evidence))

    def _read_issue(self, given: dict[str, Any], problem: Problem, issues: list[Issue]) -> None:
        outcome, note = given.get(f"issue_{problem.pk}", ""), given.get(f"note_{problem.pk}", "")
        if note and not outcome and f"issue_{problem.pk}" not in self.errors:
            self.add_error(f"issue_{problem.pk}", _("Say how it is today."))
        elif outcome:
            issues.append(Issue(problem, outcome, note))

    def _read_need(self, given: dict[str, Any], number: int, needs: list[Need]) -> None:
        text, owner = given.get(f"need_{number}", ""), given.get(f"owner_{number}")
        if text and owner is None and f"owner_{number}" not in self.errors:
            self.add_error(f"owner_{number}", _("Who follows it up?"))
        elif owner is not None and not text and f"need_{number}" not in self.errors:
            self.add_error(f"need_{number}", _("Say what they need."))
        elif text and owner is not None:
            needs.append(Need(text, owner))


def with_more_needs(data: QueryDict) -> dict[str, Any]:
    """Return what was typed, as the initial values of a form with more rows for new needs."""
    return {**data.dict(), "need_rows": _count(data.get("need_rows")) + MORE_NEEDS}


def _count(given: object) -> int:
    text = str(given)
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else FEWEST_NEEDS
    return min(max(count, FEWEST_NEEDS), MOST_NEEDS)
