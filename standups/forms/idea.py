"""An idea, the thanks for it and its answer."""

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

LONGEST_NAME = 80
LONGEST_THANKS = 300


class SuggestionForm(RowsForm):
    """An idea of one's own."""

    title = LineField(label=_("Your idea"), help_text=_("What would make the work easier or better, in one line."))
    words = TextField(
        label=_("More about it"), required=False, help_text=_("What happens today, and what it would help.")
    )

    rows: ClassVar[tuple[Any, ...]] = ("title", "words")


class IdeaForm(RowsForm):
    """An idea that somebody of the client's had."""

    title = LineField(label=_("The idea"), help_text=_("What is wished for, in one line."))
    words = TextField(
        label=_("More about it"), required=False, help_text=_("In the person's own words where you can.")
    )
    said_by = forms.ModelChoiceField(
        label=_("Whose idea it is"), queryset=User.objects.none(), required=False, empty_label=_("somebody else")
    )
    said_by_name = LineField(
        label=_("Name of somebody else"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Somebody without an account is told in person what becomes of it."),
    )
    said_on = DayField(label=_("Said on"))

    rows: ClassVar[tuple[Any, ...]] = ("title", "words", ("said_by", "said_by_name"), "said_on")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        kwargs["initial"] = {"said_on": engagement.today()}
        super().__init__(*args, **kwargs)
        offer_rows(self, "said_by", client_people(engagement))


class ThanksForm(RowsForm):
    """The words of thanks."""

    thanks = LineField(
        label=_("Your thanks"), max_length=LONGEST_THANKS, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both sides read it."),
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = ("thanks",)


class AnswerForm(RowsForm):
    """What becomes of an idea that needs no change request."""

    answer = TextField(
        label=_("Answer"), rows=4, help_text=_("What you will do about it, or why not. Both sides read it.")
    )

    rows: ClassVar[tuple[Any, ...]] = ("answer",)
