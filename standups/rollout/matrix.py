"""The acceptance matrix as its page shows it: stage by stage, modules in the order of the roll-out, a cell for each role."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engagements.function_tree import branches
from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Cell, CellState, RolloutRole, RolloutStage
from standups.rollout import readiness
from standups.rollout.build import module_order
from standups.services.cells import ground_of

# The tag's colour and the sign before the word: neither colour nor sign says it alone.
LOOKS: Mapping[str, tuple[str, str]] = {
    CellState.NOT_STARTED: ("", "○"),
    CellState.LIVE: ("info", "▶"),
    CellState.ACCEPTED: ("ok", "✓"),
    CellState.CONDITIONAL: ("warn", "◐"),
    CellState.REJECTED: ("bad", "✕"),
    CellState.DESCOPED: ("gone", "—"),
}
OPEN, READY = "open", "ready"


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell. `name` says its module and role, `kind` is its colour, `sign` its shape, `label` its word; `is_ready` where only its role's training or
    nothing at all keeps it from going live."""

    role: str
    stage: str
    state: str
    label: str
    kind: str
    sign: str
    url: str
    name: str
    note: str
    is_ready: bool
    is_trained: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A module in one stage, with a cell or None for each role."""

    module: str
    cells: list[Shown | None]


@dataclass(frozen=True, slots=True)
class Wave:
    """A stage with its roles and rows; `settled` of `required` cells are accepted."""

    stage: RolloutStage
    roles: list[str]
    rows: list[Row]
    settled: int
    required: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many cells are in a state, for the legend and the filter."""

    state: str
    label: str
    kind: str
    sign: str
    count: int


@dataclass(frozen=True)
class Matrix:
    """All of it. `upcoming` are the cells next to go live, in the order of the roll-out."""

    stages: list[RolloutStage]
    waves: list[Wave]
    counts: list[Count]
    upcoming: list[Shown]
    settled: int
    required: int
    total: int
    ready: int

    @property
    def percent(self) -> int:
        """Whole percent of what is required that is accepted, never rounded up to all of it; 0 without cells."""
        return 100 * self.settled // self.required if self.required else 0


class _Cell(NamedTuple):
    """What the page needs of a row: a thousand model instances would take longer than all the rest."""

    pk: int
    module_id: int
    role_id: int
    stage_id: int
    state: str
    override_reason: str
    change: int | None

    @property
    def is_settled(self) -> bool:
        return self.state in Cell.SETTLED


@dataclass(frozen=True)
class _Names:
    modules: dict[int, str]
    roles: dict[int, RolloutRole]
    stages: dict[int, RolloutStage]
    words: dict[str, str]


def matrix_of(engagement: Engagement, user: User, *, state: str = "", stage: int | None = None) -> Matrix:
    """Return what this person reads, narrowed to a state (also "open": not accepted, and "ready") and to a stage. As many
    queries for a large matrix as for a small one."""
    names = _names(engagement, user)
    cells = _ordered(engagement, user, names)
    ground = ground_of(engagement)
    settled = {cell.pk for cell in cells if cell.is_settled or cell.state == CellState.DESCOPED}
    known = readiness.trained(engagement)
    trained = {pk for pk, role in names.roles.items() if known.get(pk, 0) >= role.people_needed}
    base = reverse("standups:cell", args=[engagement.pk, 0])
    shown: dict[int, Shown] = {}
    for cell in cells:
        # One address made by hand for each cell: to resolve a thousand of them takes longer than the rest of the page.
        url = base.removesuffix("0/") + f"{cell.pk}/"
        ready = cell.state == CellState.NOT_STARTED and ground.get(cell.pk, frozenset()) <= settled
        shown[cell.pk] = _shown(cell, names, url=url, is_ready=ready, is_trained=cell.role_id in trained)
    kept = [cell for cell in cells if _matches(shown[cell.pk], state) and stage in (None, cell.stage_id)]
    required = [cell for cell in cells if cell.state != CellState.DESCOPED]
    return Matrix(
        stages=list(names.stages.values()),
        waves=list(_waves(kept, required, names, shown)),
        counts=_counts(cells),
        upcoming=[shown[cell.pk] for cell in cells if shown[cell.pk].is_ready],
        settled=sum(cell.is_settled for cell in required),
        required=len(required),
        total=len(cells),
        ready=sum(one.is_ready for one in shown.values()),
    )


