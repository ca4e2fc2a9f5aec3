"""How an engagement fares, with its reasons: one pure function over one table of rules. Vendor only.

The table says all there is to say of a rule: what it counts, from where on it speaks and at which level, in which words.
The page `reports:health_rules` reads the same table, so that what is explained is what is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy, pgettext

Level = Literal["bad", "warn", "ok"]
_RANK: dict[Level, int] = {"bad": 0, "warn": 1, "ok": 2}
LEVELS: dict[Level, Promise] = {
    "bad": gettext_lazy("Off track"),
    "warn": gettext_lazy("At risk"),
    "ok": gettext_lazy("On track"),
}

MISSED_BAD_DAYS = 3
LATE_BAD_DAYS = 5
SIGNATURE_DAYS = 5
WAIVER_NEAR_DAYS = 3
VISIT_NEAR_DAYS = 7
CONCERN_DAYS = 3


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of one engagement.

    `slip` is in working days (negative: early); `missed_days` counts the agreed stand-up days in a row without one;
    `signature_waits_days` and `concern_waits_days` (the client's oldest doubt without an answer) working days;
    `waiver_due_days` and `visit_due_days` calendar days until the first is due, negative once it has passed, None where
    there is none; `is_overdue`: the planned day passed without a go-live; `conditions_overdue` counts conditions of
    acceptance that nobody met in time.
    """

    slip: int = 0
    is_overdue: bool = False
    missed_days: int = 0
    critical: int = 0
    signature_waits_days: int | None = None
    waiver_due_days: int | None = None
    visit_due_days: int | None = None
    concern_waits_days: int | None = None
    conditions_overdue: int = 0
    has_lead: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """From `least` on, the rule speaks at this level; `told` is that threshold in words, its number left open."""

    level: Level
    least: int
    told: Any  # A lazy text; django-stubs has no name for one that takes a number.

    @property
    def words(self) -> str:
        return str(self.told % {"days": abs(self.least)})

    @property
    def level_word(self) -> str:
        return str(LEVELS[self.level])


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `measure` returns what it counts (None: there is nothing to count; days until a day that is to come are
    negative); `steps` stand from the most serious to the least; `tell` says the finding in words. `source` names what is
    counted, `mend` what settles it, and `place` the page of the engagement where that is done."""

    key: str
    title: Promise
    measure: Callable[[Signs], int | None]
    steps: tuple[Step, ...]
    tell: Callable[[int], str]
    source: Promise
    mend: Promise
    place: str

    @property
    def words(self) -> str:
        """The rule in one line: each level with its threshold."""
        lines = (_("%(level)s: %(when)s") % {"level": step.level_word, "when": step.words} for step in self.steps)
        return pgettext("conditions of a rule", "; ").join(lines)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in the reader's words, and the rule it comes from; `ok` informs and asks for nothing."""

    level: Level
    text: str
    rule: Rule

    @property
    def level_word(self) -> str:
        return str(LEVELS[self.level])


@dataclass(frozen=True, slots=True)
class Health:
    """The computed state: the level of the most serious reason, and every reason, the worst first."""

    level: Level
    reasons: tuple[Reason, ...]

    @property
    def word(self) -> str:
        return str(LEVELS[self.level])


def health(signs: Signs) -> Health:
    """Return the state of an engagement: what its most serious reason says; without one it is on track."""
    found = reasons(signs)
    return Health(found[0].level if found else "ok", found)


def reasons(signs: Signs) -> tuple[Reason, ...]:
    """Return every reason, the worst first; within a level in the order of the rules."""
    found = [reason for rule in RULES if (reason := _judge(rule, signs))]
    return tuple(sorted(found, key=lambda reason: _RANK[reason.level]))


def attention(found: tuple[Reason, ...], slip: int) -> tuple[int, int, int]:
    """Return a sort key: most serious reasons first, then most reasons, then the latest."""
    levels = [reason.level for reason in found]
    return (-levels.count("bad"), -levels.count("warn"), -slip)


