"""Keeping a course for other engagements, and beginning one from a template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.forms.functions import BranchField
from engagements.forms.layout import RowsForm
from engagements.function_tree import branches
from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.fields import LineField, RowsField
from onsite.core.forms import offer_rows
from standups.models import RolloutRole
from training.courses.library import PreparedCourse
from training.forms.courses import LONGEST_TITLE


class KeepCourseForm(RowsForm):
    """What a template is called, and the word that everybody of the company may read it."""

    title = LineField(label=_("Title"), max_length=LONGEST_TITLE)
    is_clean = forms.BooleanField(
        label=_("I have read these texts: no name, host or address of this client stands in them")
    )

    rows: ClassVar = ("title", "is_clean")


class TakeOverForm(RowsForm):
    """Which template, what the course is called here, and for whom; cleans `template` to the prepared course."""

    template = forms.TypedChoiceField(label=_("Template"))
    title = LineField(
        label=_("Title"), max_length=LONGEST_TITLE, required=False, help_text=_("Left empty, it is the template's.")
    )
    module = BranchField(label=_("Module"))
    roles = RowsField(
        label=pgettext_lazy("at the client's", "Roles"), queryset=RolloutRole.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("Whose people learn it."),
    )  # fmt: skip

    rows: ClassVar = ("template", ("module", "title"), "roles")

    def __init__(
        self, *args: Any, engagement: Engagement, user: User, offered: Sequence[PreparedCourse], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = {prepared.key: prepared for prepared in offered}
        template: Any = self.fields["template"]
        template.coerce = lambda key: known[key]
        template.choices = [(prepared.key, prepared.title) for prepared in offered]
        module: Any = self.fields["module"]
        module.offer(branches(engagement.modules.visible_to(user)), empty=_("Please choose"))
        offer_rows(self, "roles", engagement.rollout_roles.visible_to(user))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        prepared = cleaned.pop("template", None)
        if prepared is not None:
            cleaned["prepared"] = prepared
            cleaned["title"] = cleaned.get("title") or prepared.title
        return cleaned
