"""What an acceptance matrix is built of: its rows in the order of the roll-out, the cells to add, and what each builds on.

Pure functions from plain values: no database in here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from engagements.rollout_order import FREQUENCIES, Ranked, rank

Pair = tuple[int, int]


class Place(NamedTuple):
    """Where a cell lies: ids of its module, role and stage."""

    module: int
    role: int
    stage: int


class Link(NamedTuple):
    """A cell, and one that it builds on."""

    cell: Place
    on: Place


def module_order(modules: Iterable[int], functions: Iterable[tuple[int, Ranked]]) -> list[int]:
    """Return the modules in the order of their best function: what is used most often first, then what matters most, then
    what is riskier. `functions` are pairs of module and function; modules without one come last, equals as given."""
    best: dict[int, tuple[int, int, int]] = {}
    for module, function in functions:
        best[module] = min(best.get(module, rank(function)), rank(function))
    last = (len(FREQUENCIES), 0, 0)
    return sorted(modules, key=lambda module: best.get(module, last))


def missing(chosen: Iterable[Pair], stages: Iterable[int], existing: Collection[Place]) -> list[Place]:
    """Return the places that the chosen pairs of module and role still lack, stage by stage."""
    pairs = list(dict.fromkeys(chosen))
    wanted = (Place(module, role, stage) for stage in stages for module, role in pairs)
    return [place for place in wanted if place not in existing]


def proposed(
    modules: Iterable[int], roles: Iterable[int], stages: Collection[int], existing: Collection[Place]
) -> dict[Pair, str]:
    """Return for each pair of module and role "there" where it has its cell in every stage, "yes" where it should be
    built, "no" where somebody left it out before.

    Left out is what lacks a cell although its module, its role and the stage all have some; what is new is proposed.
    """
    seen_modules = {place.module for place in existing}
    seen_roles = {place.role for place in existing}
    seen_stages = {place.stage for place in existing}
    held: dict[Pair, set[int]] = defaultdict(set)
    for place in existing:
        held[place.module, place.role].add(place.stage)
    found = {}
    for module in modules:
        for role in roles:
            lacking = set(stages) - held[module, role]
            is_new = module not in seen_modules or role not in seen_roles
            # A pair that was left out stays out of a new stage, too.
            into_new_stage = bool(held[module, role]) and bool(lacking - seen_stages)
            found[module, role] = "there" if not lacking else "yes" if is_new or into_new_stage else "no"
    return found


def links(
    places: Iterable[Place],
    *,
    groups: Mapping[int, str],
    stages: Iterable[int],
    among: Collection[Place] | None = None,
) -> list[Link]:
    """Return what each cell builds on: the same module and stage for the group before, and the same module and role in
    the stage before. The group or stage before is the nearest that has such a cell. `groups` says each role's group,
    and sorts as the groups follow each other; `among` keeps the links in which one of these places takes part."""
    everything = set(places)
    ordered = list(stages)
    by_module_stage: dict[tuple[int, int], list[Place]] = defaultdict(list)
    for place in sorted(everything):
        by_module_stage[place.module, place.stage].append(place)
    found = []
    for place in sorted(everything):
        beside = by_module_stage[place.module, place.stage]
        earlier_groups = [groups[other.role] for other in beside if groups[other.role] < groups[place.role]]
        nearest = max(earlier_groups, default=None)
        found += [Link(place, other) for other in beside if groups[other.role] == nearest]
        before = ordered[: ordered.index(place.stage)]
        earlier = [Place(place.module, place.role, stage) for stage in before]
        found += [Link(place, other) for other in reversed(earlier) if other in everything][:1]
    if among is None:
        return found
    return [link for link in found if link.cell in among or link.on in among]
