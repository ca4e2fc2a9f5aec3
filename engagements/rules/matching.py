"""Which engagements a rule's version binds: a pure comparison, and the rows it is asked about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from engagements.models import Client, Engagement, Module, RuleVersion


@dataclass(frozen=True)
class Conditions:
    """Whom a version binds. An empty condition asks nothing; `modules` are words in a module's name."""

    binds_all: bool = False
    industries: frozenset[str] = frozenset()
    core_tasks: frozenset[str] = frozenset()
    modules: tuple[str, ...] = ()
    client_ids: frozenset[int] = frozenset()

    @property
    def names_something(self) -> bool:
        """Whether it binds all, or at least one condition asks something: else it would bind nobody."""
        return bool(self.binds_all or self.industries or self.core_tasks or self.modules or self.client_ids)

    @property
    def under_the_rules_lock(self) -> Conditions:
        """What it asks of things that change under the lock of all rules only. Modules and the core task change under their
        engagement's own lock, so that somebody may just be changing them."""
        kept = replace(self, core_tasks=frozenset(), modules=())
        return kept if kept.names_something else replace(kept, binds_all=True)


@dataclass(frozen=True)
class Bound:
    """What is compared of an engagement."""

    industry: str
    core_task: str
    module_names: tuple[str, ...]
    client_id: int


def matches(
    conditions: Conditions, *, industry: str, core_task: str, module_names: Iterable[str], client_id: int
) -> bool:
    """Say whether the engagement is bound: every condition that asks something is met, or the rule binds all.

    One industry, core task and client of those named is enough, and one word that stands in one module's name, whatever
    the case of its letters.
    """
    if conditions.binds_all:
        return True
    if not conditions.names_something:
        return False
    return (
        (not conditions.industries or industry in conditions.industries)
        and (not conditions.core_tasks or core_task in conditions.core_tasks)
        and (not conditions.client_ids or client_id in conditions.client_ids)
        and (not conditions.modules or _holds_a_word(module_names, conditions.modules))
    )


def conditions_of(version: RuleVersion) -> Conditions:
    """Return the conditions of a version that was fetched `with_clients`."""
    return conditions_from(
        binds_all=version.binds_all, industries=version.industries, core_tasks=version.core_tasks,
        modules=version.modules, clients=version.clients.all(),
    )  # fmt: skip


def conditions_from(
    *,
    binds_all: bool = False,
    industries: Collection[str] = (),
    core_tasks: Collection[str] = (),
    modules: Collection[str] = (),
    clients: Iterable[Client] = (),
    **_others: Any,
) -> Conditions:
    """Return the conditions among the fields of a version, as a form gives them."""
    words = tuple(word.strip() for word in modules if word.strip())
    return Conditions(
        binds_all, frozenset(industries), frozenset(core_tasks), words, frozenset(client.pk for client in clients)
    )


def bound_of(engagement: Engagement) -> Bound:
    """Return what is compared of one engagement, as it stands now."""
    names = tuple(engagement.modules.unscoped().order_by().values_list("name", flat=True))
    # Read anew: the caller may hold the client as it was before it changed.
    industry = Client.objects.unscoped().values_list("industry", flat=True).get(pk=engagement.client_id)
    return Bound(industry, engagement.core_task, names, engagement.client_id)


def is_bound(conditions: Conditions, bound: Bound) -> bool:
    """`matches`, for a whole engagement."""
    return matches(
        conditions, industry=bound.industry, core_task=bound.core_task, module_names=bound.module_names,
        client_id=bound.client_id,
    )  # fmt: skip


def preview(**version_fields: Any) -> list[Engagement]:
    """Return the running engagements that a version with these fields would bind, with their clients; two queries."""
    return running_bound_by(conditions_from(**version_fields))


def running_bound_by(conditions: Conditions) -> list[Engagement]:
    """Return the running engagements that these conditions name, in the order of their ids; two queries."""
    rows = Engagement.objects.unscoped().running().select_related("client").order_by("pk")
    names: dict[int, list[str]] = {}
    for pk, name in Module.objects.unscoped().filter(engagement__in=rows).order_by().values_list("engagement", "name"):
        names.setdefault(pk, []).append(name)
    return [
        row
        for row in rows
        if matches(
            conditions, industry=row.client.industry, core_task=row.core_task, module_names=names.get(row.pk, []),
            client_id=row.client_id,
        )
    ]  # fmt: skip


def newest_versions() -> list[RuleVersion]:
    """Return what every active rule demands now, with its rule and clients; two queries."""
    rows = RuleVersion.objects.current().select_related("rule").with_clients()
    return list(rows.order_by("rule__title", "rule_id"))


def _holds_a_word(names: Iterable[str], words: Iterable[str]) -> bool:
    folded = [name.casefold() for name in names]
    return any(word.casefold() in name for word in words for name in folded)
