"""The words and pictures of guides; videos with their posters and captions."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import Engagement
from engagements.services.files import room_left
from onsite.accounts.models import User
from onsite.core.fields import LineField, MarkdownField
from onsite.core.files import PICTURES, VIDEOS
from onsite.core.forms import retype
from onsite.core.uploads import IncomingField, UploadField
from training.models import LANGUAGES, Guide
from training.services.guides import stamp_of

LONGEST_GUIDE = 100_000
LONGEST_TITLE = 120


class GuideForm(RowsForm):
    """A guide's Markdown. `was` says which version the writer began with."""

    was = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    text = MarkdownField(
        label=_("Guide in Markdown"), rows=22, required=False, max_length=LONGEST_GUIDE,
        help_text=_("# heading, 1. step, **bold**, | tables |, and ![what it shows](picture:1) for picture 1."),
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = ("was", "text")

    def rebased_on(self, guide: Guide) -> bool:
        """Say whether somebody else saved since the page was opened; the next save then replaces theirs knowingly."""
        if not self.is_bound or self.data.get("was", "") == stamp_of(guide):
            return False
        retype(self, was=stamp_of(guide))
        return True


class PictureForm(RowsForm):
    """A picture for the course's guides."""

    picture = UploadField(label=_("Picture"), kinds=PICTURES, help_text=_("JPEG or PNG, without a client's secrets."))
    caption = LineField(label=_("What it shows"))

    rows: ClassVar[tuple[Any, ...]] = ("picture", "caption")


class VideoForm(RowsForm):
    """What a video is called, and which language it speaks."""

    title = LineField(label=_("Title"), max_length=LONGEST_TITLE)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    rows: ClassVar[tuple[Any, ...]] = (("title", "language"),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chinese = (get_language() or "").startswith("zh")
        self.fields["language"].initial = "zh-hans" if chinese else "en"


class VideoWordsForm(VideoForm):
    """The same of a video that is here; `was` is the mark of what the page showed."""

    was = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    rows: ClassVar[tuple[Any, ...]] = ("was", *VideoForm.rows)


class NewVideoForm(VideoForm):
    """A new video: a file, or a link."""

    video = IncomingField(
        label=_("Video file"),
        kinds=VIDEOS,
        required=False,
        help_text=_("MP4 or WebM, up to 500 MB; two or three minutes teach best."),
    )
    link = forms.URLField(
        label=_("Or a link"), required=False, max_length=500, assume_scheme="https",
        help_text=_("For example your company's own video platform; it has to begin with https://."),
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = (("title", "language"), "video", "link")

    def __init__(self, *args: Any, engagement: Engagement, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["video"]
        field.for_user(user, room_bytes=room_left(engagement))

    def clean_link(self) -> str:
        """Only https: whoever follows the link meets no warning, and nobody on the way reads along."""
        link: str = self.cleaned_data["link"]
        parts = urlsplit(link)
        if link and (parts.scheme != "https" or parts.username or parts.password):
            raise ValidationError(_("Please give a link that begins with https://, without a name or password in it."))
        return link


class PosterForm(RowsForm):
    """The picture that stands for a video."""

    poster = UploadField(label=_("Poster"), kinds=PICTURES, help_text=_("JPEG or PNG."))

    rows: ClassVar[tuple[Any, ...]] = ("poster",)


class CaptionsForm(RowsForm):
    """What is said in a video, as WebVTT."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    captions = forms.FileField(
        label=_("Captions (.vtt)"), allow_empty_file=True, widget=forms.FileInput(attrs={"accept": ".vtt,text/vtt"}),
        help_text=_("WebVTT, for example from your video editor."),
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = ("language", "captions")
