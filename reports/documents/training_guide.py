"""The printed guide of a course: short, with its case, its steps and pictures, and a code that leads to the materials."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from onsite.core.charts.qr import qr_svg
from onsite.core.markdown import to_html
from reports.documents.snapshot import Snapshot
from training.courses.comparison import compared


@dataclass(frozen=True, kw_only=True)
class GuideStep:
    """One step of a case, one way or the other; `minutes` as a text such as "12.5"."""

    text: str
    minutes: str
    people: int
    error_risk: str
    approvals: int


@dataclass(frozen=True, kw_only=True)
class GuideCase:
    """One piece of work, by hand and with the system."""

    title: str
    situation: str
    times_per_month: int | None
    lesson: str
    manual: tuple[GuideStep, ...]
    system: tuple[GuideStep, ...]


@dataclass(frozen=True, kw_only=True)
class PrintedPicture:
    """A picture that the text calls `picture:<number>`, and the hash of the JPEG that is printed."""

    number: int
    caption: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class TrainingGuide(Snapshot):
    """A guide as it was issued for an accepted version of its course. `text` is Markdown; `url` leads to the materials."""

    kind: ClassVar[str] = "training_guide"
    template: ClassVar[str] = "pdf/training_guide.html"

    course_version: int
    module: str
    roles: tuple[str, ...]
    aim: str
    prerequisites: str
    duration_minutes: int
    why: str
    cases: tuple[GuideCase, ...]
    text: str
    pictures: tuple[PrintedPicture, ...]
    url: str


def guide_context(guide: TrainingGuide) -> dict[str, Any]:
    """Return what its template needs; call it in the guide's language."""
    numbers = {picture.number for picture in guide.pictures}
    return {
        "kind": _("Training guide"),
        "cases": [compared(asdict(case)) for case in guide.cases],
        "body": to_html(guide.text, pictures=lambda number: f"asset:{number}" if number in numbers else None),
        "qr": qr_svg(guide.url, label=_("QR code to the guides and videos of this course")),
    }
