"""Materials for a learner who has not signed in: of the courses of their role, what clients may see."""

from __future__ import annotations

from typing import Any

from training.learning.home import courses_of
from training.materials.shown import guide_rows, learner_door, video_rows
from training.models import Captions, CourseVersion, GuideEdition, Learner, Video


def materials_for(learner: Learner, course_id: int) -> dict[str, Any] | None:
    """Return the context of `learn/materials.html`; None where the course is not one of theirs."""
    taught = next((row for row in courses_of(learner) if row.course.pk == course_id), None)
    if taught is None:
        return None
    newest = newest_of(course_id)
    editions = GuideEdition.objects.unscoped().shared().filter(version__course=course_id)
    videos = Video.objects.unscoped().shared().filter(course=course_id)
    return {
        "title": taught.title,
        "guides": [row for row in guide_rows(editions, newest, learner_door) if row.edition],
        "videos": video_rows(videos, newest, learner_door),
    }


def editions_for(learner: Learner) -> Any:
    """Return the guides this person may read."""
    rows = GuideEdition.objects.unscoped().shared().filter(version__course__in=_courses(learner))
    return rows.select_related("version")


def videos_for(learner: Learner) -> Any:
    """Return the videos this person may watch."""
    return (
        Video.objects.unscoped().shared().filter(course__in=_courses(learner)).select_related("attachment", "version")
    )


def captions_for(learner: Learner) -> Any:
    """Return what is said in them."""
    return Captions.objects.unscoped().shared().filter(video__in=videos_for(learner))


def newest_of(course_id: int) -> CourseVersion | None:
    """Return the version that counts."""
    return CourseVersion.objects.unscoped().filter(course=course_id).order_by("-number").first()


def _courses(learner: Learner) -> list[int]:
    return [row.course.pk for row in courses_of(learner)]
