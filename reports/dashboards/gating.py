"""Lessons at work: the standing rules that running engagements still have to fulfil, and the gates they stand at."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from engagements.models import Engagement, Phase, RuleApplication, RuleVersion, StandingRule, Waiver
from engagements.rules.standing import PREFIX
from onsite.accounts.models import User
from reports.lessons.words import gate_words

MOST_RULES = 5


@dataclass(frozen=True)
class GatingRule:
    """A rule with the engagements where it is neither fulfilled nor waived; `version` is the one that binds most lately."""

    rule: StandingRule
    version: RuleVersion
    engagements: list[Engagement]

    @property
    def gate(self) -> str:
        return gate_words(self.version)


def gating_rules(viewer: User) -> list[GatingRule]:
    """Return the rules that hold most engagements back, at most five. Two queries."""
    running = [Phase.PREPARATION, Phase.EXECUTION, Phase.REVIEW]
    bound = RuleApplication.objects.visible_to(viewer).standing().filter(engagement__phase__in=running).with_made()
    waived = set(
        Waiver.objects.visible_to(viewer)
        .filter(obstacle__startswith=PREFIX, engagement__phase__in=running)
        .values_list("engagement_id", "obstacle")
    )
    open_ones: dict[int, list[RuleApplication]] = defaultdict(list)
    for row in bound.select_related("engagement__client").defer("sign_off__text").order_by("version_id", "pk"):
        if not row.is_fulfilled and (row.engagement_id, row.obstacle_code) not in waived:
            open_ones[row.rule_id].append(row)
    found = [
        GatingRule(rows[-1].rule, rows[-1].version, [row.engagement for row in rows]) for rows in open_ones.values()
    ]
    return sorted(found, key=lambda row: (-len(row.engagements), row.rule.title))[:MOST_RULES]
