"""Go-live, the review, the end, and the documents."""

from __future__ import annotations

from datetime import timedelta

import structlog

from engagements import gates
from engagements.models import Phase
from onsite.core.errors import DomainError
from reports.demo import deciding
from reports.demo.story import Paper
from reports.demo.telling import Telling
from reports.figures.weekly import Week
from reports.models import DocumentKind
from reports.services import draft_of, issue_document, next_version, save_draft

log = structlog.get_logger(__name__)


def go_on(telling: Telling, number: int) -> None:
    """What this day brought: the decision to go live, or the next phase."""
    story = telling.story
    deciding.go_on(telling, number)
    if story.review_on == number:
        gates.change_phase(actor=telling.manager, engagement=telling.engagement, to=Phase.REVIEW)
    if story.closed_on == number:
        _close(telling)


def _close(telling: Telling) -> None:
    waiver = telling.story.closes_with
    if waiver is not None:
        gates.waive(
            actor=telling.manager,
            engagement=telling.engagement,
            obstacle=waiver.obstacle,
            reason=waiver.reason,
            due_on=telling.days.today + timedelta(days=waiver.due_in),
        )
    gates.change_phase(actor=telling.manager, engagement=telling.engagement, to=Phase.CLOSED)


def write_papers(telling: Telling, number: int | None) -> None:
    """Draft and issue the documents of this day, those of no day for None; the worker prints them once it runs."""
    for paper in telling.story.papers:
        if paper.day != number:
            continue
        period = _period(telling, paper)
        save_draft(
            actor=telling.lead,
            engagement=telling.engagement,
            kind=paper.kind,
            period=period,
            version=draft_of(telling.engagement, paper.kind, period).version,
            summary=paper.summary,
            proposals="\n".join(paper.proposals),
            changes=paper.changes,
            narrative=paper.narrative,
        )
        _issue(telling, paper, period)


def _period(telling: Telling, paper: Paper) -> str:
    """Return the week that a weekly report tells of: the one before its day, because that one is whole."""
    if paper.kind != DocumentKind.WEEKLY_REPORT:
        return ""
    return Week.of(telling.days.today if paper.day is None else telling.days.on(paper.day)).before.code


def _issue(telling: Telling, paper: Paper, period: str) -> None:
    engagement = telling.engagement
    try:
        issue_document(
            actor=telling.manager,
            engagement=engagement,
            kind=paper.kind,
            period=period,
            language=engagement.language,
            version=next_version(engagement, paper.kind, period),
            on=None if paper.day is None else telling.days.on(paper.day),
        )
    except DomainError as error:
        # A machine without Chinese fonts can still show the rest: the draft is there to be issued later.
        log.warning("demo_document_not_issued", kind=paper.kind.value, reason=error.message)