def needs_attention(found: tuple[Reason, ...]) -> bool:
    """Say whether a person has to look."""
    return any(reason.level != "ok" for reason in found)


def _judge(rule: Rule, signs: Signs) -> Reason | None:
    value = rule.measure(signs)
    if value is None:
        return None
    step = next((step for step in rule.steps if value >= step.least), None)
    return Reason(step.level, rule.tell(value), rule) if step else None


def _past(due_days: int | None) -> int | None:
    """Turn the days until a day into the days since: what is due soon is just below nothing."""
    return None if due_days is None else -due_days


def _critical(count: int) -> str:
    return ngettext("%(count)s critical problem open", "%(count)s critical problems open", count) % {"count": count}


def _missed(days: int) -> str:
    text = ngettext("No stand-up on the last agreed day", "No stand-up for %(days)s agreed days", days)
    return text % {"days": days}


def _concern(days: int) -> str:
    text = ngettext(
        "Concern unanswered for %(days)s working day", "Concern unanswered for %(days)s working days", days
    )
    return text % {"days": days}


def _waiver(days: int) -> str:
    if days > 0:
        return ngettext("Waiver overdue by %(days)s day", "Waiver overdue by %(days)s days", days) % {"days": days}
    if days == 0:
        return _("Waiver due today")
    return ngettext("Waiver due in %(days)s day", "Waiver due in %(days)s days", -days) % {"days": -days}


def _visit(days: int) -> str:
    if days > 0:
        text = ngettext("Follow-up visit overdue by %(days)s day", "Follow-up visit overdue by %(days)s days", days)
        return text % {"days": days}
    if days == 0:
        return _("Follow-up visit today")
    text = ngettext("Follow-up visit in %(days)s day", "Follow-up visit in %(days)s days", -days)
    return text % {"days": -days}


def _late(days: int) -> str:
    return ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days}


def _signature(days: int) -> str:
    text = ngettext(
        "A signature has waited %(days)s working day", "A signature has waited %(days)s working days", days
    )
    return text % {"days": days}


def _conditions(count: int) -> str:
    text = ngettext("%(count)s condition of acceptance overdue", "%(count)s conditions of acceptance overdue", count)
    return text % {"count": count}


