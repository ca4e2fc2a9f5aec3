"""What stands ready on site: contingency cards, environments, lists to tick."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from engagements.models import ChecklistItem, ContingencyPlan, Engagement
from reports.building.cover import Team
from reports.building.manual.people import person_of
from reports.documents.manual_parts import Checklist, ContingencyCard, Environment


def contingency_plans_of(engagement: Engagement) -> list[ContingencyPlan]:
    """The plans with their owners. One query."""
    rows = engagement.contingency_plans.unscoped().shared()
    return list(rows.select_related("owner", "deputy"))


def cards_of(plans: Sequence[ContingencyPlan], team: Team) -> tuple[ContingencyCard, ...]:
    """A card for each plan that says what to do; one without steps would only be in the way."""
    return tuple(
        ContingencyCard(
            title=plan.title,
            trigger=plan.trigger,
            respond_within_minutes=plan.respond_within_minutes,
            steps=tuple(str(step) for step in plan.steps),
            owner=person_of(team, plan.owner),
            deputy=person_of(team, plan.deputy),
            escalation=plan.escalation,
            fallback=plan.fallback,
            rehearsed_on=plan.rehearsed_on,
            rehearsal_result=plan.rehearsal_result,
        )
        for plan in plans
        if plan.steps
    )


def environments_of(engagement: Engagement) -> tuple[Environment, ...]:
    """Where each installation is, and where its access is kept."""
    return tuple(
        Environment(
            name=row.name, purpose=row.purpose, address=row.address, access_kept=row.access_kept, contact=row.contact
        )
        for row in engagement.environments.unscoped().shared()
    )


def checklists_of(engagement: Engagement) -> tuple[Checklist, ...]:
    """The lists in the order of their moments."""
    moments = ChecklistItem.Moment.values
    rows = sorted(engagement.checklist.unscoped().shared(), key=lambda row: (moments.index(row.moment), row.pk))
    return tuple(
        Checklist(moment=moment, lines=tuple(row.text for row in group))
        for moment, group in groupby(rows, key=lambda row: row.moment)
    )
