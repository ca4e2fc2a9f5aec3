"""The time line of a problem: what happened to it, the latest first.

The vendor reads every change from the audit, whichever door it came through: the problem's own pages, a stand-up that
raised, solved or opened it again, a line that was corrected, a measure that was ticked, its evidence. A client reads the steps that both sides share, and never a
value of the audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.models import AuditEntry
from standups.evidence_steps import evidence_steps
from standups.models import Answer, Problem, ProblemAnswer, StandUp
from standups.shown_concern import concern_steps
from standups.steps import Change, Step, changes_in, who_did

_PUBLISHED, _CORRECTED = "stand_up.published", "stand_up.corrected"
_TICKED, _UNTICKED = "concern.measure_done", "concern.measure_undone"
_ANSWER_KINDS = {Answer.SOLVED: "ok", Answer.CHANGED: "info"}
Telling = Sequence[tuple[StandUp, AuditEntry]]


def time_line(problem: Problem, user: User) -> list[Step]:
    """Return the steps this person may see. The problem's engagement, and who and where it was raised, must be loaded.

    Two queries for the vendor and one for a client, whatever happened; for the vendor those for the evidence, and of a
    concern one more, for its answers.
    """
    answers = list(problem.answers.visible_to(user).select_related("stand_up", "author"))
    steps = _for_vendor(problem, answers) if user.is_vendor else _for_client(problem, answers)
    told = [*steps, *concern_steps(problem, user)]
    return sorted(told, key=lambda step: (step.at, step.on or date.min), reverse=True)


def _for_client(problem: Problem, answers: Sequence[ProblemAnswer]) -> Iterator[Step]:
    raised_in = problem.raised_in
    yield _raised(problem, raised_in if raised_in is not None and raised_in.is_published else None)
    for row in answers:
        yield _answered(problem, row)
    said = any(row.answer == Answer.SOLVED and row.stand_up.held_on == problem.solved_on for row in answers)
    if problem.solved_on is not None and not said and not problem.is_concern:
        yield Step(_moment(problem, problem.solved_on, time.max), _("Solved"), on=problem.solved_on, kind="ok")


def _for_vendor(problem: Problem, answers: Sequence[ProblemAnswer]) -> Iterator[Step]:
    days = {row.stand_up_id: row.stand_up for row in answers}
    if problem.raised_in is not None:
        days[problem.raised_in.pk] = problem.raised_in
    told = audit.about(problem.engagement.audit_chain, [problem, *days.values()])
    by_name = Q(action__in=[_PUBLISHED, _CORRECTED, _TICKED, _UNTICKED])
    entries = list(told.filter(Q(action__startswith="problem.") | by_name))
    named = {audit.target_of(day): day for day in days.values()}
    by_day = [(named[entry.target], entry) for entry in entries if entry.target in named]
    own = [entry for entry in entries if entry.target not in named]
    noted_at = next((entry.at for entry in own if entry.action == "problem.raised"), None)
    yield _raised(problem, problem.raised_in, who=problem.raised_by.name, at=noted_at)
    yield from _changed(own)
    published = {day.pk: entry for day, entry in by_day if entry.action == _PUBLISHED}
    for row in answers:
        entry = published.get(row.stand_up_id)
        changes = _changes_of_day(problem, row.stand_up, entry) if entry is not None else ()
        yield _answered(problem, row, who=row.author.name, changes=changes)
    yield from _corrected(problem, by_day)
    yield from evidence_steps(problem)


def _raised(problem: Problem, raised_in: StandUp | None, *, who: str = "", at: datetime | None = None) -> Step:
    """Raised in a stand-up, it became known when that was published."""
    published_at = problem.raised_in.published_at if problem.raised_in is not None else None
    moment = published_at or at or _moment(problem, problem.raised_on, time.min)
    title = _("Raised in the stand-up") if raised_in is not None else _("Raised")
    url = raised_in.get_absolute_url() if raised_in is not None else ""
    return Step(moment, title, on=problem.raised_on, who=who, url=url)


def _answered(problem: Problem, row: ProblemAnswer, *, who: str = "", changes: Sequence[Change] = ()) -> Step:
    """What a stand-up said, where it became known; a draft stands at the end of its day."""
    day = row.stand_up
    return Step(
        day.published_at or _moment(problem, day.held_on, time.max),
        _("Stand-up: %(answer)s") % {"answer": row.get_answer_display()},
        on=day.held_on,
        who=who,
        note=row.note,
        url=day.get_absolute_url(),
        kind=_ANSWER_KINDS.get(Answer(row.answer), "warn"),
        changes=changes,
        is_internal=row.is_internal,
        is_draft=not day.is_published,
    )


def _changed(own: Sequence[AuditEntry]) -> Iterator[Step]:
    """What was changed on the problem's own pages."""
    for entry in own:
        if entry.action in {_TICKED, _UNTICKED}:
            title, kind = (_("Measure done"), "ok") if entry.action == _TICKED else (_("Measure not done yet"), "warn")
            yield Step(entry.at, title, who=who_did(entry), note=str(entry.data.get("measure", "")), kind=kind)
        elif entry.action != "problem.raised":
            title, kind = _title_of(entry)
            yield Step(entry.at, title, who=who_did(entry), kind=kind, changes=tuple(changes_in(entry.data)))


def _title_of(entry: AuditEntry) -> tuple[str, str]:
    was, now = entry.data.get("solved_on", (None, None))
    if now:
        return _("Solved"), "ok"
    return (_("Opened again"), "warn") if was else (pgettext("time line", "Changed"), "")


def _corrected(problem: Problem, by_day: Telling) -> Iterator[Step]:
    """What followed for the problem from a correction of a published day."""
    for day, entry in by_day:
        changes = _changes_of_day(problem, day, entry) if entry.action == _CORRECTED else ()
        if changes:
            title = _("Stand-up of %(day)s corrected") % {"day": date_format(day.held_on)}
            yield Step(entry.at, title, who=who_did(entry), url=day.get_absolute_url(), changes=changes)


def _changes_of_day(problem: Problem, day: StandUp, entry: AuditEntry) -> Sequence[Change]:
    """What the stand-up's own entry says became of this problem."""
    data, held_on = entry.data, str(day.held_on)
    solved = {"solved_on": ["", held_on]} if problem.pk in data.get("solved", ()) else {}
    reopened = {"solved_on": [held_on, ""]} if problem.pk in data.get("reopened", ()) else {}
    return tuple(changes_in({**data.get("problems", {}).get(str(problem.pk), {}), **reopened, **solved}))


def _moment(problem: Problem, day: date, hour: time) -> datetime:
    return problem.engagement.local(day, hour)
