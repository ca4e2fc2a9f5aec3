"""The page of the delay ledger: each milestone's slip, its lines with their causes, and what the client said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engagements.models import Engagement, Publication, StageKind
from engagements.planning import shift_words
from onsite.accounts.models import User
from reports.delay import EngagementDelay, MilestoneDelay, delay_of, mark_of, told_of, voices_of
from reports.delay_words import Cause, Share, causes_of, return_words, shares_of
from reports.figures.delay import DelayLine
from reports.models import DelayVoice


@dataclass(frozen=True)
class Voice:
    """What one of the client's people said; `is_stale` where the line says something else by now."""

    name: str
    agrees: bool
    comment: str
    said_at: datetime
    is_stale: bool
    is_own: bool


@dataclass(frozen=True)
class Line:
    """The days of one day. `returns` say what was taken off since, one sentence each."""

    arose_on: date
    days: int
    left: int
    shares: tuple[Share, ...]
    causes: tuple[Cause, ...]
    returns: tuple[str, ...]
    voices: tuple[Voice, ...]
    mark: str

    @property
    def own(self) -> Voice | None:
        """What the reader said, where it is of the line as it stands."""
        return next((voice for voice in self.voices if voice.is_own and not voice.is_stale), None)


@dataclass(frozen=True)
class Milestone:
    """One milestone with its slip in words, the newest line first."""

    stage_id: int
    title: str
    agreed_on: date
    planned_on: date
    slip: int
    slip_words: str
    shares: tuple[Share, ...]
    lines: tuple[Line, ...]
    is_last: bool


@dataclass(frozen=True)
class DelayPage:
    """`is_slipped`: there is any line at all."""

    milestones: tuple[Milestone, ...]
    publication: Publication | None
    for_client: bool

    @property
    def is_slipped(self) -> bool:
        return any(row.lines for row in self.milestones)

    def find(self, stage_id: int, arose_on: date) -> tuple[Milestone, Line] | None:
        """Return a line with its milestone."""
        for row in self.milestones:
            for line in row.lines:
                if (row.stage_id, line.arose_on) == (stage_id, arose_on):
                    return row, line
        return None


def publication_of(engagement: Engagement) -> Publication | None:
    """Return who published the ledger and when, None while it is the vendor's. One query."""
    rows = engagement.publications.unscoped().filter(item=Publication.Item.DELAY)
    return rows.select_related("published_by").first()


def delay_page(engagement: Engagement, user: User, *, as_client: bool) -> DelayPage | None:
    """Return the page as this person reads it, None where there is none for them: a client whose vendor hasn't published
    it. `as_client` shows the vendor what the client reads. Seven queries."""
    publication = publication_of(engagement)
    if user.is_client and publication is None:
        return None
    for_client = as_client or user.is_client
    found = delay_of(engagement, for_client=for_client)
    # A voice was told the client's line: the vendor's own may count more, so staleness goes by the client's.
    theirs = found if for_client else delay_of(engagement, for_client=True)
    voices = voices_of(engagement)
    rows = tuple(_milestone(row, found, theirs, voices, user) for row in found.milestones)
    return DelayPage(rows, publication, for_client)


def _milestone(
    row: MilestoneDelay,
    found: EngagementDelay,
    theirs: EngagementDelay,
    voices: Mapping[tuple[int, date], Sequence[DelayVoice]],
    user: User,
) -> Milestone:
    shown = theirs.milestone(row.stage.pk)
    lines = [
        Line(
            arose_on=line.arose_on,
            days=line.days,
            left=line.left,
            shares=shares_of(line.shares, line.unattributed, line.left),
            causes=tuple(causes_of(line, found.problems)),
            returns=return_words(line),
            voices=tuple(
                _voices(
                    voices.get((row.stage.pk, line.arose_on), ()), shown.line(line.arose_on) if shown else None, user
                )
            ),
            mark=mark_of(line),
        )
        for line in reversed(row.ledger.lines)
    ]
    slip = row.ledger.slip
    return Milestone(
        stage_id=row.stage.pk,
        title=str(row.stage),
        agreed_on=row.agreed_on,
        planned_on=row.planned_on,
        slip=slip,
        slip_words=shift_words(slip),
        shares=shares_of(row.ledger.attributed, row.ledger.unattributed, slip),
        lines=tuple(lines),
        is_last=row.stage.kind == StageKind.GO_LIVE,
    )


def _voices(rows: Iterable[DelayVoice], line: DelayLine | None, user: User) -> Iterator[Voice]:
    told = told_of(line) if line else None
    for row in rows:
        yield Voice(
            name=row.said_by.name,
            agrees=row.stance == DelayVoice.Stance.AGREES,
            comment=row.comment,
            said_at=row.said_at,
            is_stale=row.told != told,
            is_own=row.said_by_id == user.pk,
        )
