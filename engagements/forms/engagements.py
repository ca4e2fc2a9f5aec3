"""What an engagement is: task, place, days, rhythm, how both sides sign."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar

from crispy_forms.bootstrap import InlineCheckboxes
from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import Heading, RowsForm
from engagements.models import Client, CoreTask, Engagement
from onsite.accounts import zones
from onsite.accounts.models import User
from onsite.core import calendars
from onsite.core.fields import DayField, HourField, LineField, TextField
from onsite.core.forms import offer_rows

WEEKDAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)


class EngagementForm(RowsForm):
    """An existing engagement: everything but its client, which the people in it belong to."""

    name = LineField(
        label=_("Name of the engagement"), max_length=120, help_text=_("What is done there, in a few words.")
    )
    core_task = forms.ChoiceField(label=_("Core task"), choices=CoreTask.choices, initial=CoreTask.GO_LIVE)
    purpose = TextField(label=_("Purpose"), required=False, help_text=_("One or two sentences that both sides sign."))
    site = LineField(label=_("Site"), help_text=_("Where the engineers work."))
    time_zone = forms.ChoiceField(label=_("Time zone of the site"), choices=zones.choices)
    calendar = forms.ChoiceField(label=_("Working calendar"), choices=calendars.CHOICES, initial="CN")
    language = forms.ChoiceField(
        label=_("Language of documents"), choices=[("zh-hans", "中文"), ("en", "English")], initial="zh-hans"
    )
    start_on = DayField(label=_("First day on site"))
    agreed_go_live_on = DayField(
        label=_("Agreed go-live or hand-over day"), help_text=_("The five stages are laid out between these two days.")
    )
    stand_up_at = HourField(label=_("Stand-up hour"), initial=time(9))
    stand_up_weekdays = forms.TypedMultipleChoiceField(
        label=_("Stand-up days"), coerce=int, choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, initial=[1, 2, 3, 4, 5],
        help_text=_("Only agreed days can be missed."),
    )  # fmt: skip
    stand_up_in_writing = forms.BooleanField(
        label=_("In writing, no meeting"), required=False, help_text=_("Where nobody can meet at a fixed hour.")
    )
    signs_on_paper = forms.BooleanField(
        label=_("Both sides sign on paper"), required=False,
        help_text=_("The text is printed, signed and chopped, and its scan uploaded. Nobody is asked to sign on screen."),
    )  # fmt: skip

    data_stays_on_site = forms.BooleanField(
        label=_("Data stays on site"), required=False,
        help_text=_("No file is taken any more, only signed sheets that OnSite printed. What proves something is then a note "
                    "of where it lies. Files stored before stay."),
    )  # fmt: skip
    file_quota_mb = forms.IntegerField(
        label=_("Room for files in MB"), min_value=10, max_value=1_000_000, initial=2048,
        help_text=_("The same file counts once."),
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = (
        *("name", "core_task", "purpose"),
        *(Heading(_("Place and days")), "site", ("start_on", "agreed_go_live_on"), ("calendar", "time_zone")),
        *(
            Heading(_("Rhythm")),
            InlineCheckboxes("stand_up_weekdays", template="components/inline_checkboxes.html"),
            ("stand_up_at", "stand_up_in_writing"),
        ),
        *(Heading(_("Documents and signatures")), "language", "signs_on_paper"),
        *(Heading(_("Files")), "data_stays_on_site", "file_quota_mb"),
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        start_on, agreed_on = found.get("start_on"), found.get("agreed_go_live_on")
        if start_on and agreed_on and agreed_on < start_on:
            self.add_error("agreed_go_live_on", _("The agreed day lies before the first day on site."))
        return found

    @classmethod
    def initial_of(cls, engagement: Engagement) -> dict[str, object]:
        """Return what stands in the fields of an existing engagement."""
        return {name: getattr(engagement, name) for name in EngagementForm.base_fields}


class NewEngagementForm(EngagementForm):
    """An engagement to be created."""

    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none())

    rows: ClassVar[tuple[Any, ...]] = (("client", "core_task"), "name", *EngagementForm.rows[2:])

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "client", Client.objects.visible_to(actor))
