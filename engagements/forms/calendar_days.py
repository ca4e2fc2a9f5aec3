"""Days that the company's working calendars treat otherwise than the law."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from engagements.forms.layout import RowsForm
from onsite.core import calendars
from onsite.core.fields import DayField, LineField

MOST_DAYS = 31


class SeenForm(RowsForm):
    """A change whose meaning is looked at before it is saved. `seen` stands for what the page told of it."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    rows: ClassVar[tuple[Any, ...]] = ("seen",)


class CalendarDaysForm(SeenForm):
    """A day or a stretch of days on which a calendar's sites work, or don't."""

    calendar = forms.ChoiceField(label=_("Working calendar"), choices=calendars.CHOICES)
    first_on = DayField(label=pgettext_lazy("calendar", "First day"))
    last_on = DayField(
        label=pgettext_lazy("calendar", "Last day"),
        required=False,
        help_text=_("Empty for a single day. Days of a stretch that are so anyway stay as they are."),
    )
    is_working = forms.TypedChoiceField(
        label=_("On these days"),
        choices=[("off", _("the site is off")), ("works", _("the site works"))],
        coerce=lambda value: value == "works",
        widget=forms.RadioSelect,
        initial="off",
    )
    reason = LineField(
        label=_("Reason"), required=False, max_length=80,
        help_text=_("For example: a company holiday, or the announced make-up day. It stands in the calendar."),
    )  # fmt: skip

    rows: ClassVar = ("calendar", ("first_on", "last_on"), "is_working", "reason", "seen")

    def clean(self) -> None:
        first_on, last_on = self.cleaned_data.get("first_on"), self.cleaned_data.get("last_on")
        if not first_on or not last_on:
            return
        if last_on < first_on:
            self.add_error("last_on", pgettext("calendar", "The last day lies before the first."))
        elif last_on - first_on >= timedelta(days=MOST_DAYS):
            self.add_error("last_on", _("A stretch has at most %(most)s days.") % {"most": MOST_DAYS})
