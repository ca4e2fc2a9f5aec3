"""The goal chain (N6): objective → functions → acceptance → evidence → closing value → one and three months after go-live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from django.db.models import Count

from engagements.function_tree import BETWEEN, Branch, branches
from engagements.models import Attachment, Engagement, FollowUpVisit, Function, Reading
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from reports.figures import Attainment
from reports.figures.goal_chain import Change, Orphans, course, orphans
from reports.rows import ObjectiveRow, objective_rows
from standups.models import CaseEvidence, Cell, CellState, UatRound

Rows = TypeVar("Rows", bound=ScopedQuerySet[Any])


class Seen(Protocol):
    """Narrows rows down to those that the reader may see."""

    def __call__(self, rows: Rows) -> Rows: ...


@dataclass(frozen=True, slots=True)
class Work:
    """A function; `goals` is how many objectives it serves, `proof` the id of the module by whose cells it is accepted."""

    pk: int
    name: str
    module: str
    goals: int
    proof: int | None


@dataclass(frozen=True, slots=True)
class AcceptedCell:
    """A cell of the matrix with its newest signed round ("" where none is signed); `files` prove its tests."""

    cell: Cell
    version: str
    files: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The cells of a module: `accepted` of `required`; what a change took out is not required."""

    pk: int
    module: str
    cells: tuple[AcceptedCell, ...]
    accepted: int
    required: int

    @property
    def is_accepted(self) -> bool:
        return 0 < self.required == self.accepted

    @property
    def files(self) -> int:
        return sum(row.files for row in self.cells)


@dataclass(frozen=True, slots=True)
class Value:
    """A measured value with what proves it; value and day are None while nobody measured."""

    value: Decimal | None
    on: date | None
    evidence: str
    file: Attachment | None
    attainment: Attainment


@dataclass(frozen=True, slots=True)
class After:
    """What a follow-up visit found; `visit` is None while none is planned."""

    kind: FollowUpVisit.Kind
    visit: FollowUpVisit | None
    value: Value
    change: Change


@dataclass(frozen=True, slots=True)
class Chain:
    """One objective from end to end. `is_closed` says that `closing` is the closing report's; else it is so far."""

    objective: ObjectiveRow
    works: tuple[Work, ...]
    proofs: tuple[Proof, ...]
    closing: Value
    is_closed: bool
    after: tuple[After, ...]

    @property
    def files(self) -> int:
        """How many files of the acceptance tests stand behind it."""
        return sum(proof.files for proof in self.proofs)


@dataclass(frozen=True, slots=True)
class GoalChain:
    """All chains by due day, what stands in none, and how many objectives changed how by each visit."""

    chains: tuple[Chain, ...]
    orphans: Orphans[ObjectiveRow, Work, Proof]

    @property
    def has_orphans(self) -> bool:
        found = self.orphans
        return bool(found.goals or found.works or found.proofs_of_nothing or found.proofs_without_goal)

    @property
    def reached(self) -> int:
        """How many closing values (or values so far) reach their target."""
        return sum(chain.closing.attainment.verdict in {"met", "exceeded"} for chain in self.chains)

    def changes(self, kind: FollowUpVisit.Kind) -> Counter[Change]:
        """Count what became of the closing values by this visit."""
        return Counter(after.change for chain in self.chains for after in chain.after if after.kind == kind)


@dataclass(frozen=True, slots=True)
class _Readings:
    """By objective: the newest closing value that no visit was compared with yet, the newest of all, and that of each
    visit."""

    closing: Mapping[int, Reading]
    by_hand: Mapping[int, Reading]
    of_visits: Mapping[tuple[int, int], Reading]


def goal_chain(engagement: Engagement, user: User) -> GoalChain:
    """Return the chains as this person may see them. About a dozen queries, however many rows there are."""
    return _read(engagement, lambda rows: rows.visible_to(user), closes_now=False)


def chain_to_print(engagement: Engagement) -> GoalChain:
    """Return the chains as both sides see them, for a closing report that is issued now: what an earlier one closed with
    counts only where a visit was compared with it. As many queries."""
    return _read(engagement, lambda rows: rows.unscoped().shared(), closes_now=True)


def _read(engagement: Engagement, seen: Seen, *, closes_now: bool) -> GoalChain:
    objectives = objective_rows(engagement, seen(engagement.objectives.all()))
    proofs = _proofs(engagement, seen)
    serves = _serves(engagement, seen, proofs, {row.pk for row in objectives})
    readings = _readings(engagement, seen, closes_now=closes_now)
    visits = {visit.kind: visit for visit in seen(engagement.visits.all()).standing()}
    by_pk = {row.pk: row for row in objectives}
    works_of = {row.pk: tuple(work for work, goals in serves.items() if row.pk in goals) for row in objectives}
    return GoalChain(
        tuple(_chain(row, works_of[row.pk], proofs, readings, visits) for row in objectives),
        orphans(
            objectives,
            {work: [by_pk[pk] for pk in goals] for work, goals in serves.items()},
            {proof: [work for work in serves if work.proof == pk] for pk, proof in proofs.items()},
        ),
    )


def _chain(
    row: ObjectiveRow,
    works: tuple[Work, ...],
    proofs: Mapping[int, Proof],
    readings: _Readings,
    visits: Mapping[str, FollowUpVisit],
) -> Chain:
    closing = readings.closing.get(row.pk)
    again = [
        readings.of_visits.get((row.pk, visit.pk)) if (visit := visits.get(kind)) else None
        for kind in FollowUpVisit.Kind
    ]
    found = course(
        baseline=row.baseline,
        target=row.target,
        direction=row.direction,
        closing=closing.value if closing else None,
        later=[one.value if one else None for one in again],
    )
    used = dict.fromkeys(work.proof for work in works)
    return Chain(
        objective=row,
        works=works,
        proofs=tuple(proofs[pk] for pk in used if pk is not None),
        closing=_value(closing, found.closing) if closing else _so_far(row, readings.by_hand.get(row.pk)),
        is_closed=closing is not None,
        after=tuple(
            After(kind, visits.get(kind), _value(one, later.attainment), _change(closing, one, later.change))
            for kind, one, later in zip(FollowUpVisit.Kind, again, found.later, strict=True)
        ),
    )


