"""A client's doubt, the answer to it, and what the client says of the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagements.forms.documents import client_people
from engagements.forms.layout import RowsForm
from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, MomentField, TextField
from onsite.core.forms import OnSiteForm, offer_rows, retype
from standups.models import Party, Remedy, Reply
from standups.services.replies import Measure

LONGEST_NAME = 80
LONGEST_WORDS = 2000
LONGEST_NOTE = 300
MOST_MEASURES = 12
SPARE_MEASURES = 2


class ConcernForm(RowsForm):
    """What one of the client's people worries about."""

    words = TextField(
        label=_("What worries you?"),
        max_length=LONGEST_WORDS,
        rows=5,
        help_text=_(
            "In your own words, such as “The system is slow in the morning”. An example helps us to check it."
        ),
    )

    rows: ClassVar = ("words",)


class NoteConcernForm(RowsForm):
    """A doubt that the vendor heard in a chat or a meeting."""

    words = TextField(label=_("What was said, in the client's own words"), max_length=LONGEST_WORDS, rows=4)
    said_by = forms.ModelChoiceField(
        label=_("Who said it"), queryset=User.objects.none(), required=False, empty_label=_("somebody else")
    )
    said_by_name = LineField(label=_("or the name"), max_length=LONGEST_NAME, required=False)
    said_at = MomentField(label=_("When it was said"), initial=lambda: timezone.localtime().replace(second=0))
    is_internal = forms.BooleanField(label=_("Internal: the client never sees this concern"), required=False)

    rows: ClassVar = ("words", ("said_by", "said_by_name"), "said_at", "is_internal")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "said_by", client_people(engagement))


class ReplyForm(OnSiteForm):
    """The answer: a few measures stand below the two texts, each with whose it is and by when."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=1_000_000)
    acknowledgement = TextField(
        label=_("Acknowledgement"), required=False, rows=3,
        help_text=_("Show first that the doubt has arrived, before any number."),
    )  # fmt: skip
    facts = TextField(
        label=_("Facts"),
        required=False,
        rows=5,
        help_text=_("What was measured, where and when: as the evidence shows."),
    )

    def __init__(self, *args: Any, reply: Reply | None = None, remedies: Iterable[Remedy] = (), **kwargs: Any) -> None:
        measures = list(remedies)
        initial: dict[str, Any] = {"version": 0}
        if reply is not None:
            initial = {"version": reply.version, "acknowledgement": reply.acknowledgement, "facts": reply.facts}
        for number, remedy in enumerate(measures):
            initial |= {
                f"text_{number}": remedy.text,
                f"party_{number}": remedy.party,
                f"due_on_{number}": remedy.due_on,
            }
        super().__init__(*args, **kwargs | {"initial": initial})
        self.measure_count = min(MOST_MEASURES, max(len(measures) + SPARE_MEASURES, self._posted_rows()))
        for number in range(self.measure_count):
            label = _("Measure %(number)s") % {"number": number + 1}
            self.fields[f"text_{number}"] = LineField(label=label, max_length=LONGEST_NOTE, required=False)
            self.fields[f"party_{number}"] = forms.ChoiceField(
                label=_("Done by"), choices=Party.choices, required=False, initial=Party.VENDOR
            )
            self.fields[f"due_on_{number}"] = DayField(label=_("By when"), required=False)

    def _posted_rows(self) -> int:
        return sum(1 for name in self.data if name.startswith("text_"))

    @property
    def measures(self) -> list[tuple[Any, Any, Any]]:
        """Return the rows of measures as bound fields."""
        parts = ("text", "party", "due_on")
        return [tuple(self[f"{part}_{number}"] for part in parts) for number in range(self.measure_count)]  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        """Gather the measures; one half of a measure is none."""
        cleaned = super().clean() or {}
        found = []
        for number in range(self.measure_count):
            text, due_on = cleaned.pop(f"text_{number}", ""), cleaned.pop(f"due_on_{number}", None)
            party = cleaned.pop(f"party_{number}", "") or Party.VENDOR.value
            if text and due_on:
                found.append(Measure(text, due_on, party))
            elif text and f"due_on_{number}" not in self.errors:
                self.add_error(f"due_on_{number}", _("By when?"))
            elif due_on and f"text_{number}" not in self.errors:
                self.add_error(f"text_{number}", _("What is to be done by then?"))
        return {**cleaned, "measures": found}

    def rebased_on(self, reply: Reply | None) -> None:
        """Start from what a colleague saved: the next save replaces it knowingly."""
        retype(self, version=str(reply.version if reply else 0))

    def take_over(self, phrase: str) -> None:
        """Put a phrase at the end of the acknowledgement; nothing is saved."""
        typed = self.data.get("acknowledgement", "").rstrip()
        retype(self, acknowledgement=f"{typed}\n{phrase}" if typed else phrase)


class ReopenForm(RowsForm):
    """Why an answer does not settle the concern."""

    round = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=30_000)
    note = TextField(label=_("What is still open?"), max_length=LONGEST_NOTE, rows=3)

    rows: ClassVar = ("round", "note")


class VerdictForm(RowsForm):
    """What the client said of an answer outside OnSite."""

    round = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=30_000)
    verdict = forms.ChoiceField(
        label=_("What the client decided"),
        choices=[(Reply.Verdict.CONFIRMED, _("It is settled")), (Reply.Verdict.REOPENED, _("It is not settled yet"))],
        widget=forms.RadioSelect,
    )
    verdict_by = forms.ModelChoiceField(
        label=_("Who said it"), queryset=User.objects.none(), required=False, empty_label=_("somebody else")
    )
    verdict_by_name = LineField(label=_("or the name"), max_length=LONGEST_NAME, required=False)
    note = TextField(
        label=_("What the client said"), max_length=LONGEST_NOTE, rows=3,
        help_text=_("In their words, and where: in a chat, on the phone, in a meeting."),
    )  # fmt: skip

    rows: ClassVar = ("round", "verdict", ("verdict_by", "verdict_by_name"), "note")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "verdict_by", client_people(engagement))
