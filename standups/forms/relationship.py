"""A note on how somebody at the client's takes the work."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.documents import client_people
from engagements.forms.layout import RowsForm
from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, TextField
from onsite.core.forms import offer_rows
from standups.models import Mood, RelationshipNote


class RelationshipForm(RowsForm):
    """Who, how they seem, and what matters to them."""

    person = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), required=False, empty_label=_("somebody else")
    )
    person_name = LineField(label=_("or name or role"), max_length=80, required=False)
    mood = forms.ChoiceField(label=_("Mood"), choices=Mood.choices, widget=forms.RadioSelect)
    noted_on = DayField(label=_("Day"))
    matters = LineField(
        label=_("What matters to this person"), max_length=300, required=False,
        help_text=_("Such as “no overtime for the shop floor”."),
    )  # fmt: skip
    text = TextField(
        label=_("Note"), required=False, rows=4, help_text=_("Write it so that you could show it to this person.")
    )

    rows: ClassVar = (("person", "person_name"), "mood", "noted_on", "matters", "text")

    def __init__(
        self, *args: Any, engagement: Engagement, note: RelationshipNote | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"noted_on": engagement.today()}
        if note is not None:
            initial = {name: getattr(note, name) for name in ("person", "person_name", "mood", "noted_on", "matters")}
            initial["text"] = note.note
        super().__init__(*args, **{"initial": initial, **kwargs})
        people = client_people(engagement)
        if note is not None and note.person_id is not None:
            people = (people | User.objects.filter(pk=note.person_id)).distinct()
        offer_rows(self, "person", people)
