"""From data to go-live, as the pages that read across tell it: what runs just now, what waits on whom, the matrix in small.

Everything passes `visible_to`; nothing of it is internal, so both sides read the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from engagements import go_decision
from engagements.models import Engagement, Phase, SignOff
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from standups.models import Cell, CellState, Condition, CutoverRun, RunSheet, RunStep, Tester, UatCase, UatRound
from standups.models.uat import UatRoundQuerySet

MOST_CONDITIONS = 5
DECISION_DAYS = 7


@dataclass(frozen=True)
class RunningCutover:
    """A rehearsal or a cutover that runs: `number` of `total` is the step that is next to be finished; all are where
    `number` is greater."""

    run: CutoverRun
    settled: int
    total: int

    @property
    def number(self) -> int:
        return self.settled + 1

    @property
    def is_through(self) -> bool:
        return self.settled >= self.total

    @property
    def is_real(self) -> bool:
        return self.run.kind == CutoverRun.Kind.CUTOVER


@dataclass(frozen=True)
class TestRound:
    """A round of acceptance tests that is not judged yet, and how many of its cases nobody has tested."""

    __test__ = False  # No test for pytest to collect.

    round: UatRound
    left: int
    total: int


@dataclass(frozen=True)
class StateShare:
    """How many cells of a stage are in one state; `offset` is how many stand before them in the bar."""

    state: str
    count: int
    offset: int

    @property
    def label(self) -> str:
        return str(CellState(self.state).label)


@dataclass(frozen=True)
class Square:
    """A cell in the small grid: column and row from 0."""

    column: int
    row: int
    state: str


@dataclass(frozen=True)
class StageCard:
    """One stage of the roll-out: its cells by state in words, as a bar and as a grid of `columns` × `rows`."""

    name: str
    shares: list[StateShare]
    squares: list[Square]
    columns: int
    rows: int

    @property
    def total(self) -> int:
        return len(self.squares)

    @property
    def required(self) -> int:
        return sum(square.state != CellState.DESCOPED for square in self.squares)

    @property
    def settled(self) -> int:
        return sum(square.state in Cell.SETTLED for square in self.squares)


@dataclass(frozen=True)
class GoingLive:
    """`tests` are rounds that wait for the viewer's tests; `decision_by` is the planned start of the cutover where its Go
    decision is still to be made by the viewer; `conditions` are the first open ones, the soonest due first, of
    `condition_count`."""

    cutovers: list[RunningCutover]
    tests: list[TestRound]
    decision_by: date | None
    stages: list[StageCard]
    conditions: list[Condition]
    condition_count: int


def going_live(engagement: Engagement, viewer: User, texts: Collection[SignOff], today: date) -> GoingLive:
    """Return what the dashboard shows of it; `texts` are the current ones, that of a Go decision with its text.

    Five queries, however many rows there are; two less before there is a matrix.
    """
    stages = _stage_cards(engagement, viewer)
    # Rounds of tests, and the conditions they end with, are of cells.
    conditions = open_conditions(viewer, [engagement]) if stages else []
    return GoingLive(
        cutovers=running_cutovers(viewer, [engagement]),
        tests=_tests_of(engagement, viewer) if stages else [],
        decision_by=_decision_by(engagement, viewer, texts, today),
        stages=stages,
        conditions=conditions[:MOST_CONDITIONS],
        condition_count=len(conditions),
    )


def running_cutovers(viewer: User, engagements: Iterable[Engagement]) -> list[RunningCutover]:
    """Return the rehearsals and cutovers of these engagements that run now, cutovers first; one query."""
    known = {engagement.pk: engagement for engagement in engagements if engagement.is_running}
    settled = Q(steps__state__in=[RunStep.State.DONE, RunStep.State.SKIPPED])
    rows = CutoverRun.objects.visible_to(viewer).running().filter(engagement__in=known)
    counted = rows.annotate(total=Count("steps"), settled=Count("steps", filter=settled)).order_by("kind", "pk")
    for row in counted:
        row.engagement = known[row.engagement_id]
    return [RunningCutover(row, settled=row.settled, total=row.total) for row in counted]  # type: ignore[attr-defined]


def open_conditions(viewer: User, engagements: Iterable[Engagement]) -> list[Condition]:
    """Return the conditions of acceptance that still have to be met in these engagements, the soonest due first; one
    query."""
    known = {engagement.pk: engagement for engagement in engagements}
    rows = Condition.objects.visible_to(viewer).in_force().open().filter(round__cell__engagement__in=known)
    rows = rows.exclude(round__cell__state=CellState.DESCOPED)
    found = list(
        rows.select_related("round__cell__module", "round__cell__role", "round__cell__stage").order_by("due_on", "pk")
    )
    for row in found:
        row.round.cell.engagement = known[row.round.cell.engagement_id]
    return found


def open_rounds(viewer: User, engagements: Iterable[Engagement]) -> list[TestRound]:
    """Return the rounds of these engagements that have cases and no result yet, the oldest first; one query."""
    return _counted(_unjudged(viewer, [row for row in engagements if row.is_running]), engagements)


def _tests_of(engagement: Engagement, viewer: User) -> list[TestRound]:
    """Those in which the viewer tests; the client's PM and the vendor see all that wait on the client."""
    if not engagement.is_running:
        return []
    rows = _unjudged(viewer, [engagement])
    if not (viewer.is_vendor or Part.CLIENT_PM in engagement.parts_of(viewer)):
        rows = rows.filter(Exists(Tester.objects.unscoped().filter(round=OuterRef("pk"), user=viewer)))
    return _counted(rows, [engagement])


