"""What pages tell of a course's guides and videos, to the vendor's people, to the client's, and to learners."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse

from onsite.accounts.models import User
from onsite.core.charts.qr import qr_svg
from onsite.core.models import Job
from training.courses.content import is_changed
from training.materials.captions import Cue, parse
from training.materials.edition import JOB, materials_url
from training.models import LANGUAGES, Captions, Course, CourseVersion, Guide, GuideEdition, Video

Door = Callable[..., str]


@dataclass(frozen=True)
class GuideRow:
    """The guide of one language: what can be read (`edition`, at `url`), and, for the vendor, what is being written
    (`guide`) and printed (`newest` with its `job`)."""

    language: str
    label: str
    edition: GuideEdition | None
    url: str
    is_out_of_date: bool
    guide: Guide | None = None
    newest: GuideEdition | None = None
    job: Job | None = None

    @property
    def is_printing(self) -> bool:
        return self.newest is not None and not self.newest.pdf and self.job is not None


@dataclass(frozen=True)
class VideoRow:
    """A video in a list. `host` is where a linked one lies; `is_out_of_date` that it was made for an older version."""

    video: Video
    url: str
    poster_url: str
    host: str
    is_out_of_date: bool
    captions: tuple[str, ...]


@dataclass(frozen=True)
class Track:
    """What is said in one language: as captions at `url`, and to be read."""

    language: str
    label: str
    url: str
    cues: tuple[Cue, ...]
    captions: Captions


@dataclass(frozen=True)
class Player:
    """One video with all that it takes to watch it."""

    video: Video
    row: VideoRow
    stream_url: str
    tracks: tuple[Track, ...]


def member_door(course: Course) -> Door:
    """Return how members reach what belongs to a course: `door("video", pk)`."""
    return lambda name, *ids: reverse(f"training:{name}", args=[course.engagement_id, *ids])


def learner_door(name: str, *ids: Any) -> str:
    """The same for a learner's own pages."""
    return reverse(f"learn:{name}", args=ids)


def materials_of(course: Course, user: User) -> dict[str, Any]:
    """Return the context of `training/course_materials.html`. A fixed number of queries."""
    newest = CourseVersion.objects.visible_to(user).filter(course=course).order_by("-number").first()
    editions = GuideEdition.objects.visible_to(user).filter(version__course=course)
    videos = Video.objects.visible_to(user).filter(course=course)
    door = member_door(course)
    rows = guide_rows(editions, newest, door)
    if user.is_vendor:
        rows = _with_work(course, user, rows, editions)
    return {
        "guides": [row for row in rows if user.is_vendor or row.edition],
        "videos": video_rows(videos, newest, door),
        "version": newest,
        "is_changed": bool(user.is_vendor and newest and is_changed(course, newest)),
        "is_busy": any(row.job is not None and row.job.is_open for row in rows),
        "materials_url": materials_url(course.pk),
    }


def qr_of(course: Course, label: str) -> str:
    """Return the code that leads a phone to the course's materials."""
    return qr_svg(materials_url(course.pk), label=label)


def guide_rows(editions: Any, newest: CourseVersion | None, door: Door) -> list[GuideRow]:
    """Return each language with the newest guide that can be read. One query."""
    ready: dict[str, GuideEdition] = {}
    for edition in editions.ready().select_related("version").order_by("version__number", "number"):
        ready[edition.language] = edition
    return [_guide_row(language, label, ready.get(language), newest, door) for language, label in LANGUAGES]


def video_rows(videos: Any, newest: CourseVersion | None, door: Door) -> list[VideoRow]:
    """Return the videos with the languages of their captions. Two queries."""
    found = list(videos.select_related("attachment", "version"))
    captions: dict[int, list[str]] = {}
    rows = Captions.objects.unscoped().filter(video__in=[video.pk for video in found])
    for video_id, language in rows.values_list("video", "language"):
        captions.setdefault(video_id, []).append(dict(LANGUAGES)[language])
    return [_video_row(video, newest, door, captions.get(video.pk, ())) for video in found]


def player_of(video: Video, captions: Iterable[Captions], newest: CourseVersion | None, door: Door) -> Player:
    """Return what the page of one video shows."""
    tracks = tuple(
        Track(
            language="zh-Hans" if row.language == "zh-hans" else row.language,
            label=row.get_language_display(),
            url=door("captions", video.pk, row.language),
            cues=parse(row.text.encode()),
            captions=row,
        )
        for row in captions
    )
    stream = door("video_stream", video.pk) if video.attachment_id else ""
    return Player(video, _video_row(video, newest, door, ()), stream, tracks)


def _guide_row(
    language: str, label: str, edition: GuideEdition | None, newest: CourseVersion | None, door: Door
) -> GuideRow:
    is_old = edition is not None and newest is not None and edition.version_id != newest.pk
    return GuideRow(language, label, edition, door("guide_pdf", edition.pk) if edition else "", is_old)


def _video_row(video: Video, newest: CourseVersion | None, door: Door, captions: Iterable[str]) -> VideoRow:
    is_old = video.version_id is not None and newest is not None and video.version_id != newest.pk
    poster = door("video_poster", video.pk) if video.poster else ""
    host = urlsplit(video.link).hostname or "" if video.link else ""
    return VideoRow(video, door("video", video.pk), poster, host, is_old, tuple(captions))


def _with_work(course: Course, user: User, rows: list[GuideRow], editions: Any) -> list[GuideRow]:
    """Add what is being written and printed. Three queries."""
    guides = {guide.language: guide for guide in Guide.objects.visible_to(user).filter(course=course)}
    newest: dict[str, GuideEdition] = {}
    for edition in editions.select_related("version").order_by("version__number", "number"):
        newest[edition.language] = edition
    waiting = [edition.pk for edition in newest.values() if not edition.pdf]
    jobs = {job.subject_id: job for job in Job.objects.filter(kind=JOB, subject_id__in=waiting).order_by("pk")}
    found = []
    for row in rows:
        edition = newest.get(row.language)
        job = jobs.get(edition.pk) if edition else None
        found.append(
            GuideRow(
                row.language,
                row.label,
                row.edition,
                row.url,
                row.is_out_of_date,
                guides.get(row.language),
                edition,
                job,
            )
        )
    return found
