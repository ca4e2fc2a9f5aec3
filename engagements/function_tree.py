"""The tree of modules with their functions, as pages and files tell it, and how much of it is understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engagements.models import Function, Module

DEEPEST = 4
BETWEEN = " / "


@dataclass(frozen=True)
class Branch:
    """A module. `names` leads from the root to it, `depth` is 1 at the root."""

    module: Module
    names: tuple[str, ...]
    functions: list[Function] = field(default_factory=list)

    @property
    def depth(self) -> int:
        return len(self.names)

    @property
    def path(self) -> str:
        """The way from the root, as in the Excel file: 生产计划 / 排产."""
        return BETWEEN.join(self.names)


def branches(modules: Iterable[Module], functions: Iterable[Function] = ()) -> list[Branch]:
    """Return the modules depth first, each with its functions; both must come in their order."""
    children: dict[int | None, list[Module]] = {}
    for module in modules:
        children.setdefault(module.parent_id, []).append(module)
    held: dict[int, list[Function]] = {}
    for function in functions:
        held.setdefault(function.module_id, []).append(function)
    found: list[Branch] = []

    def walk(parent: int | None, names: tuple[str, ...]) -> None:
        for module in children.get(parent, ()):
            branch = Branch(module, (*names, module.name), held.get(module.pk, []))
            found.append(branch)
            walk(module.pk, branch.names)

    walk(None, ())
    return found


def beneath(all_branches: Iterable[Branch], module: Module) -> list[Branch]:
    """Return the module's own branch and all within it."""
    everything = list(all_branches)
    names = next((branch.names for branch in everything if branch.module.pk == module.pk), ())
    return [branch for branch in everything if names and branch.names[: len(names)] == names]


@dataclass(frozen=True)
class Completeness:
    """How many functions have all six answers, and how many of those that must have them do not."""

    total: int
    complete: int
    blocking: int

    @classmethod
    def of(cls, functions: Iterable[Function]) -> Completeness:
        rows = list(functions)
        lacking = [row for row in rows if row.unanswered]
        return cls(len(rows), len(rows) - len(lacking), sum(row.needs_all_answers for row in lacking))
