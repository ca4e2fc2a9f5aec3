"""Modules, and what is known about a function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import Heading, RowOfTwoForm, RowsForm
from engagements.function_tree import Branch
from engagements.guide import ASKED
from engagements.models import Function, Module, Objective, Question
from onsite.core.fields import LineField, RowsField, TextField
from onsite.core.forms import offer_rows


class BranchField(forms.TypedChoiceField):
    """A module of the engagement, told with the way to it; cleans to the module, or None where it may be empty."""

    def offer(self, branches: Sequence[Branch], *, empty: object = None) -> None:
        """Say which modules there are; `empty` is how "none" reads."""
        known = {str(branch.module.pk): branch.module for branch in branches}
        self.coerce = lambda value: known[value]
        start = [] if empty is None else [("", empty)]
        self.choices = [*start, *((str(branch.module.pk), branch.path) for branch in branches)]


class ModuleForm(RowsForm):
    """A module and where it lies."""

    name = LineField(label=_("Module"), max_length=120, help_text=_("For example: production planning."))
    parent = BranchField(label=_("Part of"), required=False, empty_value=None)

    rows: ClassVar = ("name", "parent")

    def __init__(self, *args: Any, branches: Sequence[Branch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        assert isinstance(parent, BranchField)  # noqa: S101 - for the type checker
        parent.offer(branches, empty=_("the system itself"))

    @staticmethod
    def initial_of(module: Module) -> dict[str, object]:
        """Return what stands in the fields of an existing module."""
        return {"name": module.name, "parent": module.parent_id}


def answer_field(question: str, label: Any) -> TextField:
    """One of the six answers."""
    return TextField(
        label=label, rows=2, required=False, max_length=Function.LONGEST_ANSWER, help_text=ASKED[question]
    )


class FunctionForm(RowOfTwoForm):
    """One function: six answers, rules, and what may go wrong. `was` is the fingerprint of what the page showed."""

    module = BranchField(label=_("Module"))
    name = LineField(label=_("Function"), max_length=120, help_text=_("For example: scheduling the week."))
    who = answer_field(Question.WHO, Question.WHO.label)
    what = answer_field(Question.WHAT, Question.WHAT.label)
    when = answer_field(Question.WHEN, Question.WHEN.label)
    where = answer_field(Question.WHERE, Question.WHERE.label)
    why = answer_field(Question.WHY, Question.WHY.label)
    how = answer_field(Question.HOW, Question.HOW.label)
    rules = TextField(
        label=_("Business rules"), rows=3, required=False, max_length=Function.LONGEST_ANSWER,
        help_text=_("Approval levels, budget control: what the system must keep to."),
    )  # fmt: skip
    pain_points = TextField(
        label=_("Pain points"), rows=2, required=False, max_length=Function.LONGEST_ANSWER,
        help_text=_("Only your own company sees this."),
    )  # fmt: skip
    risk = forms.ChoiceField(label=_("Compliance risk"), choices=Function.Risk.choices, initial=Function.Risk.NONE)
    risk_reason = TextField(
        label=_("Why this risk"), rows=2, required=False, max_length=Function.LONGEST_ANSWER,
        help_text=_("Only your own company sees this."),
    )  # fmt: skip
    priority = forms.ChoiceField(
        label=_("Priority"), choices=Function.Priority.choices, initial=Function.Priority.SHOULD
    )
    frequency = forms.ChoiceField(
        label=_("Used"), choices=Function.Frequency.choices, initial=Function.Frequency.WEEKLY,
        help_text=_("Daily use and high risk need all six answers before anybody works on site."),
    )  # fmt: skip
    signed_off_by = LineField(label=_("Who signs it off"), max_length=80, required=False)
    objectives = RowsField(
        label=_("Serves these objectives"), queryset=Objective.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    rows: ClassVar = (
        ("module", "name"), ("priority", "frequency"), Heading(_("Six questions")), ("who", "what"), ("when", "where"),
        ("why", "how"), Heading(_("Rules and risk")), "rules", ("risk", "signed_off_by"), "risk_reason",
        "pain_points", "objectives", "was",
    )  # fmt: skip

    def __init__(self, *args: Any, branches: Sequence[Branch], objectives: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        module = self.fields["module"]
        assert isinstance(module, BranchField)  # noqa: S101 - for the type checker
        module.offer(branches)
        offer_rows(self, "objectives", objectives)

    @classmethod
    def initial_of(cls, function: Function) -> dict[str, object]:
        """Return what stands in the fields of an existing function."""
        plain = {name: getattr(function, name) for name in cls.base_fields if name not in {"objectives", "was"}}
        return plain | {
            "module": function.module_id,
            "objectives": list(function.objectives.unscoped().values_list("pk", flat=True)),
            "was": function.fingerprint,
        }
