"""The training chapter: how many of the client's people are ready, by role and by course; never who, never a score."""

from __future__ import annotations

from engagements.models import Engagement
from reports.documents.closing_report import TaughtCourse, TrainedRole, TrainingResults
from training.results.shown import coverage_of


def training_of(engagement: Engagement) -> TrainingResults | None:
    """Return the chapter; None where no role was to be trained. Nine queries, however many roles and courses there are."""
    found = coverage_of(engagement)
    if not found.rows:
        return None
    return TrainingResults(
        roles=tuple(
            TrainedRole(name=row.role.name, needed=row.role.needed, trained=row.trained) for row in found.rows
        ),
        courses=tuple(
            TaughtCourse(title=cell.course.title, passed=cell.passed, of=cell.of) for cell in found.totals if cell.of
        ),
        sessions=engagement.training_sessions.unscoped().held().count(),
    )
