"""Naming the people to be trained."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.forms.layout import RowOfTwoForm, RowsForm
from onsite.core.fields import LineField, TextField
from onsite.core.forms import offer_rows
from standups.models import RolloutRole
from training.models import Learner
from training.sessions.pasted import Named, read_people

LANGUAGES = [("zh-hans", "中文"), ("en", "English")]


class LearnerForm(RowOfTwoForm):
    """One person."""

    name = LineField(label=_("Name"), max_length=80)
    role = forms.ModelChoiceField(
        label=pgettext_lazy("role at the client's", "Role"), queryset=RolloutRole.objects.none(), empty_label=None
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("Invitations and the link to the materials go there. Without one, hand them over yourself."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    rows: ClassVar[tuple[Any, ...]] = ("was", ("name", "role"), ("email", "language"))

    def __init__(self, *args: Any, roles: QuerySet[RolloutRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "role", roles)

    @classmethod
    def initial_of(cls, learner: Learner) -> dict[str, Any]:
        """Return what the form of a person begins with."""
        return {
            "was": learner.fingerprint,
            "name": learner.name,
            "role": learner.role_id,
            "email": learner.email,
            "language": learner.language,
        }


class PasteForm(RowsForm):
    """Several people of one role, a line each."""

    role = forms.ModelChoiceField(
        label=pgettext_lazy("role at the client's", "Role"), queryset=RolloutRole.objects.none(), empty_label=None
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    people = TextField(
        label=_("People, one a line"),
        rows=10,
        max_length=40_000,
        help_text=_("Name, e-mail address. The address may be missing; a table copied from a spreadsheet works too."),
    )

    rows: ClassVar[tuple[Any, ...]] = (("role", "language"), "people")

    def __init__(self, *args: Any, roles: QuerySet[RolloutRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "role", roles)

    def clean_people(self) -> list[Named]:
        """Return the people; every bad line is named, and then nobody is taken."""
        people, faults = read_people(self.cleaned_data["people"])
        if faults:
            raise ValidationError(faults)
        return people
