"""What a story's review is made of. Days are the story's own working days, as in `story`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from engagements.models import FollowUpVisit, Survey
from engagements.models.client import Industry
from reports.models import VisitIssue

Ask: TypeAlias = Survey.Ask
Condition: TypeAlias = FollowUpVisit.Condition
Channel: TypeAlias = FollowUpVisit.Channel
Outcome: TypeAlias = VisitIssue.Outcome


@dataclass(frozen=True)
class Opinion:
    """What somebody answered: the overall mark, the own questions by their number from 1, and free words. On paper it is
    entered by the lead, with a scan."""

    day: int
    person: str
    overall: int
    own: Mapping[int, int | str] = field(default_factory=dict)
    text: str = ""
    on_paper: bool = False


@dataclass(frozen=True)
class Asked:
    """The survey at the end, asked of these people. Answers are taken until `closes_in` calendar days from today, or until
    the story's day `last_day`."""

    day: int
    questions: tuple[tuple[str, Ask], ...]
    people: tuple[str, ...]
    opinions: tuple[Opinion, ...]
    closes_in: int = 10
    last_day: int | None = None


@dataclass(frozen=True)
class Letter:
    """A standing rule that a lesson became on day `day`: clients of this industry sign a text before execution."""

    day: int
    title: str
    text: str
    industry: Industry
    heading: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...]


@dataclass(frozen=True)
class Learned:
    """A lesson, written down on a day; `letter` is what binds later engagements because of it."""

    day: int
    title: str
    what: str
    why: str
    rule: str
    is_internal: bool = False
    letter: Letter | None = None


@dataclass(frozen=True)
class Word:
    """What somebody of the client's says on a day of the newest lines of the delay ledger: of the first one, or `line`."""

    day: int
    person: str
    objection: str = ""
    line: int = 0


@dataclass(frozen=True)
class Ledger:
    """The delay ledger, published on a day, and what the client says of it."""

    day: int
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Visited:
    """A follow-up visit, held on the day on which it was due. `found` are the objectives measured again, counted from 0;
    `heard` is what was said of remaining issues by their keys; `needs` the lead follows up."""

    kind: FollowUpVisit.Kind
    spoke_with: str
    condition: Condition
    how_it_runs: str
    satisfaction: int
    note: str = ""
    found: Mapping[int, tuple[Decimal, str]] = field(default_factory=dict)
    heard: Mapping[str, tuple[Outcome, str]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    channel: Channel = Channel.VIDEO


@dataclass(frozen=True)
class Review:
    """Everything between go-live and the last visit but the report itself."""

    asked: Asked | None = None
    learned: tuple[Learned, ...] = ()
    ledger: Ledger | None = None
    visits: tuple[Visited, ...] = ()

    @property
    def last_day(self) -> int:
        """The last of the days it names; visits have days of their own."""
        days = [lesson.day for lesson in self.learned]
        days += [lesson.letter.day for lesson in self.learned if lesson.letter]
        if self.asked is not None:
            days += [self.asked.day, *(opinion.day for opinion in self.asked.opinions)]
        if self.ledger is not None:
            days += [self.ledger.day, *(word.day for word in self.ledger.words)]
        return max(days, default=0)
