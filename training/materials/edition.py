"""What a guide says when it is issued: one plain value that is frozen, hashed and printed (`reports` prints it)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from engagements.models import CLEARED
from onsite.core import company
from onsite.core.markdown import to_html
from training.courses.content import Content
from training.models import CourseVersion, Guide, GuidePicture

KIND, SCHEMA = "training_guide", 1
JOB = "guide"


def pictures_in(text: str) -> list[int]:
    """Return the numbers of the pictures that a guide's Markdown shows, each once, in order: those its readers would
    see, so a number in a piece of code is none."""
    numbers: set[int] = set()
    to_html(text, pictures=numbers.add)
    return sorted(numbers)


def materials_url(course_id: int) -> str:
    """Return the address that the code on a guide leads to."""
    return settings.BASE_URL + reverse("learn:course", args=[course_id])


def content_of_edition(
    guide: Guide, version: CourseVersion, number: int, pictures: list[dict[str, Any]], issued_on: str
) -> Content:
    """Return all that the printed guide says. `pictures` hold number, caption, and the hash of the drawn picture."""
    said = version.content
    engagement, ours = guide.course.engagement, company.current()
    # As the snapshots of all documents: what is not there is not written, so that older ones keep their hashes.
    looks = {"accent": ours.accent, "logo": ours.logo_hash}
    return {
        **{name: said for name, said in looks.items() if said},
        "kind": KIND,
        "schema": SCHEMA,
        "language": guide.language,
        "title": said["title"],
        "engagement_name": engagement.name,
        "client_name": engagement.client.name,
        "vendor_name": company.name_of(ours),
        "version": f"{version.number}.{number}",
        "issued_on": issued_on,
        "course_version": version.number,
        "module": said["module"],
        "roles": said["roles"],
        "aim": said["aim"],
        "prerequisites": said["prerequisites"],
        "duration_minutes": said["duration_minutes"],
        "why": said["why"],
        "cases": said["cases"],
        "text": guide.text,
        "pictures": pictures,
        "url": materials_url(guide.course_id),
    }


def is_cleared(picture: GuidePicture) -> bool:
    """Say whether clients may see this picture."""
    return picture.attachment.scan in CLEARED
