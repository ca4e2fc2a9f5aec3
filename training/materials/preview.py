"""What a guide's Markdown looks like on a page, with the course's own pictures."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from onsite.accounts.models import User
from onsite.core.markdown import to_html
from training.models import Course, GuidePicture


@dataclass(frozen=True)
class GuidePreview:
    """The text as safe HTML, and what keeps it from being issued: the sentence about its first missing picture."""

    html: SafeString
    missing: str


def preview_of(course: Course, user: User, text: str) -> GuidePreview:
    """Return what the text looks like. One query."""
    rows = dict(GuidePicture.objects.visible_to(user).filter(course=course).values_list("number", "pk"))
    absent: set[int] = set()

    def where(number: int) -> str | None:
        if number in rows:
            return reverse("training:guide_picture", args=[course.engagement_id, rows[number]])
        absent.add(number)
        return None

    html = to_html(text, pictures=where)
    return GuidePreview(html, picture_missing(min(absent)) if absent else "")


def picture_missing(number: int) -> str:
    """Return the sentence about a picture that a guide asks for and its course doesn't have."""
    return _("Picture %(number)s is not there. Add it, or take it out of the text.") % {"number": number}
