"""What a problem's page shows of a concern, its answers and the evidence: to each reader what they may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from engagements.found import Found, found_in
from engagements.models import Engagement, Preview
from engagements.workspace import person
from onsite.accounts.models import User
from onsite.core.scanner import FindingKind
from standups.first_answers import Wait, usual_wait, wait_between
from standups.models import ConcernState, Evidence, Problem, Remedy, Reply
from standups.steps import Step


@dataclass(frozen=True)
class ConcernSummary:
    """The concerns of an engagement in a line."""

    count: int
    open_count: int
    usual: Wait | None


def concern_context(request: HttpRequest, engagement: Engagement, problem: Problem) -> dict[str, Any]:
    """Return what `standups/parts/concern.html` and `evidence_list.html` need."""
    user = person(request)
    shown: dict[str, Any] = {
        "evidence": list(problem.evidence.visible_to(user).select_related("attachment", "added_by")),
        "evidence_kinds": kinds_for(engagement),
    }
    if not problem.is_concern:
        return shown
    replies = _replies(problem, user)
    given = [reply for reply in replies if reply.is_given]
    return shown | {
        "who_said": problem.said_by or problem.said_by_name,
        "waited": _waited(problem, engagement),
        "answer": given[-1] if given else None,
        "earlier": list(reversed(given[:-1])),
        "draft": next((reply for reply in replies if not reply.is_given), None),
        "waits_for_us": problem.concern_state == ConcernState.OPEN,
        "waits_for_client": problem.concern_state == ConcernState.ANSWERED,
    }


def concern_summary(user: User, engagement: Engagement) -> ConcernSummary:
    """Return how many concerns this person may see, how many are not settled, and the median time to a first answer."""
    rows = list(
        engagement.problems.visible_to(user).concerns().values_list("said_at", "first_answered_at", "concern_state")
    )
    calendar, zone = engagement.working_calendar, engagement.zone
    waits = [wait_between(said, answered, calendar, zone) for said, answered, _state in rows if said and answered]
    unsettled = sum(state != ConcernState.CONFIRMED for _said, _answered, state in rows)
    return ConcernSummary(len(rows), unsettled, usual_wait(waits))


def concern_steps(problem: Problem, user: User) -> Iterator[Step]:
    """Yield the answers that were given and what the client said of each, for the time line; to both sides the same."""
    if not problem.is_concern:
        return
    rows = problem.replies.visible_to(user).given().select_related("answered_by", "verdict_by", "verdict_recorded_by")
    for reply in rows:
        if reply.answered_at is not None and reply.answered_by is not None:
            yield Step(reply.answered_at, _("Answered"), who=reply.answered_by.name, kind="info")
        if reply.verdict_at is not None:
            who = reply.verdict_by.name if reply.verdict_by else reply.verdict_by_name
            kind = "ok" if reply.verdict == Reply.Verdict.CONFIRMED else "warn"
            yield Step(reply.verdict_at, reply.get_verdict_display(), who=who, note=reply.verdict_note, kind=kind)


def kinds_for(engagement: Engagement) -> list[Evidence.Kind]:
    """Return which kinds of evidence can be added: where data stays on site, only where it lies."""
    if engagement.data_stays_on_site:
        return [Evidence.Kind.REFERENCE]
    return [Evidence.Kind.FILE, Evidence.Kind.QUERY]


def findings_of(evidence: Evidence) -> list[Found]:
    """Return what holds a piece back, in the active language: in what was typed, and in its file."""
    typed = [_typed(plain) for plain in evidence.findings] if evidence.is_held else []
    held = evidence.attachment if evidence.is_file_held else None
    return [*typed, *(found_in(held) if held else [])]


def _typed(plain: dict[str, str]) -> Found:
    field: Any = Evidence._meta.get_field(plain["place"])
    return Found(str(FindingKind(plain["kind"]).label), capfirst(str(field.verbose_name)), plain["sample"], 1)


def pages_of(evidence: Evidence) -> list[Preview]:
    """Return the pictures of a file's pages. Whoever may see the evidence may see them: the file itself is internal."""
    return list(evidence.attachment.previews.unscoped()) if evidence.attachment else []


def _replies(problem: Problem, user: User) -> list[Reply]:
    remedies = Prefetch("remedies", queryset=Remedy.objects.visible_to(user))
    people = ("answered_by", "written_by", "verdict_by", "verdict_recorded_by")
    return list(problem.replies.visible_to(user).select_related(*people).prefetch_related(remedies).order_by("round"))


def _waited(problem: Problem, engagement: Engagement) -> Wait | None:
    if problem.said_at is None or problem.first_answered_at is None:
        return None
    return wait_between(problem.said_at, problem.first_answered_at, engagement.working_calendar, engagement.zone)
