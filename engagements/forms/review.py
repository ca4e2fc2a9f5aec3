"""Go-live, and what a follow-up visit brought."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import Engagement, FollowUpVisit
from onsite.core.fields import DayField, TextField


class GoLiveForm(RowsForm):
    """The day on which it went, or goes, live; or was handed over."""

    on = DayField()

    rows: ClassVar = ("on",)

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Only smoother: without a script the days are shown for the day that is there, and after sending.
        self.fields["on"].widget.attrs |= {
            "hx-get": reverse("engagements:go_live", args=[engagement.pk]),
            "hx-trigger": "change",
            "hx-target": "#coming",
            "hx-swap": "outerHTML",
        }
        self.fields["on"].label = _("Go-live day") if engagement.ends_with_go_live else _("Hand-over day")


class VisitForm(RowsForm):
    """How the system runs and what new needs came up."""

    held_on = DayField(label=_("Held on"))
    channel = forms.ChoiceField(label=_("By"), choices=FollowUpVisit.Channel.choices)
    how_it_runs = TextField(label=_("How the system runs"), rows=4)
    new_needs = TextField(label=_("New needs"), rows=4, required=False, help_text=_("One per line."))

    rows: ClassVar = (("held_on", "channel"), "how_it_runs", "new_needs")