RULES: tuple[Rule, ...] = (
    Rule(
        "critical",
        gettext_lazy("Critical problems"),
        lambda signs: signs.critical,
        (Step("bad", 1, gettext_lazy("a critical problem is open")),),
        _critical,
        gettext_lazy("Open problems of critical severity, internal ones too."),
        gettext_lazy("Solve the problem, or correct its severity."),
        "standups:problems",
    ),
    Rule(
        "stand-ups",
        gettext_lazy("Days without a stand-up"),
        lambda signs: signs.missed_days,
        (
            Step(
                "bad",
                MISSED_BAD_DAYS,
                ngettext_lazy(
                    "%(days)s agreed day or more in a row without a published stand-up",
                    "%(days)s agreed days or more in a row without a published stand-up",
                    "days",
                ),
            ),
            Step("warn", 1, gettext_lazy("none was published for the last agreed day")),
        ),
        _missed,
        gettext_lazy(
            "The engagement's own stand-up days up to yesterday, since the last published one; only between the first day on site and go-live. A draft does not count."
        ),
        gettext_lazy("Publish the stand-ups, or agree on other days for them."),
        "standups:list",
    ),
    Rule(
        "concerns",
        gettext_lazy("Concerns without an answer"),
        lambda signs: signs.concern_waits_days,
        (
            Step(
                "warn",
                CONCERN_DAYS,
                ngettext_lazy(
                    "the oldest has waited for %(days)s working day or more",
                    "the oldest has waited for %(days)s working days or more",
                    "days",
                ),
            ),
        ),
        _concern,
        gettext_lazy("Concerns of the client that nobody answered, or whose answer was sent back."),
        gettext_lazy("Answer the concern."),
        "standups:problems",
    ),
    Rule(
        "waivers",
        gettext_lazy("Waivers falling due"),
        lambda signs: _past(signs.waiver_due_days),
        (
            Step("bad", 1, gettext_lazy("the day of a waiver has passed")),
            Step(
                "warn",
                -WAIVER_NEAR_DAYS,
                ngettext_lazy("the next is due within %(days)s day", "the next is due within %(days)s days", "days"),
            ),
        ),
        _waiver,
        gettext_lazy("What a manager let pass at a gate and is still missing."),
        gettext_lazy("Bring what is missing."),
        "engagements:detail",
    ),
    Rule(
        "visits",
        gettext_lazy("Follow-up visits"),
        lambda signs: _past(signs.visit_due_days),
        (
            Step("bad", 1, gettext_lazy("the day of a visit has passed")),
            Step("warn", 0, gettext_lazy("a visit is today")),
            Step(
                "ok",
                -VISIT_NEAR_DAYS,
                ngettext_lazy(
                    "a visit within %(days)s day is only mentioned",
                    "a visit within %(days)s days is only mentioned",
                    "days",
                ),
            ),
        ),
        _visit,
        gettext_lazy("Visits that are not held yet, by the appointed day, else by the day they are due."),
        gettext_lazy("Hold the visit, or appoint another day."),
        "reports:visit_list",
    ),
    Rule(
        "overdue",
        gettext_lazy("Planned day passed"),
        lambda signs: int(signs.is_overdue),
        (Step("warn", 1, gettext_lazy("the planned day has passed and no go-live is recorded")),),
        lambda _count: _("Planned day passed, go-live not recorded"),
        gettext_lazy("The end of the plan as it stands now, while work on site goes on."),
        gettext_lazy("Record the go-live, or plan the rest anew."),
        "engagements:plan",
    ),
    Rule(
        "slip",
        gettext_lazy("Slip"),
        lambda signs: signs.slip,
        (
            Step(
                "bad",
                LATE_BAD_DAYS,
                ngettext_lazy("%(days)s working day late or more", "%(days)s working days late or more", "days"),
            ),
            Step("warn", 1, gettext_lazy("one working day late or more")),
        ),
        _late,
        gettext_lazy(
            "Working days of the site's calendar from the agreed go-live day to the planned one; after go-live it is history and counts no more."
        ),
        gettext_lazy("Take away what holds the plan up, or agree on another day by a change request."),
        "engagements:plan",
    ),
    Rule(
        "signatures",
        gettext_lazy("Texts waiting for a signature"),
        lambda signs: signs.signature_waits_days,
        (
            Step(
                "warn",
                SIGNATURE_DAYS,
                ngettext_lazy(
                    "the oldest has waited for %(days)s working day or more",
                    "the oldest has waited for %(days)s working days or more",
                    "days",
                ),
            ),
        ),
        _signature,
        gettext_lazy("Frozen texts in their current version that not all have signed."),
        gettext_lazy("Ask for the signature, or register the signed sheet."),
        "engagements:prepare",
    ),
    Rule(
        "conditions",
        gettext_lazy("Conditions of acceptance"),
        lambda signs: signs.conditions_overdue,
        (Step("warn", 1, gettext_lazy("a condition was not met by its day")),),
        _conditions,
        gettext_lazy("Open conditions under which a part was accepted; parts that were taken out do not count."),
        gettext_lazy("Meet the condition, and note that it is met."),
        "standups:conditions",
    ),
    Rule(
        "lead",
        gettext_lazy("Lead on site"),
        lambda signs: int(not signs.has_lead),
        (Step("warn", 1, gettext_lazy("nobody leads the engagement on site")),),
        lambda _count: _("Nobody leads on site"),
        gettext_lazy("The team of the engagement."),
        gettext_lazy("Name the lead in the team."),
        "engagements:team",
    ),
)
