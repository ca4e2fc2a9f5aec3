"""What is found of what people learn: courses, what is said in videos, articles of the wiki, sharing sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import pgettext_lazy

from engagements.models import Attachment
from onsite.core import markdown
from onsite.core.search import Passage, leads_to, register
from training.models import (
    Article,
    ArticleVersion,
    Captions,
    Category,
    Course,
    CourseVersion,
    Sharing,
    SharingAction,
    Video,
)

# A cue's number, its times, and WebVTT's own blocks: what is left is what is said.
_NOT_SAID = re.compile(r"^(?:WEBVTT.*|\d+|.*-->.*|(?:NOTE|STYLE|REGION)\b.*)$", re.MULTILINE)
_VOICE = re.compile(r"<[^>]*>")
_NUMBERS = {"minutes", "people", "error_risk", "approvals", "duration_minutes", "times_per_month"}


def register_all() -> None:
    """Let them be found; called once by the app's config."""
    register(
        Article,
        name="article",
        label=pgettext_lazy("search", "Articles"),
        reader=read_article,
        rows=lambda rows: rows.select_related("published", "category"),
    )
    register(
        Course,
        name="course",
        label=pgettext_lazy("search", "Courses"),
        reader=read_course,
        rows=lambda rows: rows.prefetch_related(
            Prefetch("versions", CourseVersion.objects.unscoped().order_by("-number"))
        ),
    )
    register(
        Captions,
        name="transcript",
        label=pgettext_lazy("search", "Said in videos"),
        reader=read_captions,
        rows=lambda rows: rows.select_related("video__course", "video__attachment"),
        url=lambda row, user: row.video.course.get_absolute_url(),
        heading=lambda row: row.video.title,
    )
    register(
        Sharing,
        name="sharing",
        label=pgettext_lazy("search", "Sharing sessions"),
        reader=read_sharing,
        rows=lambda rows: rows.prefetch_related("actions"),
        is_personal=True,
    )
    leads_to(ArticleVersion, lambda row: [row.article])
    leads_to(Category, lambda row: Article.objects.filter(category=row).only("pk"))
    leads_to(CourseVersion, lambda row: [row.course])
    leads_to(Course, lambda row: Captions.objects.unscoped().filter(video__course=row).only("pk"))
    leads_to(SharingAction, lambda row: [row.sharing])
    leads_to(Video, lambda row: Captions.objects.unscoped().filter(video=row).only("pk"))
    leads_to(Attachment, lambda row: Captions.objects.unscoped().filter(video__attachment=row).only("pk"))


def read_article(row: Article) -> Iterator[Passage]:
    """The published version, for the vendor's people; drafts stand on the wiki's own lists."""
    if row.published is None or row.archived_at is not None:
        return
    about = " ".join([*map(str, row.tags), row.category.name if row.category else ""])
    text = f"{about}\n{markdown.to_text(row.published.text)}"
    yield Passage(row.published.title, text.strip(), row.published.saved_at, client_id=row.client_id)


def read_course(row: Course) -> Iterator[Passage]:
    """The newest accepted version, for both sides, while the course is taught."""
    version = next(iter(row.versions.all()), None)
    if version is None or row.retired_at is not None:
        return
    title, text = str(version.content.get("title", row.title)), "\n".join(_texts(version.content))
    yield Passage(title, text, version.accepted_at, is_shared=True, engagement_id=row.engagement_id)


def read_captions(row: Captions) -> Iterator[Passage]:
    """What is said in a video, while its course is taught; shared as the video is."""
    video = row.video
    if video.course.retired_at is not None:
        return
    is_shared = video.version_id is not None and (video.attachment is None or video.attachment.is_cleared)
    said = " ".join(_VOICE.sub("", _NOT_SAID.sub("", row.text)).split())
    yield Passage(video.title, said, row.uploaded_at, is_shared=is_shared, engagement_id=video.course.engagement_id)


def read_sharing(row: Sharing) -> Iterator[Passage]:
    """A sharing session, with what came of it."""
    told = (
        row.scene,
        row.breakthrough,
        row.client_dealings,
        markdown.to_text(row.minutes),
        *(action.text for action in row.actions.all()),
    )
    text = "\n".join(part for part in told if part)
    yield Passage(row.topic, text, row.starts_at, engagement_id=row.engagement_id)


def _texts(value: Any) -> Iterator[str]:
    """Yield the sentences of a course's content in their order; its numbers are no words."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in _NUMBERS:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str) and value:
        yield value
