"""What became of rules, over all engagements they ever bound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from engagements.models import RuleApplication, StandingRule, Waiver
from engagements.rules.standing import PREFIX


@dataclass(frozen=True)
class Counts:
    """Engagements it ever bound; those where it was fulfilled; those where a manager let it pass (also where it was
    fulfilled afterwards); problems that recurred although it stood; engagements where it still waits for somebody."""

    applied: int = 0
    satisfied: int = 0
    waived: int = 0
    recurred: int = 0
    open: int = 0


def rule_counts(rules: Iterable[StandingRule]) -> dict[int, Counts]:
    """Return the counts by the rules' ids, in three queries."""
    pks = [rule.pk for rule in rules]
    applications: dict[int, list[RuleApplication]] = defaultdict(list)
    for row in RuleApplication.objects.unscoped().filter(rule__in=pks).with_made():
        applications[row.rule_id].append(row)
    waived: dict[str, set[int]] = defaultdict(set)
    codes = [f"{PREFIX}{pk}" for pk in pks]
    for code, engagement_id in (
        Waiver.objects.unscoped().filter(obstacle__in=codes).values_list("obstacle", "engagement_id")
    ):
        waived[code].add(engagement_id)
    recurred = dict(
        StandingRule.objects.filter(pk__in=pks).annotate(times=Count("recurrences")).values_list("pk", "times")
    )
    return {pk: _counted(applications[pk], waived[f"{PREFIX}{pk}"], recurred[pk]) for pk in pks}


def _counted(applications: list[RuleApplication], waived: set[int], recurred: int) -> Counts:
    fulfilled = {row.engagement_id for row in applications if row.is_fulfilled}
    waiting = {row.engagement_id for row in applications if row.ended_at is None} - fulfilled - waived
    return Counts(len(applications), len(fulfilled), len(waived), recurred, len(waiting))
