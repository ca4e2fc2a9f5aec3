"""A task, and what it waits for typed as numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import Engagement, Stage, Task
from engagements.predecessors import Link, read_predecessors, write_predecessors
from engagements.services.tasks import MOST_DAYS
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.fields import DayField, LineField
from onsite.core.forms import offer_rows


class PredecessorsField(LineField):
    """Numbers of tasks with their lags."""

    def clean(self, value: Any) -> Any:
        try:
            return read_predecessors(super().clean(value))
        except DomainError as error:
            raise ValidationError(error.message) from error


class TaskForm(RowsForm):
    """One task or milestone."""

    stage = forms.ModelChoiceField(label=_("Stage"), queryset=Stage.objects.none(), empty_label=None)
    name = LineField(label=_("Task"))
    days = forms.IntegerField(
        label=_("Working days"), min_value=0, max_value=MOST_DAYS, initial=1, help_text=_("0 makes it a milestone.")
    )
    percent = forms.IntegerField(label=_("Done, percent"), min_value=0, max_value=100, initial=0)
    predecessors = PredecessorsField(
        label=_("Predecessors"),
        required=False,
        help_text=_("Numbers of tasks that must be finished: 3; 5+2 (two working days later); 7-1 (one earlier)."),
    )
    not_before_on = DayField(label=_("Not before"), required=False)
    fixed_on = DayField(
        label=_("Fixed start"), required=False, help_text=_("Kept even where it contradicts what stands before it.")
    )
    side = forms.ChoiceField(label=_("Whose work"), choices=Task.Side.choices, initial=Task.Side.VENDOR)
    assignee = forms.ModelChoiceField(
        label=_("Assignee"), queryset=User.objects.none(), required=False, empty_label=_("nobody yet")
    )
    effort_days = forms.DecimalField(
        label=_("Effort in person-days"), min_value=0, max_digits=6, decimal_places=1, required=False,
        help_text=_("Stays with us: the client never sees it."),
    )  # fmt: skip

    rows: ClassVar = (
        "name", ("stage", "days"), ("predecessors", "percent"), ("not_before_on", "fixed_on"), ("side", "assignee"),
        "effort_days",
    )  # fmt: skip

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = engagement.memberships.unscoped().active()
        offer_rows(self, "stage", engagement.stages.unscoped())
        offer_rows(self, "assignee", User.objects.filter(pk__in=people.values("user")))

    @classmethod
    def initial_of(cls, task: Task, links: Iterable[Link]) -> dict[str, object]:
        """Return what stands in the fields of an existing task."""
        found = {name: getattr(task, name) for name in cls.base_fields if name != "predecessors"}
        return found | {"predecessors": write_predecessors(links)}
