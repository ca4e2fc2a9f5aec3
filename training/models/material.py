"""What people learn with: the short guide as PDF and the short video (E4)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import CLEARED, Attachment
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from training.models.course import Course, CourseVersion

LANGUAGES = [("zh-hans", "中文"), ("en", "English")]


class GuideQuerySet(ScopedQuerySet["Guide"]):
    """The words of guides; a client reads what was issued."""

    engagement_path = "course__engagement_id"

    def shared(self) -> Self:
        return self.none()


class Guide(models.Model):
    """The words of a course's guide in one language, in Markdown; its pictures are `GuidePicture`s."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="guides")
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    text = models.TextField(_("guide"), blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(auto_now=True)

    objects = GuideQuerySet.as_manager()

    class Meta:
        ordering = ["course_id", "language"]
        constraints = [models.UniqueConstraint(fields=["course", "language"], name="guide_one_per_language")]


class GuidePictureQuerySet(ScopedQuerySet["GuidePicture"]):
    """Pictures of guides; a client sees them printed in the guides that were issued."""

    engagement_path = "course__engagement_id"

    def shared(self) -> Self:
        return self.none()


class GuidePicture(models.Model):
    """A picture that a course's guides may show: in the text it is called `picture:<number>`."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="pictures")
    number = models.PositiveSmallIntegerField()
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(pgettext_lazy("picture", "what it shows"), max_length=200)

    objects = GuidePictureQuerySet.as_manager()

    class Meta:
        ordering = ["course_id", "number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="guide_picture_number_once")]


class GuideEditionQuerySet(ScopedQuerySet["GuideEdition"]):
    """Issued guides; a client sees those whose PDF is ready."""

    engagement_path = "version__course__engagement_id"

    def shared(self) -> Self:
        return self.ready()

    def ready(self) -> Self:
        return self.exclude(pdf="")


class GuideEdition(models.Model):
    """A guide as it was issued for one accepted version, frozen: `content` is all it says, `pdf` the bytes printed from it.

    It is out of date once a newer version of the course was accepted.
    """

    version = models.ForeignKey(CourseVersion, on_delete=models.CASCADE, related_name="editions")
    language = models.CharField(max_length=10, choices=LANGUAGES)
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    pdf = models.FileField(upload_to="guides/%Y/%m", max_length=200, blank=True)
    pdf_hash = models.CharField(max_length=64, blank=True)
    renderer = models.JSONField(default=dict)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    objects = GuideEditionQuerySet.as_manager()

    class Meta:
        ordering = ["version_id", "language", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "language", "number"], name="guide_edition_once"),
            models.CheckConstraint(
                condition=Q(pdf="", pdf_hash="") | ~Q(pdf="") & ~Q(pdf_hash=""), name="guide_edition_hash_with_pdf"
            ),
        ]


class VideoQuerySet(ScopedQuerySet["Video"]):
    """Videos; a client sees those shown for an accepted version, once an uploaded one is cleared; of a retired course
    too."""

    engagement_path = "course__engagement_id"

    def shared(self) -> Self:
        cleared = Q(attachment=None) | Q(attachment__scan__in=CLEARED)
        return self.filter(cleared, version__isnull=False)


class Video(models.Model):
    """A short video of a course: uploaded (`attachment`) or linked (`link`), one of the two.

    `version` is the accepted version it was made for; without one only the vendor sees it. `poster` is a JPEG.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="videos")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("video"), max_length=120)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    attachment = models.OneToOneField(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    link = models.URLField(_("link"), max_length=500, blank=True)
    poster = models.FileField(upload_to="posters/%Y/%m", max_length=200, blank=True)
    version = models.ForeignKey(CourseVersion, null=True, on_delete=models.PROTECT, related_name="videos")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VideoQuerySet.as_manager()

    class Meta:
        ordering = ["course_id", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(attachment=None) & ~Q(link="") | Q(attachment__isnull=False, link=""),
                name="video_uploaded_or_linked",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="video_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.title


class CaptionsQuerySet(ScopedQuerySet["Captions"]):
    """Captions; visible as their video is."""

    engagement_path = "video__course__engagement_id"

    def shared(self) -> Self:
        return self.filter(video__in=Video.objects.unscoped().shared())


class Captions(models.Model):
    """What is said in a video in one language: `text` is WebVTT as we wrote it anew from what was uploaded."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    text = models.TextField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now=True)

    objects = CaptionsQuerySet.as_manager()

    class Meta:
        ordering = ["video_id", "language"]
        constraints = [models.UniqueConstraint(fields=["video", "language"], name="captions_one_per_language")]