def _unjudged(viewer: User, engagements: Iterable[Engagement]) -> UatRoundQuerySet:
    rows = UatRound.objects.visible_to(viewer).filter(cell__engagement__in=engagements, result=UatRound.Result.NONE)
    return rows.exclude(cell__state=CellState.DESCOPED)


def _counted(rows: UatRoundQuerySet, engagements: Iterable[Engagement]) -> list[TestRound]:
    known = {engagement.pk: engagement for engagement in engagements}
    left = Count("cases", filter=Q(cases__outcome=UatCase.Outcome.NONE))
    counted = rows.annotate(total=Count("cases"), left=left).filter(total__gt=0)
    found = counted.select_related("cell__module", "cell__role", "cell__stage").order_by("opened_at", "pk")
    for row in found:
        row.cell.engagement = known[row.cell.engagement_id]
    return [TestRound(row, left=row.left, total=row.total) for row in found]  # type: ignore[attr-defined]


def _decision_by(engagement: Engagement, viewer: User, texts: Collection[SignOff], today: date) -> date | None:
    """The day of the planned cutover where it begins within a week and no decision to go stands: then the team waits."""
    if engagement.phase != Phase.EXECUTION or not engagement.ends_with_go_live:
        return None
    if not (viewer.is_vendor or Part.CLIENT_PM in engagement.parts_of(viewer)):
        return None
    if any(text.kind == SignOff.Kind.GO and go_decision.is_to_go(text) for text in texts):
        return None
    sheets = RunSheet.objects.visible_to(viewer).filter(engagement=engagement)
    planned_at = sheets.values_list("planned_start_at", flat=True).first()
    if planned_at is None:
        return None
    planned_on = planned_at.astimezone(engagement.zone).date()
    return planned_on if planned_on <= today + timedelta(days=DECISION_DAYS) else None


def _stage_cards(engagement: Engagement, viewer: User) -> list[StageCard]:
    rows = Cell.objects.visible_to(viewer).filter(engagement=engagement)
    stages: dict[tuple[int, str], list[tuple[int, int, str]]] = {}
    roles: set[tuple[str, int, int]] = set()
    fields = ("stage", "stage__name", "module", "role__kind", "role__position", "role", "state")
    for stage, name, module, kind, position, role, state in rows.values_list(*fields):
        stages.setdefault((stage, name), []).append((module, role, state))
        roles.add((kind, position, role))
    columns = {role: place for place, (_kind, _position, role) in enumerate(sorted(roles))}
    return [_stage_card(name, cells, columns) for (_stage, name), cells in stages.items()]


def _stage_card(name: str, cells: list[tuple[int, int, str]], columns: dict[int, int]) -> StageCard:
    places: dict[int, int] = {}
    squares = [Square(columns[role], places.setdefault(module, len(places)), state) for module, role, state in cells]
    shares: list[StateShare] = []
    for state in CellState.values:
        count = sum(square.state == state for square in squares)
        if count:
            shares.append(StateShare(state, count, sum(share.count for share in shares)))
    return StageCard(name, shares, squares, len(columns), len(places))
