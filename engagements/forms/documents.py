"""What is asked of the client, handing it in, and what was found in it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import DocumentRequest, Engagement
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, TextField
from onsite.core.forms import offer_choices, offer_rows
from onsite.core.uploads import FilesField


def client_people(engagement: Engagement) -> Any:
    """Return the client's people of the engagement, by name."""
    theirs = engagement.memberships.unscoped().active().of_client()
    return User.objects.filter(pk__in=theirs.values("user"))


class RequestForm(RowsForm):
    """One document of the list. Once asked, only the day and the person can change."""

    kind = forms.ChoiceField(label=_("Kind"), choices=DocumentRequest.Kind.choices)
    title = LineField(label=_("Document"), help_text=_("As the client calls it."))
    purpose = LineField(
        label=_("What it is needed for"),
        required=False,
        help_text=_("The client reads this: it helps to find the right one."),
    )
    asked_of = forms.ModelChoiceField(
        label=_("Asked of"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody by mail: we ask by hand"),
        help_text=_("This person gets a link by mail and hands it in without signing in."),
    )
    due_on = DayField(label=_("Needed by"))

    rows: ClassVar = (("kind", "due_on"), "title", "purpose", "asked_of")

    def __init__(
        self, *args: Any, engagement: Engagement, request: DocumentRequest | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "asked_of", client_people(engagement))
        if request is not None and request.is_open:
            for name in ("kind", "title", "purpose"):
                self.fields[name].disabled = True

    @classmethod
    def initial_of(cls, request: DocumentRequest) -> dict[str, object]:
        """Return what stands in the fields of an existing request."""
        return {name: getattr(request, name) for name in cls.base_fields}


class GiveForm(RowsForm):
    """Handing in what was asked for; where data stays on site, saying where it lies."""

    uploads = FilesField(
        label=_("Files"),
        most=DocumentRequest.MOST_FILES,
        help_text=_("One or several: PDF, pictures, Word, Excel, PowerPoint, text or CSV, up to 20 MB each."),
    )
    note = LineField(label=_("Your remark"), required=False, help_text=_("For example: chapter 3 is out of date."))

    rows: ClassVar = ("uploads", "note")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if engagement.data_stays_on_site:
            del self.fields["uploads"]
            note = self.fields["note"]
            note.required, note.label = True, _("Where it lies, and who shows it to us")
            note.help_text = _("For example: the planning department's binder, room 302; ask Ms Chen.")


class ReceiptForm(RowsForm):
    """What the client handed over outside OnSite."""

    way = forms.ChoiceField(
        label=_("It came"),
        choices=[(way.value, way.label) for way in (DocumentRequest.Way.PAPER, DocumentRequest.Way.FILE)],
        widget=forms.RadioSelect,
    )
    received_from = forms.ModelChoiceField(
        label=_("Given by"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("somebody else: say who in the note"),
    )
    uploads = FilesField(
        label=_("Files"), most=DocumentRequest.MOST_FILES, required=False,
        help_text=_("A scan or photo of the paper, or the file itself."),
    )  # fmt: skip
    note = LineField(
        label=_("Remark on it"), required=False, help_text=_("For example: a binder, now in our room on site.")
    )

    rows: ClassVar = ("way", "received_from", "uploads", "note")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "received_from", client_people(engagement))
        if engagement.data_stays_on_site:
            del self.fields["uploads"]
            ways = (DocumentRequest.Way.SITE, DocumentRequest.Way.PAPER)
            offer_choices(self, "way", [(way.value, way.label) for way in ways])
            self.fields["note"].required = True
            self.fields["note"].label = _("Where it lies, and who keeps it")


class ReviewForm(RowsForm):
    """What was found in a document, and whether it is enough."""

    files_seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=1000)
    findings = TextField(label=_("What we found in it"), required=False, rows=5)
    is_enough = forms.TypedChoiceField(
        label=_("Is it enough?"),
        choices=[
            ("yes", _("Yes: the findings stay with us")),
            ("no", _("No: ask again, the client reads the findings")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    due_on = DayField(label=_("Needed by, if asked again"), required=False)

    rows: ClassVar = ("files_seen", "findings", "is_enough", "due_on")
