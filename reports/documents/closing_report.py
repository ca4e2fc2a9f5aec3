"""The closing report (R1): the client's document, so nothing internal belongs in its snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from reports.documents.acceptance import Acceptance
from reports.documents.codec import ADDED_LATER
from reports.documents.course import ProblemPoint, ProgressPoint
from reports.documents.delay import Delay
from reports.documents.goal_chain import PrintedChain
from reports.documents.parts import Change, Objective, Plan, Side, Signatory
from reports.documents.snapshot import Snapshot
from reports.figures.attainment import Verdict


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The four figures at the top. `slip_days`: working days against the baseline, negative = early, None = no go-live yet."""

    objectives_met: int
    objectives_total: int
    slip_days: int | None
    open_items: int


@dataclass(frozen=True, kw_only=True)
class QuestionMean:
    """One of the engagement's own questions: the mean of its marks, from how many answers."""

    text: str
    score: Decimal
    answers: int


@dataclass(frozen=True, kw_only=True)
class Satisfaction:
    """The client's score (`score` of `out_of`), from how many answers, of which so many came on paper, and the means of
    the own questions. Never who said what; `text` stands in reports of earlier releases only."""

    score: Decimal
    out_of: int
    answers: int
    text: str = ""
    on_paper: int = field(default=0, metadata=ADDED_LATER)
    questions: tuple[QuestionMean, ...] = field(default=(), metadata=ADDED_LATER)


@dataclass(frozen=True, kw_only=True)
class ObjectiveResult:
    """An objective and how it ended. `verdict` comes from `reports.figures.attainment`, never from a person."""

    objective: Objective
    result: Decimal | None
    verdict: Verdict
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class MilestoneResult:
    """How far a milestone ended from its baseline, and why."""

    title: str
    baseline_on: date | None
    actual_on: date
    slip_days: int | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class KeyProblem:
    """A problem told to its end. Empty parts are left out of the page."""

    title: str
    raised_on: date
    symptom: str
    cause: str = ""
    fix: str = ""
    prevention: str = ""


@dataclass(frozen=True, kw_only=True)
class StandupFacts:
    """What the client may read of the rhythm; agreed days that were missed stay with the vendor."""

    held_days: int
    average_minutes: Decimal | None


@dataclass(frozen=True, kw_only=True)
class StateCount:
    """How many problems ended in a state; `label` is its word in the document's language."""

    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class EmergencyCount:
    """How often a kind of emergency came, and how fast somebody responded: `kept` of `answered` limits. `longest_minutes`
    is None where nobody responded yet; `label` is the kind's word in the document's language."""

    label: str
    invoked: int
    answered: int
    kept: int
    longest_minutes: int | None


@dataclass(frozen=True, kw_only=True)
class EmergencyCase:
    """One emergency: when at the site, the first response in minutes against its limit, and the cause ("" while it runs)."""

    title: str
    on: date
    limit_minutes: int
    response_minutes: int | None
    is_kept: bool
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class Emergencies:
    """Every time a contingency plan was needed: in all, by kind, and one by one."""

    total: EmergencyCount
    by_kind: tuple[EmergencyCount, ...]
    cases: tuple[EmergencyCase, ...]


@dataclass(frozen=True, kw_only=True)
class RemainingIssue:
    """What is still to do after closing, whose step is next, and by when."""

    title: str
    next_step: Side
    owner: str
    due_on: date | None


@dataclass(frozen=True, kw_only=True)
class TrainedRole:
    """A role: how many of its people must be ready for go-live, and how many were trained and passed."""

    name: str
    needed: int
    trained: int


@dataclass(frozen=True, kw_only=True)
class TaughtCourse:
    """An accepted course, and how many of those who must learn it passed. Never who, never a score."""

    title: str
    passed: int
    of: int


@dataclass(frozen=True, kw_only=True)
class TrainingResults:
    """How ready the client's people are, by role and by course, and how often somebody was taught."""

    roles: tuple[TrainedRole, ...]
    courses: tuple[TaughtCourse, ...] = ()
    sessions: int = 0

    @property
    def needed(self) -> int:
        return sum(role.needed for role in self.roles)

    @property
    def trained(self) -> int:
        """More than are needed in one role make up for none in another."""
        return sum(min(role.trained, role.needed) for role in self.roles)


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson that is shared with the client: what happened (`text`), why, and the rule from now on. In reports of earlier
    releases a proposal stands here, too."""

    title: str
    text: str = ""
    why: str = field(default="", metadata=ADDED_LATER)
    rule: str = field(default="", metadata=ADDED_LATER)


@dataclass(frozen=True, kw_only=True)
class Narrative:
    """The author's words at the head of a chapter, by its anchor."""

    chapter: str
    text: str


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """A planned visit after go-live; `label` ("after one month") and `channel` ("video call") in the document's language."""

    label: str
    planned_on: date
    channel: str


@dataclass(frozen=True, kw_only=True)
class ClosingReport(Snapshot):
    """Everything that the report prints, and nothing else.

    `audit_head` is the hash of the engagement's last audit entry; `verify_url` is what the QR code holds.
    """

    kind: ClassVar[str] = "closing_report"
    template: ClassVar[str] = "pdf/closing_report.html"

    core_task: str
    onsite_from_on: date
    onsite_to_on: date
    client_pm_name: str
    lead_name: str
    summary: str
    facts: Facts
    satisfaction: Satisfaction | None
    verify_url: str
    audit_head: str
    objectives: tuple[ObjectiveResult, ...] = ()
    plan: Plan = field(default_factory=Plan)
    milestones: tuple[MilestoneResult, ...] = ()
    key_problems: tuple[KeyProblem, ...] = ()
    problem_counts: tuple[StateCount, ...] = ()
    standups: StandupFacts | None = None
    remaining_issues: tuple[RemainingIssue, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    signatories: tuple[Signatory, ...] = ()
    emergencies: Emergencies | None = field(default=None, metadata=ADDED_LATER)
    acceptance: Acceptance | None = field(default=None, metadata=ADDED_LATER)
    training: TrainingResults | None = field(default=None, metadata=ADDED_LATER)
    proposals: tuple[str, ...] = field(default=(), metadata=ADDED_LATER)
    narrative: tuple[Narrative, ...] = field(default=(), metadata=ADDED_LATER)
    changes: tuple[Change, ...] = field(default=(), metadata=ADDED_LATER)
    delay: Delay | None = field(default=None, metadata=ADDED_LATER)
    goal_chain: PrintedChain | None = field(default=None, metadata=ADDED_LATER)
    progress: tuple[ProgressPoint, ...] = field(default=(), metadata=ADDED_LATER)
    problem_flow: tuple[ProblemPoint, ...] = field(default=(), metadata=ADDED_LATER)

    def words_on(self, chapter: str) -> str:
        """Return what the author wrote at the head of this chapter, "" for nothing."""
        return next((words.text for words in self.narrative if words.chapter == chapter), "")
