"""The forms of the wiki."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from engagements.forms.layout import RowOfTwoForm, RowsForm
from engagements.models import Client, Engagement, Lesson
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core.fields import DayField, LineField, MarkdownField
from onsite.core.files import PICTURES
from onsite.core.forms import OnSiteForm, offer_rows
from onsite.core.uploads import UploadField
from standups.models import Problem
from training.models import Article, Category

LONGEST_TITLE, LONGEST_TAG, MOST_TAGS = 160, 30, 12
LAST_PLACE = 999
_BETWEEN_TAGS = re.compile(r"[,，、;；\n]+")


class ChoiceOfRow(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none when the program runs
    """One row. A number that no row can have is a wrong choice like any other."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except OverflowError as error:  # SQLite's
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error


class TagsField(LineField):
    """Tags between commas, each once."""

    def __init__(self) -> None:
        text = gettext_lazy("Between commas; other engagements find it by them.")
        super().__init__(label=gettext_lazy("Tags"), required=False, max_length=500, help_text=text)

    def clean(self, value: Any) -> Any:
        """Return them as a list."""
        parts = (" ".join(tag.split()) for tag in _BETWEEN_TAGS.split(super().clean(value)))
        found = list(dict.fromkeys(filter(None, parts)))
        if len(found) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in found):
            text = _("At most %(most)s tags of %(length)s characters each.")
            raise ValidationError(text % {"most": MOST_TAGS, "length": LONGEST_TAG})
        return found


def _title() -> LineField:
    return LineField(label=pgettext_lazy("article", "Title"), max_length=LONGEST_TITLE)


def _text() -> MarkdownField:
    field = MarkdownField(label=pgettext_lazy("article", "Text"), rows=24, max_length=Article.LONGEST, required=False)
    field.widget.attrs |= {"class": "article-source", "spellcheck": "true"}
    return field


def _category() -> ChoiceOfRow:
    return ChoiceOfRow(Category.objects.none(), label=gettext_lazy("Category"), required=False, empty_label="—")


def _client() -> ChoiceOfRow:
    return ChoiceOfRow(
        Client.objects.none(),
        label=gettext_lazy("Who reads it"),
        required=False,
        empty_label=gettext_lazy("Everybody in the company"),
        help_text=gettext_lazy("A client here: only who may see that client reads it."),
    )


class _Placed(RowOfTwoForm):
    """What stands beside an article's text, offered to this person."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "category", Category.objects.all())
        offer_rows(self, "client", Client.objects.visible_to(user))


class NewArticleForm(_Placed):
    """A new article of a kind."""

    kind = forms.ChoiceField(choices=Article.Kind.choices, widget=forms.HiddenInput)
    title = _title()
    client = _client()
    category = _category()
    tags = TagsField()
    text = _text()

    rows: ClassVar[tuple[Any, ...]] = ("kind", "title", ("client", "category"), "tags", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["was"]
        if self["kind"].value() == Article.Kind.INTERVIEW:
            client = self.fields["client"]
            client.empty_label = "—"  # type: ignore[attr-defined]
            client.help_text = _("Interview notes are read by those alone who may see the client.")


class TextForm(RowsForm):
    """An article's title and text; `version` is the one the writer began from."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    title = _title()
    text = _text()
    note = LineField(
        label=gettext_lazy("What changed"),
        required=False,
        help_text=gettext_lazy("In a few words, for the history."),
    )
    picture = UploadField(label=gettext_lazy("Picture"), kinds=PICTURES, required=False)
    caption = LineField(label=gettext_lazy("What it shows"), required=False, max_length=140)

    rows: ClassVar[tuple[Any, ...]] = ("version", "title", "text", "note")


class DetailsForm(_Placed):
    """What stands beside the text."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Article.Kind.choices)
    category = _category()
    tags = TagsField()
    client = _client()
    review_on = DayField(
        label=gettext_lazy("Look at it again on"),
        required=False,
        help_text=gettext_lazy("From that day on readers are told that it may be stale."),
    )

    rows: ClassVar[tuple[Any, ...]] = ("was", ("kind", "category"), "tags", ("client", "review_on"))

    @classmethod
    def initial_of(cls, article: Article) -> dict[str, Any]:
        """Return what the form begins with."""
        return {
            "was": article.fingerprint, "kind": article.kind, "category": article.category_id,
            "tags": ", ".join(article.tags), "client": article.client_id, "review_on": article.review_on,
        }  # fmt: skip


class LinkForm(RowsForm):
    """What an article is about: the address of a problem's page, of a lesson's, or of an engagement's."""

    address = LineField(
        label=gettext_lazy("Address of a problem, a lesson or an engagement"),
        help_text=gettext_lazy("Copy it from the browser."),
        max_length=500,
    )

    rows: ClassVar[tuple[Any, ...]] = ("address",)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_address(self) -> Problem | Engagement | Lesson:
        """Return the row, if this person may see it."""
        found = self._found(re.sub(r"^https?://[^/]+", "", self.cleaned_data["address"]).split("?")[0].split("#")[0])
        if found is None:
            raise ValidationError(_("No problem, lesson or engagement is found there."))
        return found

    def _found(self, path: str) -> Problem | Engagement | Lesson | None:
        try:
            match = resolve(path)
        except Resolver404:
            return None
        engagement = match.kwargs.get("engagement_id")
        try:
            if match.view_name == "standups:problem":
                rows = Problem.objects.visible_to(self.user).filter(engagement=engagement)
                return rows.filter(pk=match.kwargs["pk"]).first()
            if match.view_name == "lessons:lesson":
                lessons = Lesson.objects.visible_to(self.user).filter(engagement=engagement)
                return lessons.filter(pk=match.kwargs["pk"]).first()
            return Engagement.objects.visible_to(self.user).filter(pk=engagement).first() if engagement else None
        except OverflowError:  # SQLite's
            return None


class ReviewForm(RowsForm):
    """Publishing; a manager says why what was found may be read all the same."""

    release_reason = LineField(label=gettext_lazy("Why it may be read as it is"), required=False)

    rows: ClassVar[tuple[Any, ...]] = ("release_reason",)


class SendBackForm(RowsForm):
    """Sending back."""

    note = LineField(label=gettext_lazy("What is missing"), max_length=500)

    rows: ClassVar[tuple[Any, ...]] = ("note",)


class OwnerForm(RowsForm):
    """Handing over."""

    owner = ChoiceOfRow(User.objects.none(), label=gettext_lazy("New owner"))

    rows: ClassVar[tuple[Any, ...]] = ("owner",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).exclude(role=Role.CLIENT).order_by("name", "pk")
        offer_rows(self, "owner", people)


class ReadFirstForm(RowsForm):
    """A place among what newcomers read first."""

    place = forms.IntegerField(
        label=gettext_lazy("Place in “read these first”"),
        required=False,
        min_value=1,
        max_value=LAST_PLACE,
        help_text=gettext_lazy("Empty: it is not among them."),
    )

    rows: ClassVar[tuple[Any, ...]] = ("place",)


class CategoryForm(OnSiteForm):
    """The name of a shelf."""

    name = LineField(label=gettext_lazy("Category"), max_length=60)
