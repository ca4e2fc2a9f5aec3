"""Where a course stands: worked on, accepted, changed since, retired; and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from onsite.core.errors import Obstacle
from training.courses.content import Content, hash_of
from training.models import Course, CourseVersion


@dataclass(frozen=True, slots=True)
class Tag:
    """A state in one word, and the kind of `components/tag.html`."""

    text: str
    kind: str


def has_case(content: Content) -> bool:
    """Say whether there is a case that compares both ways."""
    return any(case["manual"] and case["system"] for case in content["cases"])


def tag_of(course: Course, content: Content, version: CourseVersion | None) -> Tag:
    """Return the vendor's word for where the course stands; `content` is what it says now."""
    if course.retired_at is not None:
        return Tag(pgettext("course", "retired"), "")
    if version is not None and hash_of(content) != version.content_hash:
        return Tag(_("changed since v%(version)s") % {"version": version.number}, "warn")
    if version is not None:
        return accepted_tag(version)
    if not has_case(content):
        return Tag(_("no case yet"), "warn")
    return Tag(pgettext("course", "draft"), "info")


def accepted_tag(version: CourseVersion) -> Tag:
    """Return the word for a version that counts."""
    return Tag(_("accepted v%(version)s") % {"version": version.number}, "ok")


def obstacles_of(course: Course, content: Content) -> list[Obstacle]:
    """Return everything that stands against accepting the course, each with the page that mends it."""
    words = reverse("training:course_edit", args=[course.engagement_id, course.pk])
    found = []
    if not content["cases"]:
        case = reverse("training:case_create", args=[course.engagement_id, course.pk])
        found.append(
            Obstacle("no_case", _("There is no case yet: show the manual way beside the system's way."), case)
        )
    elif not has_case(content):
        case = course.get_absolute_url() + "#cases"
        found.append(Obstacle("no_steps", _("No case has a step on each way yet."), case))
    if not content["aim"].strip():
        found.append(Obstacle("no_aim", _("It does not say its aim yet."), words))
    if not content["why"].strip():
        found.append(Obstacle("no_why", _("It does not say yet why the system is designed so."), words))
    if not content["roles"]:
        found.append(Obstacle("no_roles", _("It is for no role yet."), words))
    return found
