"""What a story is made of. Days are counted in the site's working days: 1 is the first day on site, 0 the one before."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engagements.models import CoreTask, Direction, StageKind
from engagements.models.client import Industry
from onsite.accounts.roles import Part, Role
from reports.demo.lessons import Training
from reports.demo.preparation import Preparation
from reports.demo.proof import Proof
from reports.demo.review import Review
from reports.demo.voices import Voices
from reports.models import DocumentKind
from standups.models import Answer, Kind, Party, Severity


@dataclass(frozen=True)
class Person:
    """Somebody of the vendor or of a client; `key` names them inside the stories."""

    key: str
    name: str
    email: str
    role: Role
    title: str


@dataclass(frozen=True)
class Company:
    """A client."""

    name: str
    short_name: str
    industry: Industry


@dataclass(frozen=True)
class Seat:
    """Who has which part."""

    person: str
    part: Part
    phone: str = ""


@dataclass(frozen=True)
class Goal:
    """An objective; it is due `due_after` calendar days after the agreed day. With a `role` it is measured by how many of
    its people were trained and passed, else by readings."""

    title: str
    metric: str
    unit: str
    baseline: Decimal | None
    target: Decimal
    direction: Direction
    how_measured: str
    due_after: int = 0
    role: str = ""


@dataclass(frozen=True)
class Scope:
    """A line of the scope; one that is left out says why."""

    text: str
    is_included: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Measured:
    """A reading of the goal at `goal` (counted from 0), taken by the lead on `day`."""

    day: int
    goal: int
    value: Decimal
    evidence: str


@dataclass(frozen=True)
class OnScreen:
    """A person of the client signs on screen."""

    day: int
    person: str


@dataclass(frozen=True)
class OnPaper:
    """A sheet comes back signed and chopped; the lead registers it, and `checked_by` looks at the scan, if anybody did."""

    day: int
    person: str
    checked_by: str = ""


@dataclass(frozen=True)
class Freeze:
    """Goals and scope are frozen for signing; `adds` is what came into the text since the version before."""

    day: int
    signatures: tuple[OnScreen | OnPaper, ...] = ()
    adds: tuple[Scope, ...] = ()


@dataclass(frozen=True)
class LetPass:
    """The manager waives what is missing before execution, to be mended `due_in` calendar days from today."""

    obstacle: str
    reason: str
    due_in: int


@dataclass(frozen=True)
class Move:
    """A stage's progress on a day; `finish` is the day on which it is then planned to end, where that moved."""

    day: int
    kind: StageKind
    percent: int
    finish: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Internal:
    """A line or a problem that the client never sees."""

    text: str


@dataclass(frozen=True)
class Told:
    """A key problem, told to its end in the closing report."""

    symptom: str
    cause: str
    fix: str
    prevention: str


@dataclass(frozen=True)
class Trouble:
    """A problem that a stand-up raised; it is due `due_in` working days later. `owner` cares for it, the lead where nobody
    is named; `functions` and `tasks` are names, `goals` counted from 0."""

    key: str
    text: str | Internal
    severity: Severity = Severity.MAJOR
    party: Party = Party.VENDOR
    role: str = ""
    due_in: int | None = None
    told: Told | None = None
    kind: Kind = Kind.OTHER
    owner: str = ""
    next_step: str = ""
    functions: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    goals: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reply:
    """What a stand-up said of an open problem; those without a reply are still there."""

    key: str
    answer: Answer
    note: str = ""


@dataclass(frozen=True)
class Day:
    """One stand-up. Yesterday's lines are the plan of the one before; `left` are those of them not done (from 0)."""

    number: int
    plan: tuple[str | Internal, ...]
    done: tuple[str | Internal, ...] = ()
    left: tuple[int, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    replies: tuple[Reply, ...] = ()
    guests: tuple[str, ...] = ()
    minutes: int = 15


@dataclass(frozen=True)
class Paper:
    """The words of a document, issued on the story's day `day`, today where none is told; `changes` is what the author
    notes of the version before, `narrative` the words on chapters by their anchors. A weekly report tells of the week before that day."""

    kind: DocumentKind
    summary: str
    proposals: tuple[str, ...] = ()
    day: int | None = None
    changes: str = ""
    narrative: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TodayIs:
    """The newest working day is the story's day `day`."""

    day: int


@dataclass(frozen=True)
class WentLive:
    """It went live on the story's day `day`, `days_ago` calendar days before today (or the working day before that)."""

    day: int
    days_ago: int


@dataclass(frozen=True)
class Story:
    """One engagement from the first talk to where it stands today."""

    company: Company
    name: str
    core_task: CoreTask
    purpose: str
    site: str
    known_from: int
    agreed_days: int
    seats: tuple[Seat, ...]
    goals: tuple[Goal, ...]
    scope: tuple[Scope, ...]
    freezes: tuple[Freeze, ...]
    anchor: TodayIs | WentLive
    preparation: Preparation
    signs_on_paper: bool = False
    in_writing: bool = False
    lets_pass: tuple[LetPass, ...] = ()
    execution_on: int | None = None
    review_on: int | None = None
    closed_on: int | None = None
    closes_with: LetPass | None = None
    moves: tuple[Move, ...] = ()
    days: tuple[Day, ...] = ()
    readings: tuple[Measured, ...] = ()
    papers: tuple[Paper, ...] = ()
    today_is_open: bool = False
    regulars: tuple[str, ...] = ()
    voices: Voices = field(default_factory=Voices)
    proof: Proof = field(default_factory=Proof)
    training: Training = field(default_factory=Training)
    review: Review = field(default_factory=Review)

    @property
    def lead(self) -> str:
        """The key of the person who leads it."""
        return next(seat.person for seat in self.seats if seat.part == Part.LEAD)
