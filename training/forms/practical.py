"""The trainer's list: what was seen of each learner, several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from onsite.core.fields import DayField, LineField
from onsite.core.forms import OnSiteForm
from training.models import PracticalCheck
from training.results.readiness import Person
from training.services.practical_checks import Seen

OUTCOME = "outcome_"


class ChecksForm(OnSiteForm):
    """One day, and for each learner an outcome and a note, both empty where nothing was seen."""

    checked_on = DayField(label=pgettext_lazy("practical check", "Checked on"))

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = people
        choices = [*PracticalCheck.Outcome.choices, ("", pgettext_lazy("practical check", "not seen"))]
        for person in people:
            self.fields[f"{OUTCOME}{person.pk}"] = forms.ChoiceField(
                label=person.name, choices=choices, required=False, widget=forms.RadioSelect
            )
            self.fields[f"note_{person.pk}"] = LineField(label=_("What was seen"), required=False)

    def fields_of(self, person: Person) -> tuple[BoundField, BoundField]:
        """Return the outcome and the note of this learner."""
        return self[f"{OUTCOME}{person.pk}"], self[f"note_{person.pk}"]

    def clean(self) -> dict[str, Any]:
        """Gather what was seen; a note alone says nothing, and somebody who is not on the list any more is told of."""
        cleaned = super().clean() or {}
        seen = []
        for person in self._people:
            outcome, note = cleaned.get(f"{OUTCOME}{person.pk}", ""), cleaned.get(f"note_{person.pk}", "")
            if outcome:
                seen.append(Seen(person.pk, outcome, note))
            elif note and f"{OUTCOME}{person.pk}" not in self.errors:
                self.add_error(f"{OUTCOME}{person.pk}", _("Passed, or not yet?"))
        if any(name.startswith(OUTCOME) and value and name not in self.fields for name, value in self.data.items()):
            self.add_error(None, _("Somebody you ticked is no longer a learner of this course. Please look again."))
        if not seen and not self.errors:
            self.add_error(None, _("Tick somebody first."))
        return {"checked_on": cleaned.get("checked_on"), "seen": seen}