def _change(closing: Reading | None, later: Reading | None, change: Change) -> Change:
    """A visit that was held before the closing says nothing of what became of it."""
    return change if closing is not None and later is not None and closing.pk < later.pk else "not_measured"


def _value(reading: Reading | None, reached: Attainment) -> Value:
    if reading is None:
        return Value(None, None, "", None, reached)
    return Value(reading.value, reading.measured_on, reading.evidence, reading.file, reached)


def _so_far(row: ObjectiveRow, newest: Reading | None) -> Value:
    """What `engagements.measures` says now; the file is the newest reading's by hand, where that is what it says."""
    is_by_hand = newest is not None and newest.value == row.reading and newest.measured_on == row.measured_on
    file = newest.file if newest is not None and is_by_hand else None
    return Value(row.reading, row.measured_on, row.evidence, file, row.attainment)


def _readings(engagement: Engagement, seen: Seen, *, closes_now: bool) -> _Readings:
    rows = list(seen(Reading.objects.all()).filter(objective__engagement=engagement).select_related("file"))
    closing: dict[int, Reading] = {}
    by_hand: dict[int, Reading] = {}
    of_visits: dict[tuple[int, int], Reading] = {}
    compared: set[int] = set()
    for row in sorted(rows, key=lambda row: row.pk):
        # A report that is corrected after a visit closes with what the visit found: the chain would compare it with itself.
        if row.closes and row.objective_id not in compared:
            closing[row.objective_id] = row
        if row.visit_id is not None:
            of_visits[row.objective_id, row.visit_id] = row
            compared |= {row.objective_id} & closing.keys()
    if closes_now:
        closing = {pk: row for pk, row in closing.items() if pk in compared}
    for row in sorted(rows, key=lambda row: (row.measured_on, row.pk)):
        by_hand[row.objective_id] = row
    return _Readings(closing, by_hand, of_visits)


def _proofs(engagement: Engagement, seen: Seen) -> dict[int, Proof]:
    """Return by module what is accepted of it, in the order of the tree; modules without cells are not there."""
    cells: dict[int, list[Cell]] = {}
    for cell in seen(engagement.cells.all()).select_related("module", "role", "stage"):
        cells.setdefault(cell.module_id, []).append(cell)
    signed, files = _signed_rounds(engagement, seen), _files(engagement, seen)
    return {
        branch.module.pk: _proof(branch, cells[branch.module.pk], signed, files)
        for branch in branches(seen(engagement.modules.all()))
        if branch.module.pk in cells
    }


def _proof(branch: Branch, cells: Sequence[Cell], signed: Mapping[int, int], files: Mapping[int, int]) -> Proof:
    return Proof(
        pk=branch.module.pk,
        module=branch.path,
        cells=tuple(
            AcceptedCell(cell, f"v{signed[cell.pk]}" if cell.pk in signed else "", files.get(cell.pk, 0))
            for cell in cells
        ),
        accepted=sum(cell.is_settled for cell in cells),
        required=sum(cell.state != CellState.DESCOPED for cell in cells),
    )


def _signed_rounds(engagement: Engagement, seen: Seen) -> dict[int, int]:
    """Return by cell the number of its newest signed round."""
    rows = seen(UatRound.objects.all()).filter(cell__engagement=engagement, sign_off__signed_at__isnull=False)
    return dict(rows.order_by("cell_id", "number").values_list("cell_id", "number"))


def _files(engagement: Engagement, seen: Seen) -> dict[int, int]:
    """Return by cell how many files of its tests this person may see."""
    rows = seen(CaseEvidence.objects.all()).filter(case__round__cell__engagement=engagement)
    return dict(rows.order_by().values_list("case__round__cell_id").annotate(files=Count("pk")))


def _serves(
    engagement: Engagement, seen: Seen, proofs: Collection[int], goals: Collection[int]
) -> dict[Work, tuple[int, ...]]:
    """Return the functions in the order of the tree, each with the ids of the objectives it serves."""
    functions = list(seen(engagement.functions.all()))
    links = Function.objectives.through.objects.filter(function__engagement=engagement).order_by("pk")
    served: dict[int, list[int]] = {}
    for function, objective in links.values_list("function_id", "objective_id"):
        if objective in goals:
            served.setdefault(function, []).append(objective)
    tree = branches(seen(engagement.modules.all()), functions)
    nearest = _nearest(tree, proofs)
    return {
        Work(
            pk=row.pk, name=row.name, module=branch.path, goals=len(served.get(row.pk, ())),
            proof=nearest[branch.module.pk],
        ): tuple(served.get(row.pk, ()))
        for branch in tree
        for row in branch.functions
    }  # fmt: skip


def _nearest(tree: Iterable[Branch], proofs: Collection[int]) -> dict[int, int | None]:
    """Return for each module the one by whose cells it is accepted: itself, else the nearest it lies in. The tree comes
    depth first, so that what a module lies in is known before it."""
    found: dict[int, int | None] = {}
    for branch in tree:
        module = branch.module
        above = found.get(module.parent_id) if module.parent_id is not None else None
        found[module.pk] = module.pk if module.pk in proofs else above
    return found


def last_name(path: str) -> str:
    """Return the module's own name of its way from the root."""
    return path.rpartition(BETWEEN)[2]
