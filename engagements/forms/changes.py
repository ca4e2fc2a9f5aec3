"""A change request, and the decision on it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from engagements.forms.goals import ValueField
from engagements.forms.layout import Heading, RowsForm
from engagements.models import ChangeRequest, Stage
from engagements.models.plan import StageQuerySet
from onsite.core.fields import LineField, TextField
from onsite.core.forms import offer_rows

LONGEST_IMPACT_DAYS = 250  # A working year; what takes longer is an engagement of its own.


class ChangeForm(RowsForm):
    """What is wished for, what it would mean, and what the vendor would ask for it."""

    title = LineField(label=_("The change"), help_text=_("What is wished for, in one line."))
    reason = TextField(label=_("Why it is wished for"))
    origin = forms.ChoiceField(label=_("Comes from"), choices=ChangeRequest.Origin.choices)
    origin_note = LineField(label=_("Who said it, where and when"), required=False)
    impact_days = forms.IntegerField(
        label=_("Impact in working days"), min_value=0, max_value=LONGEST_IMPACT_DAYS, initial=0
    )
    stage = forms.ModelChoiceField(
        label=_("Stage that grows"), queryset=Stage.objects.none(), required=False, empty_label=_("none")
    )
    impact_note = TextField(label=_("What it means for the work"), required=False)
    into_scope = LineField(
        label=_("Comes into scope"),
        required=False,
        help_text=_("A line that was out of scope is taken out there."),
        widget=forms.TextInput(attrs={"list": "lines-out"}),
    )
    out_of_scope = LineField(
        label=_("Leaves the scope"),
        required=False,
        help_text=_("As the line stands in the agreed scope."),
        widget=forms.TextInput(attrs={"list": "lines-in"}),
    )
    price = ValueField(label=_("Price"), required=False, min_value=0)
    price_note = LineField(label=_("Note on the price"), required=False)

    rows: ClassVar = (
        "title", "reason", ("origin", "origin_note"),
        Heading(_("What it would mean")),
        ("impact_days", "stage"), "impact_note", ("into_scope", "out_of_scope"),
        Heading(_("Only the vendor sees this")),
        ("price", "price_note"),
    )  # fmt: skip

    def __init__(self, *args: Any, stages: StageQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "stage", stages)

    @classmethod
    def initial_of(cls, change: ChangeRequest) -> dict[str, object]:
        """Return what stands in the fields of an existing request."""
        return {name: getattr(change, name) for name in cls.base_fields}

    @classmethod
    def prefilled(cls, query: QueryDict) -> dict[str, object]:
        """Return what an address like ?origin=problem&title=… fills in; what its field would refuse is left out."""
        filled: dict[str, object] = {}
        for name in ("origin", "title", "origin_note"):
            try:
                filled[name] = cls.base_fields[name].clean(query.get(name))
            except ValidationError:
                continue
        return filled


class DecisionForm(RowsForm):
    """What becomes of it, and why."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (ChangeRequest.Decision.DO, _("Do it: both sides sign, then scope, plan and agreed day move")),
            (ChangeRequest.Decision.REJECT, _("Do not do it")),
            (ChangeRequest.Decision.NEXT_PHASE, _("Next phase: not within this engagement")),
        ],
        widget=forms.RadioSelect,
    )
    note = LineField(label=_("Reason of the decision"), help_text=_("Both sides read it."))

    rows: ClassVar = ("decision", "note")
