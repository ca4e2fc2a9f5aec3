"""The words and pictures of guides, and their issue: what is issued is frozen, and printed by a worker."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max, Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement, Preview
from engagements.services.files import store, storing_atomically
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit, jobs
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError, StaleError
from onsite.core.files import PICTURES
from onsite.core.models import Job
from training.courses.content import hash_of, is_changed, newest_version
from training.materials.edition import JOB, content_of_edition, is_cleared, pictures_in
from training.materials.preview import picture_missing
from training.materials.secrets import refuse_secrets
from training.models import Course, CourseVersion, Guide, GuideEdition, GuidePicture
from training.services.courses import held_course

MOST_PICTURES = 40


def guide_of(course: Course, language: str) -> Guide:
    """Return the course's guide in this language, an empty unsaved one (version 0) where nobody has written yet."""
    rows = course.guides.unscoped().select_related("edited_by")
    return rows.filter(language=language).first() or Guide(course=course, language=language, version=0)


def stamp_of(guide: Guide) -> str:
    """Return what a form shows of the version it began with."""
    return f"v{guide.version}"


@transaction.atomic
def save_guide(*, actor: User, course: Course, language: str, was: str, text: str) -> Guide:
    """Keep the guide's Markdown; `was` is the `stamp_of` the version the writer began with.

    Raises StaleError where somebody else saved meanwhile, DomainError on "text" where it holds access data.
    """
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    course = held_course(Engagement.objects.lock(course.engagement_id), course)
    guide = guide_of(course, language)
    if was != stamp_of(guide):
        raise StaleError(_("Somebody else saved this guide meanwhile. Bring both texts together, then save again."))
    refuse_access_data({"text": text})
    guide.text, guide.version, guide.edited_by = text, guide.version + 1, actor
    guide.save()
    _audit(actor, course, "guide.saved", guide, {"language": language, "version": guide.version})
    return guide


@storing_atomically()
def add_picture(*, actor: User, course: Course, picture: UploadedFile[Any], caption: str) -> GuidePicture:
    """Keep a picture for the course's guides; it is looked through before anybody but the vendor sees it.

    Raises DomainError on "picture" where it is none, has no room, or there are too many, and on "caption" where that
    holds a secret: it is printed below the picture.
    """
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    refuse_secrets({"caption": caption})
    course = held_course(Engagement.objects.lock(course.engagement_id), course)
    rows = course.pictures.unscoped()
    if rows.count() >= MOST_PICTURES:
        raise DomainError(_("A course has at most %(most)s pictures.") % {"most": MOST_PICTURES}, field="picture")
    stored = store(
        actor=actor, engagement=course.engagement, upload=picture, field="picture", is_internal=True, kinds=PICTURES,
        looked_through=True,
    )  # fmt: skip
    number = (rows.aggregate(most=Max("number"))["most"] or 0) + 1
    row = GuidePicture.objects.create(course=course, number=number, attachment=stored, caption=caption)
    _audit(actor, course, "guide_picture.added", row, {"number": number, "sha256": stored.sha256})
    return row


@transaction.atomic
def remove_picture(*, actor: User, picture: GuidePicture) -> None:
    """Take a picture out; its file stays among the engagement's. Raises DomainError where a guide shows it, or an issued
    one does."""
    require(actor, Permission.EDIT_TRAINING, picture.course.engagement)
    course = held_course(Engagement.objects.lock(picture.course.engagement_id), picture.course)
    row = course.pictures.unscoped().filter(pk=picture.pk).first()
    if row is None:
        raise DomainError(_("This picture is gone already."))
    shown = {
        number for text in course.guides.unscoped().values_list("text", flat=True) for number in pictures_in(text)
    }
    printed = _editions(course).values_list("content__pictures", flat=True)
    if row.number in shown or any(row.number == picture["number"] for pictures in printed for picture in pictures):
        raise DomainError(_("A guide shows this picture: it stays."))
    _audit(actor, course, "guide_picture.removed", row, {"number": row.number})
    row.delete()


