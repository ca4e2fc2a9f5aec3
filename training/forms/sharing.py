"""Sharing sessions: what they are about, who comes, and what comes of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.forms.layout import Heading, RowOfTwoForm, RowsForm
from engagements.models import Engagement
from onsite.accounts import zones
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, MarkdownField, MomentField, RowsField, TextField
from onsite.core.files import SLIDES, VIDEOS
from onsite.core.forms import offer_rows
from onsite.core.uploads import IncomingField, UploadField
from training.models import Article, Sharing, SharingAction, SharingInvitation
from training.sharing.rights import colleagues

LONGEST_MINUTES = 20_000


class _Named(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none when the program runs
    """A person with what they are, so that two of one name are told apart."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} · {obj.title}" if obj.title else obj.name


class _Engagements(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none when the program runs
    def label_from_instance(self, obj: Engagement) -> str:
        return f"{obj.client.short_name} · {obj.name}"


class SharingForm(RowOfTwoForm):
    """What a session tells, by whom, when and where. `subjects` are the engagements it may be about; a session that is
    there keeps its own (None)."""

    engagement = _Engagements(
        label=_("About the engagement"), queryset=Engagement.objects.none(), empty_label=None,
        help_text=_("Only those whose review has begun, or that are closed."),
    )  # fmt: skip
    topic = LineField(label=_("Topic"), max_length=160, help_text=_("The lesson in one line."))
    speaker = _Named(label=_("Speaker"), queryset=User.objects.none(), empty_label=None)
    starts_at = MomentField(label=_("Begins"))
    ends_at = MomentField(label=_("Ends"))
    place = LineField(label=_("Place"), max_length=120, required=False)
    link = forms.URLField(label=_("Link of the meeting"), max_length=500, required=False, assume_scheme="https")
    scene = TextField(
        label=_("Typical scene"), required=False, help_text=_("Where it happened and what was at stake.")
    )
    breakthrough = TextField(
        label=_("Breakthrough"), required=False, help_text=_("What turned it round, and why that worked.")
    )
    client_dealings = TextField(
        label=_("Dealing with the client"), required=False, help_text=_("What was said to whom, and what to avoid.")
    )

    rows: ClassVar[tuple[Any, ...]] = (
        "was",
        "engagement",
        ("topic", "speaker"),
        ("starts_at", "ends_at"),
        ("place", "link"),
        Heading(_("What it tells")),
        "scene",
        "breakthrough",
        "client_dealings",
    )

    def __init__(self, *args: Any, reader: User, subjects: QuerySet[Engagement] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = _("In your own time zone: %(zone)s.") % {"zone": zones.name(reader.time_zone)}
        self.fields["starts_at"].help_text = self.fields["ends_at"].help_text = said
        offer_rows(self, "speaker", colleagues())
        if subjects is None:
            del self.fields["engagement"]
        else:
            offer_rows(self, "engagement", subjects)

    @staticmethod
    def initial_of(sharing: Sharing) -> dict[str, Any]:
        """Return what the form shows of a session."""
        names = ("topic", "starts_at", "ends_at", "place", "link", "scene", "breakthrough", "client_dealings")
        return {name: getattr(sharing, name) for name in names} | {
            "speaker": sharing.speaker_id,
            "was": sharing.fingerprint,
        }


class InviteForm(RowsForm):
    """Colleagues who are not invited yet, or every engineer."""

    everybody = forms.BooleanField(label=_("Every engineer"), required=False)
    people = RowsField(
        label=_("People"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    rows: ClassVar[tuple[Any, ...]] = ("everybody", "people")

    def __init__(self, *args: Any, sharing: Sharing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invited = sharing.invitations.values("user")
        offer_rows(self, "people", colleagues().exclude(pk__in=invited))

    @property
    def has_anybody(self) -> bool:
        """Whether there is somebody left to invite."""
        return bool(self.fields["people"].queryset.exists())  # type: ignore[attr-defined]


class _Invited(RowsField):
    def label_from_instance(self, obj: SharingInvitation) -> str:
        return obj.user.name


class PresenceForm(RowsForm):
    """Who was there. `was` is the mark of the list that the page showed."""

    was = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    there = _Invited(
        label=_("Who was there"), queryset=SharingInvitation.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = ("was", "there")

    def __init__(self, *args: Any, sharing: Sharing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "there", sharing.invitations.select_related("user"))


class MinutesForm(RowsForm):
    """What was said. `was` is the mark of the text that the page showed."""

    was = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    text = MarkdownField(
        label=pgettext_lazy("of a session", "Minutes"), rows=16, max_length=LONGEST_MINUTES, required=False,
        help_text=_("Markdown: “## Heading”, “- point”, “**bold**”."),
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = ("was", "text")


class ActionForm(RowOfTwoForm):
    """Who does what by when; only people who are invited read of it."""

    text = LineField(label=_("What is to be done"))
    owner = _Named(label=_("Who does it"), queryset=User.objects.none(), empty_label=None)
    due_on = DayField(label=_("Due by"), help_text=_("On this day they are reminded."))

    rows: ClassVar[tuple[Any, ...]] = ("was", "text", ("owner", "due_on"))

    def __init__(self, *args: Any, sharing: Sharing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invited = sharing.invitations.values("user")
        offer_rows(self, "owner", colleagues().filter(pk__in=invited))

    @staticmethod
    def initial_of(action: SharingAction) -> dict[str, Any]:
        """Return what the form shows of an action."""
        return {"text": action.text, "owner": action.owner_id, "due_on": action.due_on, "was": action.fingerprint}


class SlidesForm(RowsForm):
    """What was shown."""

    upload = UploadField(label=_("Slides"), kinds=SLIDES, help_text=_("PDF or PowerPoint (.pptx), at most 20 MB."))

    rows: ClassVar[tuple[Any, ...]] = ("upload",)


class RecordingForm(RowsForm):
    """What was recorded."""

    upload = IncomingField(label=_("Recording"), kinds=VIDEOS, help_text=_("MP4 or WebM, at most 500 MB."))

    rows: ClassVar[tuple[Any, ...]] = ("upload",)

    def __init__(self, *args: Any, sender: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].for_user(sender)  # type: ignore[attr-defined]


class MakeArticleForm(RowsForm):
    """The article that comes of a session."""

    title = LineField(label=_("Title"), max_length=160)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in (Article.Kind.SOLUTION, Article.Kind.PRACTICE)],
    )

    rows: ClassVar[tuple[Any, ...]] = (("title", "kind"),)
