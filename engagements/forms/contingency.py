"""Contingency plans, and what is noted while one runs."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import Heading, RowOfTwoForm, RowsForm
from engagements.models import ContingencyModel, ContingencyPlan, Emergency, Engagement
from engagements.services.contingency import LONGEST_LIMIT_MINUTES, LONGEST_STEP, MOST_STEPS
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, TextField
from onsite.core.forms import offer_rows

USUAL_LIMIT_MINUTES = 15


class StepsField(TextField):
    """Steps, one a line; cleans to a list of lines without the empty ones."""

    def clean(self, value: Any) -> Any:
        steps = [" ".join(line.split()) for line in str(super().clean(value)).splitlines() if line.strip()]
        if len(steps) > MOST_STEPS:
            raise ValidationError(_("At most 30 steps: who reads this is in a hurry."), code="too_many")
        if any(len(step) > LONGEST_STEP for step in steps):
            raise ValidationError(_("A step has at most 300 characters. Please make two of it."), code="too_long")
        return steps

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class PlanTextForm(RowOfTwoForm):
    """What a plan of the library says. `was` is the fingerprint of what the page showed."""

    title = LineField(label=_("Title"), max_length=120)
    emergency = forms.ChoiceField(label=_("Answers"), choices=Emergency.choices, initial=Emergency.OTHER)
    trigger = TextField(label=_("Trigger"), rows=2, help_text=_("What one sees: from then on this plan applies."))
    respond_within_minutes = forms.IntegerField(
        label=_("First response within, minutes"), min_value=1, max_value=LONGEST_LIMIT_MINUTES,
        initial=USUAL_LIMIT_MINUTES,
    )  # fmt: skip
    steps = StepsField(
        label=_("Steps, one a line"), rows=8, required=False,
        help_text=_("What to do, in order. In an emergency each becomes a button."),
    )  # fmt: skip
    fallback = TextField(
        label=_("Fallback"), rows=2, required=False, help_text=_("How work goes on if the steps don't help.")
    )

    rows: ClassVar[tuple[Any, ...]] = (
        "title", ("emergency", "respond_within_minutes"), "trigger", "steps", "fallback", "was",
    )  # fmt: skip

    @classmethod
    def initial_of(cls, row: ContingencyModel | ContingencyPlan) -> dict[str, object]:
        """Return what stands in the fields of an existing plan."""
        known = {name: getattr(row, name) for name in cls.base_fields if name != "was"}
        return known | {"was": row.fingerprint}


class ContingencyPlanForm(PlanTextForm):
    """A plan fitted to an engagement: who takes care, whom to call, and whether it was rehearsed."""

    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False)
    deputy = forms.ModelChoiceField(label=_("Deputy"), queryset=User.objects.none(), required=False)
    escalation = LineField(
        label=_("Escalation contact"),
        required=False,
        help_text=_("Name, part and phone of who decides, day and night."),
    )
    rehearsed_on = DayField(label=_("Rehearsed on"), required=False)
    rehearsal_result = LineField(label=_("What the rehearsal showed"), required=False)

    rows: ClassVar[tuple[Any, ...]] = (
        *PlanTextForm.rows, Heading(_("Who takes care")), ("owner", "deputy"), "escalation", Heading(_("Rehearsal")),
        ("rehearsed_on", "rehearsal_result"),
    )  # fmt: skip

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = engagement.memberships.unscoped().active().values("user_id")
        for name in ("owner", "deputy"):
            offer_rows(self, name, User.objects.filter(pk__in=active))
        self.fields["rehearsed_on"].widget.attrs["max"] = engagement.today().isoformat()


class EndForm(RowsForm):
    """What it was; closes the log."""

    cause = TextField(label=_("Cause"), rows=3, help_text=_("Or that it is not known yet, and who looks for it."))

    rows: ClassVar = ("cause",)


class StepForm(RowsForm):
    """A step that no plan foresaw."""

    text = LineField(label=_("Another step"), max_length=LONGEST_STEP)
    is_done = forms.BooleanField(required=False)

    rows: ClassVar = ("text",)