def ordered_modules(engagement: Engagement, user: User) -> dict[int, str]:
    """Return the modules in the order of the roll-out, each with its way from the root. Two queries."""
    tree = branches(engagement.modules.visible_to(user))
    paths = {branch.module.pk: branch.path for branch in tree}
    ranked = ("module_id", "frequency", "priority", "risk")
    functions = engagement.functions.visible_to(user).order_by().values_list(*ranked, named=True)
    return {pk: paths[pk] for pk in module_order(paths, ((row.module_id, row) for row in functions)) if pk in paths}


def state_look(state: str) -> tuple[str, str]:
    """Return the colour and the sign of a state; its label carries the meaning."""
    return LOOKS[state]


def _names(engagement: Engagement, user: User) -> _Names:
    return _Names(
        modules=ordered_modules(engagement, user),
        roles={role.pk: role for role in engagement.rollout_roles.visible_to(user)},
        stages={stage.pk: stage for stage in engagement.rollout_stages.visible_to(user)},
        words={state: _short(state) for state in CellState.values},
    )


def _ordered(engagement: Engagement, user: User, names: _Names) -> list[_Cell]:
    """Return the cells in the order of the roll-out: by stage, then module, then role."""
    stages, modules, roles = (
        {pk: at for at, pk in enumerate(rows)} for rows in (names.stages, names.modules, names.roles)
    )
    fields = ("pk", "module_id", "role_id", "stage_id", "state", "override_reason", "descoped_by__number")
    rows = (_Cell(*row) for row in engagement.cells.visible_to(user).order_by().values_list(*fields))
    # A row that came between two of the queries is left for the next visit.
    found = [cell for cell in rows if cell.module_id in modules and cell.role_id in roles and cell.stage_id in stages]
    return sorted(found, key=lambda cell: (stages[cell.stage_id], modules[cell.module_id], roles[cell.role_id]))


def _shown(cell: _Cell, names: _Names, *, url: str, is_ready: bool, is_trained: bool) -> Shown:
    kind, sign = LOOKS[cell.state]
    module, role = names.modules[cell.module_id], names.roles[cell.role_id].name
    return Shown(
        role=role,
        stage=names.stages[cell.stage_id].name,
        state=cell.state,
        label=names.words[cell.state],
        kind=kind,
        sign=sign,
        url=url,
        name=f"{module} · {role}",
        note=_note(cell),
        is_ready=is_ready,
        is_trained=is_trained,
    )


def _short(state: str) -> str:
    """A cell is narrow: one word where the state's own name has two."""
    if state == CellState.CONDITIONAL:
        return pgettext("cell of the matrix, short", "Conditional")
    return str(CellState(state).label)


def _note(cell: _Cell) -> str:
    if cell.change is not None:
        return _("Change %(number)s") % {"number": cell.change}
    return _("by exception") if cell.override_reason else ""


def _matches(cell: Shown, state: str) -> bool:
    if state == OPEN:
        return cell.state not in {*Cell.SETTLED, CellState.DESCOPED}
    if state == READY:
        return cell.is_ready
    return state in ("", cell.state)


def _counts(cells: Iterable[_Cell]) -> list[Count]:
    counts = Counter(cell.state for cell in cells)
    return [
        Count(state, str(CellState(state).label), *LOOKS[state], counts[state])
        for state in CellState.values
        if counts[state]
    ]


def _waves(
    kept: Collection[_Cell], required: Collection[_Cell], names: _Names, shown: Mapping[int, Shown]
) -> Iterable[Wave]:
    """Yield the stages that have cells left, each with the roles and modules that have some in it."""
    by_stage: dict[int, list[_Cell]] = defaultdict(list)
    for cell in kept:
        by_stage[cell.stage_id].append(cell)
    needed = Counter(cell.stage_id for cell in required)
    settled = Counter(cell.stage_id for cell in required if cell.is_settled)
    for pk, cells in by_stage.items():
        here = {cell.role_id for cell in cells}
        roles = [role for role in names.roles.values() if role.pk in here]
        by_module: dict[int, dict[int, Shown]] = defaultdict(dict)
        for cell in cells:
            by_module[cell.module_id][cell.role_id] = shown[cell.pk]
        rows = [
            Row(names.modules[module], [found.get(role.pk) for role in roles]) for module, found in by_module.items()
        ]
        yield Wave(names.stages[pk], [role.name for role in roles], rows, settled[pk], needed[pk])


def accepted_share(engagement: Engagement) -> tuple[int, int]:
    """Return how many cells are accepted, and how many are required. Two queries."""
    required = engagement.cells.required()
    return required.accepted().count(), required.count()
