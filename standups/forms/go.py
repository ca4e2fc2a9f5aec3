"""The decision to go live."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.forms.layout import RowsForm
from engagements.go_decision import Decision
from onsite.core.fields import DayField, TextField
from onsite.core.forms import retype

CHOICES = [
    (Decision.GO.value, pgettext_lazy("decision", "Go")),
    (Decision.WITH_RISKS.value, _("Go with these risks")),
    (Decision.NOT_YET.value, pgettext_lazy("decision", "Not yet")),
]


class GoForm(RowsForm):
    """What is decided. `seen` and `after` say which list and which decision the page showed: who decides must have read
    what stands there now."""

    decision = forms.TypedChoiceField(label=_("Decision"), choices=CHOICES, coerce=Decision, widget=forms.RadioSelect)
    go_live_on = DayField(label=_("Go-live day"), required=False, help_text=_("For a Go, with or without risks."))
    look_again_on = DayField(label=_("Decided again by"), required=False, help_text=_("For “Not yet”."))
    note = TextField(
        label=_("Note or reason"),
        required=False,
        max_length=1000,
        help_text=_("It stands in the signed text. “Not yet” needs a reason."),
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    rows: ClassVar[tuple[Any, ...]] = ("decision", ("go_live_on", "look_again_on"), "note", "seen", "after")

    def shows_now(self, seen: str, after: int | None) -> None:
        """Have the form say what the page shows now: who sends it again has read that."""
        if self.is_bound:
            retype(self, seen=seen, after=str(after or ""))
        else:
            self.initial.update(seen=seen, after=after)
