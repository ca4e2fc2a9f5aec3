"""What a training session leaves: the list, notes, a recording, feedback."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.forms.layout import RowsForm
from onsite.accounts.models import User
from onsite.core.fields import LineField, RowsField, TextField
from onsite.core.forms import OnSiteForm, offer_rows
from onsite.core.uploads import IncomingField
from standups.models import RolloutRole
from training.forms.sessions import LearnersField, LinkField
from training.models import Enrolment, Learner

ANSWERS = [(5, "5"), (4, "4"), (3, "3"), (2, "2"), (1, "1")]


class AttendanceForm(OnSiteForm):
    """Who was there; `was` is the mark of the list that the page showed, `everybody` the button that needs no ticks.

    That nobody was there is said by a tick of its own: a list without ticks is more often one that was forgotten.
    """

    was = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    there = RowsField(queryset=Enrolment.objects.none(), required=False)
    everybody = forms.BooleanField(required=False)
    nobody = forms.BooleanField(
        label=_("Nobody was there"), required=False, widget=forms.CheckboxInput({"class": "form-check-input"})
    )

    def __init__(self, *args: Any, enrolments: QuerySet[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "there", enrolments)

    def clean_there(self) -> set[int]:
        """Return the ids of the enrolments that are ticked."""
        return {row.pk for row in self.cleaned_data["there"]}

    def clean(self) -> dict[str, Any]:
        """Return `was` and `there` alone."""
        said = dict(super().clean() or {})
        everybody, nobody = said.pop("everybody", False), said.pop("nobody", False)
        rows: QuerySet[Enrolment] = self.fields["there"].queryset  # type: ignore[attr-defined]
        if everybody:
            said["there"] = {row.pk for row in rows}
        elif said.get("there") == set() and not nobody and rows.exists():
            self.add_error("nobody", _("Nobody is ticked, and nothing was saved. Was nobody there?"))
        return said

    def ticked(self) -> set[str]:
        """Return the ids that the page shows as ticked: as they were sent, else as they are stored."""
        if self.is_bound and not self.data.get("everybody"):
            return set(self.data.getlist("there"))  # type: ignore[attr-defined]
        rows: QuerySet[Enrolment] = self.fields["there"].queryset  # type: ignore[attr-defined]
        return {str(row.pk) for row in rows if self.is_bound or row.was_there}


class OnePersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none when the program runs
    """One of the people, with their role."""

    label_from_instance = LearnersField.label_from_instance
    without_address = LearnersField.without_address


class WalkInForm(RowsForm):
    """Somebody who came without being enrolled: named already, or new."""

    learner = OnePersonField(
        label=_("Who came"),
        queryset=Learner.objects.none(),
        required=False,
        empty_label=_("somebody who is not named yet:"),
    )
    name = LineField(label=_("Name"), max_length=80, required=False)
    role = forms.ModelChoiceField(
        label=pgettext_lazy("role at the client's", "Role"),
        queryset=RolloutRole.objects.none(),
        required=False,
        empty_label=None,
    )
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)

    rows: ClassVar[tuple[Any, ...]] = ("learner", ("name", "role"), "email")

    def __init__(self, *args: Any, learners: QuerySet[Learner], roles: QuerySet[RolloutRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "learner", learners)
        offer_rows(self, "role", roles)


class NotesForm(RowsForm):
    """Notes, and where a recording lies; `was` is the mark of the notes that the page showed."""

    was = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    notes = TextField(
        label=_("Notes"),
        rows=8,
        required=False,
        help_text=_("What was asked, what is still open. Both sides read them."),
    )
    recording_link = LinkField(label=_("Link to a recording"))

    rows: ClassVar[tuple[Any, ...]] = ("was", "notes", "recording_link")


class RecordingForm(RowsForm):
    """The recording itself."""

    upload = IncomingField(
        label=_("Recording"),
        help_text=_(
            "MP4 or WebM, at most 500 MB. It is looked through first; then your client and the learners can play it."
        ),
    )

    rows: ClassVar[tuple[Any, ...]] = ("upload",)

    def __init__(self, *args: Any, sender: User, room_bytes: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].for_user(sender, room_bytes=room_bytes)  # type: ignore[attr-defined]


def _question(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=ANSWERS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a number from 1 to 5.")},
    )


class FeedbackForm(RowsForm):
    """The three questions, and what should be better."""

    useful = _question(_("It is useful for my work."))
    clear = _question(_("I understood why it is done so."))
    able = _question(_("I can do it by myself now."))
    remark = TextField(label=_("What should be better?"), required=False, max_length=2000)

    rows: ClassVar[tuple[Any, ...]] = ("useful", "clear", "able", "remark")


class PaperForm(FeedbackForm):
    """The same from a paper form, of one who was there."""

    enrolment = forms.ModelChoiceField(label=_("Whose form"), queryset=Enrolment.objects.none(), empty_label=None)

    rows: ClassVar[tuple[Any, ...]] = ("enrolment", *FeedbackForm.rows)

    def __init__(self, *args: Any, enrolments: QuerySet[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "enrolment", enrolments)
        self.fields["enrolment"].label_from_instance = lambda row: row.learner.name  # type: ignore[attr-defined]


class AskForm(RowsForm):
    """The address to which a learner's link is mailed again."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)

    rows: ClassVar[tuple[Any, ...]] = ("email",)
