"""The forms around the hour of a visit: agreed on, moved, or nobody reached; and of a new need."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from engagements import visit_people
from engagements.forms.layout import RowOfTwoForm, RowsForm
from engagements.models import Engagement, FollowUpVisit, NewNeed
from onsite.accounts.models import User
from onsite.core.fields import LineField, MomentField, RowsField
from onsite.core.forms import offer_rows

_LINK = URLValidator(schemes=["https"])
FEWEST_DIGITS = 5


class AppointmentForm(RowOfTwoForm):
    """The hour of a visit, how it is held, and who is to be there."""

    appointed_at = MomentField(label=gettext_lazy("Agreed for"))
    channel = forms.ChoiceField(label=gettext_lazy("By"), choices=FollowUpVisit.Channel.choices)
    place = LineField(
        label=gettext_lazy("Phone number, video link or place"), max_length=300,
        help_text=gettext_lazy("It stands in the invitation."),
    )  # fmt: skip
    holder = forms.ModelChoiceField(label=gettext_lazy("Held by"), queryset=User.objects.none())
    invited = RowsField(
        label=gettext_lazy("Invited of the client"), queryset=User.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They get a mail with an entry for their calendar."),
    )  # fmt: skip
    reason = LineField(
        label=gettext_lazy("Why on another day than the one it is due"), required=False,
        help_text=gettext_lazy("Only we read it."),
    )  # fmt: skip
    all_the_same = forms.BooleanField(
        label=gettext_lazy("Agreed on although it is a day off at the site"), required=False
    )

    rows: ClassVar = ("was", ("appointed_at", "channel"), "place", "holder", "invited", "reason", "all_the_same")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "holder", visit_people.holders(engagement))
        offer_rows(self, "invited", visit_people.invitable(engagement))

    @staticmethod
    def initial_of(visit: FollowUpVisit, user: User) -> dict[str, Any]:
        """Return what the page starts from: what was agreed on, else a call by whoever opens it."""
        return {
            "was": visit.fingerprint,
            "appointed_at": visit.appointed_at,
            "channel": visit.channel,
            "place": visit.place,
            "holder": visit.holder_id or user.pk,
            "invited": [one.pk for one in visit.invited.all()],
            "reason": visit.reason,
        }

    def clean(self) -> dict[str, Any]:
        """A video call has a link, a phone call a number; a link is never anything but https."""
        given = super().clean() or {}
        place, channel = given.get("place", ""), given.get("channel")
        if place and (channel == FollowUpVisit.Channel.VIDEO or "://" in place):
            try:
                _LINK(place)
            except ValidationError:
                self.add_error("place", _("Give the link of the call, beginning with https://."))
        elif place and channel == FollowUpVisit.Channel.PHONE and sum(map(str.isdecimal, place)) < FEWEST_DIGITS:
            self.add_error("place", _("Give a phone number, such as +86 21 5555 0100."))
        return given


class AttemptForm(RowsForm):
    """Nobody was reached."""

    channel = forms.ChoiceField(label=gettext_lazy("By"), choices=FollowUpVisit.Channel.choices)
    note = LineField(label=pgettext_lazy("visit", "What happened"), required=False)

    rows: ClassVar = (("channel", "note"),)


class NeedForm(RowsForm):
    """What becomes of a new need."""

    owner = forms.ModelChoiceField(label=gettext_lazy("Followed up by"), queryset=User.objects.none())
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=NewNeed.State.choices)
    outcome = LineField(label=gettext_lazy("What came of it"), max_length=300, required=False)

    rows: ClassVar = (("owner", "state"), "outcome")

    def __init__(self, *args: Any, need: NewNeed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = visit_people.holders(need.visit.engagement)
        # Whoever follows it up stays there to choose, also after they left the engagement.
        offer_rows(self, "owner", ours | User.objects.filter(pk=need.owner_id))
