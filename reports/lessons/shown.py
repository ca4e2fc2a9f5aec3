"""The pages of standing rules: what the company knows, one rule whole, and what binds an engagement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.db.models import F, Q, QuerySet

from engagements.differences import Difference
from engagements.models import Client, Lesson, RuleApplication, RuleVersion, StandingRule, Waiver
from engagements.models.lesson import LessonQuerySet
from engagements.rules.counts import Counts, rule_counts
from onsite.accounts.models import User
from reports.lessons.forms import RulesFilter
from reports.lessons.words import Line, bound_words, demanded, gate_words, version_differences
from standups.models import Problem

State = Literal["fulfilled", "waived", "open", "ended"]


@dataclass(frozen=True)
class RuleRow:
    """A rule in its newest version, in words, with what became of it."""

    rule: StandingRule
    version: RuleVersion
    binds: str
    gate: str
    counts: Counts


@dataclass(frozen=True)
class BoundRow:
    """An engagement that the rule binds, or did, and where it stands there."""

    application: RuleApplication
    state: State
    waiver: Waiver | None


@dataclass(frozen=True)
class VersionRow:
    """A version with what changed since the one before; nothing for the first."""

    version: RuleVersion
    differences: list[Difference]


@dataclass(frozen=True)
class RulePage:
    """One rule. `source` is the lesson where the reader may see it; `bound` and `before` are engagements they may see,
    `recurrences` problems they may see: `counts` tells of all."""

    row: RuleRow
    source: Lesson | None
    demands: list[Line]
    bound: list[BoundRow]
    before: list[BoundRow]
    recurrences: list[Problem]
    versions: list[VersionRow]


def known_clients(user: User) -> set[int]:
    """Return the ids of the clients whose names this person may read."""
    return set(Client.objects.visible_to(user).order_by().values_list("pk", flat=True))


def rule_rows(user: User, *, state: str = "", industry: str = "", q: str = "") -> list[RuleRow]:
    """Return the rules of this state that may bind this industry and hold every word, by title. Seven queries at most,
    however many there are."""
    rules = StandingRule.objects.visible_to(user)
    if state != RulesFilter.ALL:
        rules = rules.active() if state == RulesFilter.ACTIVE else rules.exclude(retired_at=None)
    versions = _newest(rules)
    kept = [row for row in versions if _is_about(row, industry) and _holds(row, q)]
    counts, known = rule_counts([row.rule for row in kept]), known_clients(user)
    return [_row(row, known, counts) for row in kept]


def unpromoted(user: User, *, industry: str = "", q: str = "") -> LessonQuerySet:
    """Return the lessons this person may see that no rule came of, the newest first."""
    rows = (
        Lesson.objects.visible_to(user).filter(standing_rule=None).select_related("engagement__client", "written_by")
    )
    if industry:
        rows = rows.filter(engagement__client__industry=industry)
    for word in q.split():
        found = Q()
        for name in ("title", "what_happened", "why", "rule"):
            found |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(found)
    return rows.order_by("-written_at", "-pk")


def rule_page(user: User, rule: StandingRule) -> RulePage:
    """Return one rule as this person may read it. About ten queries."""
    versions = list(rule.versions.select_related("written_by").with_clients())
    known = known_clients(user)
    newest = next(version for version in versions if version.number == rule.version)
    newest.rule = rule
    bound = _bound(user, rule)
    problems = Problem.objects.visible_to(user).filter(recurs=rule).select_related("engagement__client")
    return RulePage(
        row=_row(newest, known, rule_counts([rule])),
        source=Lesson.objects.visible_to(user).filter(pk=rule.lesson_id).select_related("engagement__client").first(),
        demands=demanded(newest),
        bound=[row for row in bound if row.state != "ended"],
        before=[row for row in bound if row.state == "ended"],
        recurrences=list(problems.order_by("-raised_on", "-pk")),
        versions=[
            VersionRow(version, version_differences(older, version, known) if older else [])
            for version, older in zip(versions, [*versions[1:], None], strict=True)
        ],
    )


def _newest(rules: QuerySet[StandingRule]) -> list[RuleVersion]:
    rows = RuleVersion.objects.filter(rule__in=rules, number=F("rule__version"))
    return list(rows.select_related("rule").with_clients().order_by("rule__title", "rule_id"))


def _row(version: RuleVersion, known: Iterable[int], counts: Mapping[int, Counts]) -> RuleRow:
    return RuleRow(
        version.rule, version, bound_words(version, set(known)), gate_words(version), counts[version.rule_id]
    )


def _is_about(version: RuleVersion, industry: str) -> bool:
    """Whether it can bind a client of this industry: one that names none can bind any."""
    return not industry or version.binds_all or not version.industries or industry in version.industries


def _holds(version: RuleVersion, words: str) -> bool:
    said = [version.rule.title, version.text]
    for line in demanded(version):
        said += [line.text, *line.lines]
    text = "\n".join(said).casefold()
    return all(word.casefold() in text for word in words.split())


def _bound(user: User, rule: StandingRule) -> list[BoundRow]:
    rows = RuleApplication.objects.visible_to(user).filter(rule=rule).with_made().select_related("engagement__client")
    rows = rows.order_by("-applied_at", "-pk")
    applications = list(rows)
    waivers = {
        waiver.engagement_id: waiver
        for waiver in Waiver.objects.visible_to(user).filter(obstacle=f"rule.{rule.pk}").select_related("granted_by")
    }
    return [_bound_row(row, waivers.get(row.engagement_id)) for row in applications]


def _bound_row(application: RuleApplication, waiver: Waiver | None) -> BoundRow:
    state: State = "open"
    if application.ended_at is not None:
        state = "ended"
    elif application.is_fulfilled:
        state = "fulfilled"
    elif waiver is not None:
        state = "waived"
    return BoundRow(application, state, waiver)