@transaction.atomic
def issue_guide(*, actor: User, course: Course, language: str, version: int) -> GuideEdition:
    """Freeze the guide for the accepted version of this number, which must be the newest, and start printing it.

    Raises StaleError where a newer version was accepted meanwhile; DomainError where none is, where the course was
    changed since, there is no text, a picture is missing or not cleared, or the same edition was issued already.
    """
    require(actor, Permission.ACCEPT_COURSE, course.engagement)
    engagement = Engagement.objects.lock(course.engagement_id)
    course = held_course(engagement, course)
    newest, guide = newest_version(course), guide_of(course, language)
    if newest is None:
        raise DomainError(_("Accept a version of the course first: the guide tells what was accepted."))
    if newest.number != version:
        raise StaleError(_("A newer version of the course was accepted meanwhile. Look at it, then issue the guide."))
    if is_changed(course, newest):
        raise DomainError(_("The course was changed since its last version. Accept it first, then issue the guide."))
    if not guide.text.strip():
        raise DomainError(_("Write the guide first."))
    pictures = [_frozen(row) for row in _pictures_of(course, pictures_in(guide.text))]
    number = _next_number(newest, language)
    content = content_of_edition(guide, newest, number, pictures, engagement.today().isoformat())
    _refuse_same(newest, language, content)
    edition = GuideEdition.objects.create(
        version=newest, language=language, number=number, content=content, content_hash=hash_of(content),
        issued_by=actor, issued_at=timezone.now(),
    )  # fmt: skip
    data = {"language": language, "version": content["version"], "hash": edition.content_hash}
    _audit(actor, course, "guide.issued", edition, data)
    jobs.start(kind=JOB, subject_id=edition.pk, actor=actor)
    return edition


@transaction.atomic
def print_again(*, actor: User, edition: GuideEdition) -> None:
    """Print an issued guide whose printing failed, from the same content. Nothing happens while one is under way."""
    course = edition.version.course
    require(actor, Permission.ACCEPT_COURSE, course.engagement)
    Engagement.objects.lock(course.engagement_id)
    row = GuideEdition.objects.unscoped().get(pk=edition.pk)
    latest = Job.objects.filter(kind=JOB, subject_id=row.pk).order_by("-pk").first()
    if row.pdf or (latest is not None and latest.is_open):
        return
    _audit(actor, course, "guide.printed_again", row, {"language": row.language})
    jobs.start(kind=JOB, subject_id=row.pk, actor=actor)


def picture_bytes(course_id: int, number: int) -> bytes:
    """Return a guide's picture as the server drew it, a JPEG. Raises DomainError where it is not there any more."""
    page = Preview.objects.unscoped().filter(
        attachment__in=GuidePicture.objects.unscoped().filter(course=course_id, number=number).values("attachment"),
        number=1,
    )
    found = page.first()
    if found is None:
        raise DomainError(_("Picture %(number)s is not there any more.") % {"number": number})
    with default_storage.open(str(found.image.name)) as stored:
        content: bytes = stored.read()
    return content


def _pictures_of(course: Course, numbers: list[int]) -> list[GuidePicture]:
    pages = Prefetch("attachment__previews", Preview.objects.unscoped())
    rows = course.pictures.unscoped().select_related("attachment").prefetch_related(pages)
    found = {row.number: row for row in rows.filter(number__in=numbers)}
    if missing := [number for number in numbers if number not in found]:
        raise DomainError(picture_missing(missing[0]))
    for row in found.values():
        if not is_cleared(row) or not row.attachment.previews.all():
            words = {"number": row.number}
            raise DomainError(
                _("Picture %(number)s is held back, or still being looked through: the guide waits for it.") % words
            )
    return [found[number] for number in numbers]


def _frozen(row: GuidePicture) -> dict[str, Any]:
    drawn = hashlib.sha256(picture_bytes(row.course_id, row.number)).hexdigest()
    return {"number": row.number, "caption": row.caption, "sha256": drawn}


def _next_number(version: CourseVersion, language: str) -> int:
    rows = version.editions.unscoped().filter(language=language)
    return (rows.aggregate(most=Max("number"))["most"] or 0) + 1


def _refuse_same(version: CourseVersion, language: str, content: dict[str, Any]) -> None:
    latest = version.editions.unscoped().filter(language=language).order_by("-number").first()
    if latest is None:
        return
    varying = ("version", "issued_on")
    before, now = ({key: row[key] for key in row if key not in varying} for row in (latest.content, content))
    if before == now:
        raise DomainError(_("This guide was issued as it stands: nothing has changed since."))


def _editions(course: Course) -> Any:
    return GuideEdition.objects.unscoped().filter(version__course=course)


def _audit(actor: User, course: Course, action: str, target: Any, data: dict[str, Any]) -> None:
    audit.record(chain=course.engagement.audit_chain, actor=actor, action=action, target=target, data=data)
