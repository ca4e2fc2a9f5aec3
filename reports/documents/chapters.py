"""Which chapters a document has. A chapter without data is absent, unless its absence would itself be a statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.documents.appendix import InternalAppendix
from reports.documents.closing_report import ClosingReport
from reports.documents.field_manual import FieldManual
from reports.documents.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Chapter:
    """`anchor` is the link's target, `words` what the author wrote at its head; `template` prints the body below, "" where
    there is nothing but words."""

    anchor: str
    title: str | Promise
    template: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    title: Promise
    is_present: Callable[..., object] = lambda document: True


_CLOSING = (
    _Plan("conclusion", _("Conclusion")),
    _Plan("objectives", _("Objectives"), lambda report: report.objectives),
    _Plan("goal_chain", _("Goal chain"), lambda report: report.goal_chain),
    _Plan("course", _("Plan and course"), lambda report: report.plan.rows or report.milestones),
    _Plan("delay", _("Delay ledger"), lambda report: report.delay),
    _Plan("acceptance", _("Acceptance"), lambda report: report.acceptance),
    _Plan("training", _("Training"), lambda report: report.training),
    _Plan("problems", _("Key problems"), lambda report: report.key_problems),
    _Plan("standups", _("Stand-ups and problems"), lambda report: report.standups or report.problem_counts),
    _Plan("contingency", _("Emergencies"), lambda report: report.emergencies),
    _Plan("satisfaction", _("Client satisfaction")),
    _Plan("remaining", _("Remaining issues")),
    _Plan("lessons", _("Lessons and proposals"), lambda report: report.lessons or report.proposals),
    _Plan("follow_ups", _("Follow-up visits"), lambda report: report.follow_ups),
    _Plan("changes", _("Versions"), lambda report: len(report.changes) > 1),
    _Plan("signatures", _("Signatures and verification")),
)
# The author writes around the numbers of these chapters; the conclusion is a text of its own.
NARRATED = {part.name: part.title for part in _CLOSING if part.name not in {"conclusion", "changes", "signatures"}}
# Each chapter stands in it, and says so where there is nothing: an absence would be read as an omission.
_APPENDIX = (
    _Plan("summary", _("Conclusion among ourselves"), lambda appendix: appendix.summary),
    _Plan("lessons", _("Internal lessons")),
    _Plan("problems", _("Internal problems")),
    _Plan("delay", _("With whom the delay lies")),
    _Plan("waivers", _("Waivers")),
    _Plan("standups", _("Missed stand-ups")),
    _Plan("scores", _("Scores, by person")),
    _Plan("forecast", _("How the planned go-live moved")),
    _Plan("verification", _("Verification")),
)
_MANUAL = (
    _Plan("introduction", _("About this engagement"), lambda manual: manual.introduction),
    _Plan("contacts", _("Contacts and escalation"), lambda manual: manual.contacts or manual.escalation),
    _Plan("goals", _("Goals and scope"), lambda manual: manual.objectives or manual.scope or manual.agreements),
    _Plan("functions", _("Functions and business rules"), lambda manual: manual.modules),
    _Plan("plan", _("Plan"), lambda manual: manual.plan.rows or manual.stages),
    _Plan("rollout", _("Roll-out order"), lambda manual: manual.rollout),
    _Plan("standup", _("Daily stand-up"), lambda manual: manual.standup),
    _Plan("calendar", _("Working calendar"), lambda manual: manual.calendar_notes),
    _Plan("contingency", _("Contingency cards"), lambda manual: manual.contingency),
    _Plan("environments", _("Environments and access"), lambda manual: manual.environments),
    _Plan("checklists", _("Checklists"), lambda manual: manual.checklists),
    _Plan("changes", _("Versions"), lambda manual: manual.changes),
    _Plan("signatures", _("Signatures and verification")),
)

# Bodies that more than one document prints.
_FOLDERS = {"signatures": "parts", "changes": "parts"}


def chapters(snapshot: Snapshot) -> tuple[Chapter, ...]:
    """The chapters in printing order; none for a document without chapters."""
    if isinstance(snapshot, ClosingReport):
        return tuple(_present(snapshot, _CLOSING))
    if isinstance(snapshot, FieldManual):
        return tuple(_present(snapshot, _MANUAL))
    if isinstance(snapshot, InternalAppendix):
        return tuple(_present(snapshot, _APPENDIX))
    return ()


def narrated(report: ClosingReport) -> tuple[Chapter, ...]:
    """Every chapter that the author may write around, whether it has a body in this report or not."""
    present = {chapter.anchor: chapter for chapter in chapters(report)}
    parts = (part for part in _CLOSING if part.name in NARRATED)
    return tuple(present.get(part.name, Chapter(part.name, part.title, "")) for part in parts)


def outline(manual: FieldManual) -> tuple[tuple[str, Promise, bool], ...]:
    """Anchor and title of every chapter the manual could have, and whether it stands in this one."""
    return tuple((part.name, part.title, bool(part.is_present(manual))) for part in _MANUAL)


def _present(snapshot: Snapshot, plan: tuple[_Plan, ...]) -> Iterator[Chapter]:
    for part in plan:
        has_body = bool(part.is_present(snapshot))
        words = snapshot.words_on(part.name) if isinstance(snapshot, ClosingReport) else ""
        if has_body or words:
            folder = _FOLDERS.get(part.name, snapshot.kind)
            yield Chapter(part.name, part.title, f"pdf/{folder}/{part.name}.html" if has_body else "", words)
