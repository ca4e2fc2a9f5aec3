"""Functions with their rules, and the order in which they are rolled out. What hurts the client's people, and why something is
a risk, stays with the vendor."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from engagements.models import Engagement, Function, Module
from engagements.rollout_order import rollout_order
from reports.documents.manual_parts import FunctionEntry, ModuleEntry, RolloutStep

ARROW = " › "
_ANSWERS = ("who", "what", "when", "where", "why", "how")


def functions_of(engagement: Engagement) -> list[Function]:
    """The functions as their tree reads: module by module. Two queries."""
    modules = {module.pk: module for module in engagement.modules.unscoped().shared()}
    for module in modules.values():
        if module.parent_id is not None:
            module.parent = modules[module.parent_id]
    found = list(engagement.functions.unscoped().shared())
    for function in found:
        function.module = modules[function.module_id]
    places = {pk: [(step.position, step.pk) for step in _way_to(module)] for pk, module in modules.items()}
    return sorted(found, key=lambda function: (places[function.module_id], function.position, function.pk))


def modules_of(functions: Sequence[Function]) -> tuple[ModuleEntry, ...]:
    """The modules that hold functions, named by their whole path."""
    return tuple(
        ModuleEntry(
            name=ARROW.join(step.name for step in _way_to(module)),
            functions=tuple(_entry(function) for function in group),
        )
        for module, group in groupby(functions, key=lambda function: function.module)
    )


def rollout_of(functions: Sequence[Function]) -> tuple[RolloutStep, ...]:
    """The functions in the order of `engagements.rollout_order`."""
    return tuple(
        RolloutStep(
            function=function.name,
            module=function.module.name,
            **_ranks(function),
        )
        for function in rollout_order(functions)
    )


def _entry(function: Function) -> FunctionEntry:
    return FunctionEntry(
        name=function.name,
        **{name: getattr(function, name).strip() for name in _ANSWERS},
        rules=function.rules.strip(),
        **_ranks(function),
        signed_off_by=function.signed_off_by,
    )


def _ranks(function: Function) -> dict[str, Any]:
    """The codes as they are kept; the snapshot knows the same ones."""
    return {"frequency": function.frequency, "priority": function.priority, "risk": function.risk}


def _way_to(module: Module) -> list[Module]:
    """From the outermost module to this one."""
    way = [module]
    while (parent := way[0].parent) is not None and parent not in way:
        way.insert(0, parent)
    return way
