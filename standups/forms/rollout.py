"""Roles, stages and trainings of a roll-out, what the matrix is built of, and what is said of one cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from engagements.forms.layout import RowOfTwoForm, RowsForm
from engagements.models import ChangeRequest
from onsite.core.fields import DayField, LineField, RowsField
from onsite.core.forms import OnSiteForm, offer_choices, offer_rows
from standups.models import Cell, RolloutRole, RolloutStage
from standups.rollout.build import Pair

LONGEST_NAME = 80
MOST_PEOPLE = 9999
MOST_PICKS = 4000


class RoleForm(RowOfTwoForm):
    """A role at the client's."""

    name = LineField(label=pgettext_lazy("role at the client's", "Role"), max_length=LONGEST_NAME)
    kind = forms.ChoiceField(
        label=gettext_lazy("Group"),
        choices=RolloutRole.Kind.choices,
        initial=RolloutRole.Kind.ORDINARY,
        help_text=gettext_lazy("Administrators begin, then core users, then ordinary staff."),
    )
    people_needed = forms.IntegerField(
        label=gettext_lazy("People to train"),
        min_value=0,
        max_value=MOST_PEOPLE,
        initial=1,
        help_text=gettext_lazy("So many must be trained before a cell of this role goes live. 0: nobody."),
    )

    rows: ClassVar[tuple[Any, ...]] = ("was", "name", ("kind", "people_needed"))

    @classmethod
    def initial_of(cls, role: RolloutRole) -> dict[str, Any]:
        """Return what the form of a role begins with."""
        return {"was": role.fingerprint, "name": role.name, "kind": role.kind, "people_needed": role.people_needed}


class StageForm(RowOfTwoForm):
    """A stage of the roll-out."""

    name = LineField(
        label=gettext_lazy("Stage of the roll-out"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("Such as a pilot ward, then all wards."),
    )
    is_before_go = forms.BooleanField(
        label=gettext_lazy("Must be accepted before the Go decision"), required=False, initial=True
    )

    rows: ClassVar[tuple[Any, ...]] = ("was", "name", "is_before_go")

    @classmethod
    def initial_of(cls, stage: RolloutStage) -> dict[str, Any]:
        """Return what the form of a stage begins with."""
        return {"was": stage.fingerprint, "name": stage.name, "is_before_go": stage.is_before_go}


class TrainingForm(RowsForm):
    """A training that was held."""

    held_on = DayField(label=pgettext_lazy("training", "Held on"))
    people = forms.IntegerField(
        label=gettext_lazy("People trained and passed"),
        min_value=1,
        max_value=MOST_PEOPLE,
        help_text=gettext_lazy("Only people who are not on the list of learners: those are counted by their courses."),
    )
    note = LineField(
        label=gettext_lazy("What was trained, and how it was checked"),
        required=False,
        help_text=gettext_lazy("Both sides read it."),
    )

    rows: ClassVar[tuple[Any, ...]] = (("held_on", "people"), "note")


class BuildForm(OnSiteForm):
    """Which modules are rolled out to which roles; a pick reads "module-role"."""

    pick = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, pairs: Iterable[Pair], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "pick", [(f"{module}-{role}", "") for module, role in pairs])

    def clean_pick(self) -> list[Pair]:
        """Return pairs of ids."""
        found = (pick.partition("-") for pick in self.cleaned_data["pick"])
        return [(int(module), int(role)) for module, _dash, role in found]

    @property
    def picked(self) -> set[str]:
        """What was ticked on a form that could not be kept."""
        return set(self.data.getlist("pick")) if self.is_bound else set()  # type: ignore[attr-defined]


class GoLiveForm(RowsForm):
    """Making a cell live; the reason stands against what is in the way."""

    override_reason = LineField(
        label=gettext_lazy("Why it goes live all the same"),
        required=False,
        help_text=gettext_lazy("Your client reads the reason, here and in the signed result of the test."),
    )

    rows: ClassVar[tuple[Any, ...]] = ("override_reason",)


class GroundForm(RowsForm):
    """What a cell builds on. `was` says which cells the page showed."""

    was = forms.CharField(required=False, max_length=5000, widget=forms.HiddenInput)
    builds_on = RowsField(
        label=gettext_lazy("Must be accepted before this cell goes live"),
        queryset=Cell.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    reason = LineField(
        label=gettext_lazy("Why it no longer waits for them"),
        required=False,
        help_text=gettext_lazy(
            "Only where you take away what your client has not accepted yet. Your client reads the reason, here and in "
            "the signed result of the test."
        ),
    )

    rows: ClassVar[tuple[Any, ...]] = ("was", "builds_on", "reason")

    def __init__(self, *args: Any, cells: QuerySet[Cell], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "builds_on", cells)


class _ByNumber(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none when the program runs
    def label_from_instance(self, obj: ChangeRequest) -> str:
        return _("No. %(number)s · %(title)s") % {"number": obj.number, "title": obj.title}


class DescopeForm(RowsForm):
    """The change request by which a cell leaves the matrix; only those that are in force are offered."""

    change = _ByNumber(
        label=gettext_lazy("Signed change request"), queryset=ChangeRequest.objects.none(), empty_label=None
    )

    rows: ClassVar[tuple[Any, ...]] = ("change",)

    def __init__(self, *args: Any, changes: QuerySet[ChangeRequest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "change", changes)
