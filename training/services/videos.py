"""Videos of a course: uploaded or linked, with poster and captions, and shown to the client for an accepted version."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import CLEARED, Engagement
from engagements.models.fingerprint import text_mark
from engagements.services.files import store, storing_atomically
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit, scanner
from onsite.core.errors import DomainError, StaleError
from onsite.core.files import PICTURES, VIDEOS, examine
from training.courses.content import is_changed, newest_version
from training.materials.captions import MOST_BYTES, parse, write
from training.materials.secrets import refuse_secrets, refuse_secrets_said
from training.models import Captions, Course, Video
from training.services.courses import held_course

MOST_VIDEOS = 20
MOST_POSTER_BYTES = 8 * 1024 * 1024


@storing_atomically()
def add_video(
    *, actor: User, course: Course, title: str, language: str, video: UploadedFile[Any] | None = None, link: str = ""
) -> Video:
    """Keep an uploaded video, or a link to one; only the vendor sees it until it is shown.

    Raises DomainError on "video" or "link" where it is not one of the two, is no MP4 or WebM, or has no room, and on
    "title" where it holds a secret.
    """
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    if bool(video) == bool(link):
        raise DomainError(_("Choose a file or give a link, one of the two."), field="link" if video else "video")
    refuse_secrets({"title": title})
    # Hashing a long video takes seconds: nobody else waits for it.
    examined = examine(video, field="video", kinds=VIDEOS) if video else None
    course = held_course(Engagement.objects.lock(course.engagement_id), course)
    if course.videos.unscoped().count() >= MOST_VIDEOS:
        raise DomainError(_("A course has at most %(most)s videos.") % {"most": MOST_VIDEOS})
    stored = None
    if video is not None:
        stored = store(
            actor=actor, engagement=course.engagement, upload=video, field="video", is_internal=True, kinds=VIDEOS,
            looked_through=True, examined=examined,
        )  # fmt: skip
    row = Video.objects.create(
        course=course, position=course.videos.unscoped().count(), title=title, language=language, attachment=stored,
        link=link, created_by=actor,
    )  # fmt: skip
    data = {"title": title, "language": language, "link": link, "sha256": stored.sha256 if stored else ""}
    _audit(actor, row, "video.added", data)
    return row


@transaction.atomic
def edit_video(*, actor: User, video: Video, title: str, language: str, was: str) -> None:
    """Change what a video is called; `was` is the `words_mark` of what the page showed.

    Raises StaleError where somebody changed it since, DomainError where it is gone, and on "title" where it holds a
    secret.
    """
    row = _held(actor, video, Permission.EDIT_TRAINING)
    refuse_secrets({"title": title})
    if was != words_mark(row):
        raise StaleError(_("Somebody changed this meanwhile. Look at what they wrote, then save again."))
    row.title, row.language = title, language
    row.save(update_fields=["title", "language"])
    _audit(actor, row, "video.edited", {"title": title, "language": language})


def words_mark(video: Video) -> str:
    """Return the mark of what a video is called, and of its language."""
    return text_mark(f"{video.language} {video.title}")


@transaction.atomic
def delete_video(*, actor: User, video: Video) -> None:
    """Take a video out; its file stays among the engagement's. Raises DomainError where the client sees it: take it back
    first."""
    row = _held(actor, video, Permission.EDIT_TRAINING)
    if row.version_id is not None:
        raise DomainError(_("Your client sees this video. Take it back first."))
    _audit(actor, row, "video.deleted", {"title": row.title})
    _forget_poster(row)
    row.delete()


@transaction.atomic
def show_video(*, actor: User, video: Video) -> None:
    """Let the client's people see the video, as made for the newest accepted version.

    Raises DomainError where none is accepted, the course was changed since, or the file is held back.
    """
    row = _held(actor, video, Permission.ACCEPT_COURSE)
    newest = newest_version(row.course)
    if newest is None:
        raise DomainError(_("Accept a version of the course first: the video belongs to what was accepted."))
    if is_changed(row.course, newest):
        raise DomainError(_("The course was changed since its last version. Accept it first, then show the video."))
    if row.attachment is not None and row.attachment.scan not in CLEARED:
        raise DomainError(_("The video is held back, or still being looked through."))
    row.version = newest
    row.save(update_fields=["version"])
    _audit(actor, row, "video.shown", {"version": newest.number})


@transaction.atomic
def take_video_back(*, actor: User, video: Video) -> None:
    """Let only the vendor see the video. Raises DomainError where it is gone."""
    row = _held(actor, video, Permission.ACCEPT_COURSE)
    row.version = None
    row.save(update_fields=["version"])
    _audit(actor, row, "video.taken_back", {})


def set_poster(*, actor: User, video: Video, poster: UploadedFile[Any]) -> None:
    """Keep the picture that stands for the video, drawn anew by the server: what a picture's file says beside what it
    shows, such as where it was taken, is not in it.

    Raises DomainError on "poster" where it is no picture, or too large.
    """
    require(actor, Permission.EDIT_TRAINING, video.course.engagement)
    found = examine(poster, field="poster", kinds=PICTURES)
    if found.size_bytes > MOST_POSTER_BYTES:
        most = MOST_POSTER_BYTES // 1024**2
        raise DomainError(_("This file is larger than %(most)s MB.") % {"most": most}, field="poster")
    looked = scanner.look_through(poster.read(), media_type=found.media_type)
    if not looked.pages:
        raise DomainError(_("This picture can't be read."), field="poster")
    name = default_storage.save(f"posters/{found.sha256[:16]}.jpg", ContentFile(looked.pages[0].image))
    try:
        with transaction.atomic():
            row = _held(actor, video, Permission.EDIT_TRAINING)
            _forget_poster(row)
            row.poster.name = name
            row.save(update_fields=["poster"])
            _audit(actor, row, "video.poster_set", {"sha256": found.sha256})
    except BaseException:
        default_storage.delete(name)
        raise


@transaction.atomic
def save_captions(*, actor: User, video: Video, language: str, captions: UploadedFile[Any]) -> Captions:
    """Keep what is said in the video in one language, written anew from the file; the ones before give way.

    Raises DomainError on "captions", with the line, where the file is no plain WebVTT, and with the moment where a secret
    or personal data are said: who watches a shown video reads them at once.
    """
    cues = parse(captions.read(MOST_BYTES + 1))
    refuse_secrets_said(cues)
    row = _held(actor, video, Permission.EDIT_TRAINING)
    saved, _created = row.captions.unscoped().update_or_create(
        video=row, language=language, defaults={"text": write(cues), "uploaded_by": actor}
    )
    _audit(actor, row, "captions.saved", {"language": language, "cues": len(cues)})
    return saved


@transaction.atomic
def delete_captions(*, actor: User, captions: Captions) -> None:
    """Take captions out; gone already is fine."""
    row = _held(actor, captions.video, Permission.EDIT_TRAINING)
    row.captions.unscoped().filter(pk=captions.pk).delete()
    _audit(actor, row, "captions.deleted", {"language": captions.language})


def _held(actor: User, video: Video, permission: Permission) -> Video:
    require(actor, permission, video.course.engagement)
    Engagement.objects.lock(video.course.engagement_id)
    rows = Video.objects.unscoped().select_related("course__engagement", "attachment")
    row = rows.filter(pk=video.pk).first()
    if row is None:
        raise DomainError(_("This video is gone already."))
    return row


def _forget_poster(row: Video) -> None:
    if name := str(row.poster.name or ""):
        transaction.on_commit(lambda: default_storage.delete(name))


def _audit(actor: User, row: Video, action: str, data: dict[str, Any]) -> None:
    audit.record(chain=row.course.engagement.audit_chain, actor=actor, action=action, target=row, data=data)
