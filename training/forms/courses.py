"""What a course says, and the word on a version."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.forms.functions import BranchField
from engagements.forms.layout import RowOfTwoForm, RowsForm
from engagements.function_tree import branches
from engagements.models import Engagement, Function
from onsite.accounts.models import User
from onsite.core.fields import LineField, RowsField, TextField
from onsite.core.forms import offer_rows
from standups.models import Cell, RolloutRole
from training.courses.content import stored_words
from training.models import Course

LONGEST_TITLE = 120
_Ticks = forms.CheckboxSelectMultiple


class CourseForm(RowOfTwoForm):
    """What a course says but its cases. `was` is the fingerprint of what the page showed."""

    title = LineField(
        label=_("Title"), max_length=LONGEST_TITLE, help_text=_("For example: raising a purchase request.")
    )
    module = BranchField(label=_("Module"))
    duration_minutes = forms.IntegerField(label=_("Duration in minutes"), min_value=5, max_value=2400, initial=90)
    roles = RowsField(
        label=pgettext_lazy("at the client's", "Roles"), queryset=RolloutRole.objects.none(), required=False,
        widget=_Ticks, help_text=_("Whose people learn it."),
    )  # fmt: skip
    aim = TextField(
        label=_("Aim"), rows=2, required=False, help_text=_("What people can do afterwards that they can't do now.")
    )
    prerequisites = TextField(label=_("Prerequisites"), rows=2, required=False)
    why = TextField(
        label=_("Why it is designed so"), rows=4, required=False,
        help_text=_("Not where to click, but why the system asks for it, and what went wrong without."),
    )  # fmt: skip
    functions = RowsField(
        label=_("Functions it covers"), queryset=Function.objects.none(), required=False, widget=_Ticks
    )
    cells = RowsField(
        label=_("Cells of the acceptance matrix it covers"), queryset=Cell.objects.none(), required=False,
        widget=_Ticks,
    )  # fmt: skip

    rows: ClassVar = (
        "was", "title", ("module", "duration_minutes"), "roles", "aim", "why", "prerequisites", "functions", "cells",
    )  # fmt: skip

    def __init__(self, *args: Any, engagement: Engagement, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        module: Any = self.fields["module"]
        module.offer(branches(engagement.modules.visible_to(user)), empty=_("Please choose"))
        offered: dict[str, Any] = {
            "roles": engagement.rollout_roles.visible_to(user),
            "functions": engagement.functions.visible_to(user),
            "cells": engagement.cells.visible_to(user).select_related("module", "role", "stage"),
        }
        for name, rows in offered.items():
            offer_rows(self, name, rows)

    @classmethod
    def initial_of(cls, course: Course, user: User) -> dict[str, object]:
        """Return what stands in the fields of an existing course."""
        known = {name: getattr(course, name) for name in ("title", "duration_minutes", "aim", "prerequisites", "why")}
        chosen = {
            name: list(getattr(course, name).visible_to(user).values_list("pk", flat=True))
            for name in ("roles", "functions", "cells")
        }
        return known | chosen | {"module": course.module_id, "was": stored_words(course).fingerprint}


class AcceptForm(RowsForm):
    """The word on a version. `was` is the hash of what was read."""

    was = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    note = LineField(label=_("What changed"), required=False, help_text=_("Your client reads it beside the version."))

    rows: ClassVar = ("was", "note")
