"""Health: one pure function over one table of rules, the page that explains them, and where it is told (SCREENS.md)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from reports.dashboards import health_card
from reports.dashboards.health import LEVELS, RULES, Rule, Signs, attention, health, needs_attention, reasons
from standups.models import Severity
from tests.conftest import SignIn
from tests.factories import ProblemFactory

PAGE = "/health/"
LANGUAGES = ("en", "zh-hans")


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


# --- Rules -----------------------------------------------------------------------------------------------------------

EXAMPLES = [
    (Signs(), []),
    (Signs(slip=-3), []),
    (Signs(slip=1), [("warn", "1 working day late")]),
    (Signs(slip=4), [("warn", "4 working days late")]),
    (Signs(slip=5), [("bad", "5 working days late")]),
    (Signs(is_overdue=True), [("warn", "Planned day passed, go-live not recorded")]),
    (Signs(missed_days=1), [("warn", "No stand-up on the last agreed day")]),
    (Signs(missed_days=2), [("warn", "No stand-up for 2 agreed days")]),
    (Signs(missed_days=3), [("bad", "No stand-up for 3 agreed days")]),
    (Signs(critical=1), [("bad", "1 critical problem open")]),
    (Signs(critical=2), [("bad", "2 critical problems open")]),
    (Signs(signature_waits_days=4), []),
    (Signs(signature_waits_days=5), [("warn", "A signature has waited 5 working days")]),
    (Signs(concern_waits_days=2), []),
    (Signs(concern_waits_days=3), [("warn", "Concern unanswered for 3 working days")]),
    (Signs(waiver_due_days=4), []),
    (Signs(waiver_due_days=3), [("warn", "Waiver due in 3 days")]),
    (Signs(waiver_due_days=0), [("warn", "Waiver due today")]),
    (Signs(waiver_due_days=-1), [("bad", "Waiver overdue by 1 day")]),
    (Signs(visit_due_days=8), []),
    (Signs(visit_due_days=7), [("ok", "Follow-up visit in 7 days")]),
    (Signs(visit_due_days=0), [("warn", "Follow-up visit today")]),
    (Signs(visit_due_days=-2), [("bad", "Follow-up visit overdue by 2 days")]),
    (Signs(conditions_overdue=1), [("warn", "1 condition of acceptance overdue")]),
    (Signs(conditions_overdue=3), [("warn", "3 conditions of acceptance overdue")]),
    (Signs(has_lead=False), [("warn", "Nobody leads on site")]),
    (
        Signs(slip=2, critical=1, visit_due_days=5),
        [("bad", "1 critical problem open"), ("warn", "2 working days late"), ("ok", "Follow-up visit in 5 days")],
    ),
]


@pytest.mark.parametrize(("signs", "expected"), EXAMPLES)
def test_reasons_worst_first(signs: Signs, expected: list[tuple[str, str]]) -> None:
    """SCREENS.md, Manager: health with its reasons, worst first."""
    assert [(reason.level, reason.text) for reason in reasons(signs)] == expected


def test_attention_weighs_seriousness_then_number_then_slip() -> None:
    """SCREENS.md, Manager: sorted by attention; good news asks for nobody."""
    order = [
        Signs(critical=1, missed_days=3),
        Signs(critical=1),
        Signs(slip=4, is_overdue=True),
        Signs(slip=3),
        Signs(),
    ]
    keys = [attention(reasons(signs), signs.slip) for signs in order]
    assert keys == sorted(keys)
    assert not needs_attention(reasons(Signs(visit_due_days=3)))
    assert needs_attention(reasons(Signs(slip=1)))


@pytest.mark.parametrize(
    ("signs", "level", "word"),
    [
        (Signs(), "ok", "On track"),
        (Signs(visit_due_days=3), "ok", "On track"),
        (Signs(slip=1, visit_due_days=3), "warn", "At risk"),
        (Signs(slip=1, critical=1), "bad", "Off track"),
    ],
)
def test_the_state_is_that_of_the_worst_reason(signs: Signs, level: str, word: str) -> None:
    found = health(signs)
    assert (found.level, found.word) == (level, word)
    assert found.reasons == reasons(signs)


# Which sign each rule reads, as that many beyond the threshold of 0: the same numbers, written a second time.
SIGNS: dict[str, Any] = {
    "critical": lambda value: Signs(critical=value),
    "stand-ups": lambda value: Signs(missed_days=value),
    "concerns": lambda value: Signs(concern_waits_days=value),
    "waivers": lambda value: Signs(waiver_due_days=-value),
    "visits": lambda value: Signs(visit_due_days=-value),
    "overdue": lambda value: Signs(is_overdue=value > 0),
    "slip": lambda value: Signs(slip=value),
    "signatures": lambda value: Signs(signature_waits_days=value),
    "conditions": lambda value: Signs(conditions_overdue=value),
    "lead": lambda value: Signs(has_lead=value <= 0),
}


@pytest.mark.parametrize("rule", RULES, ids=[rule.key for rule in RULES])
def test_a_rule_speaks_from_the_threshold_it_names(rule: Rule) -> None:
    """What the page says of a rule is what the rule does: at each threshold this level, just below it another or none."""
    for step in rule.steps:
        (found,) = reasons(SIGNS[rule.key](step.least))
        assert (found.rule, found.level) == (rule, step.level)
        below = reasons(SIGNS[rule.key](step.least - 1))
        assert step.level not in [reason.level for reason in below]
        assert str(abs(step.least)) in step.words or abs(step.least) <= 1
        assert f"{step.level_word}: {step.words}" in rule.words


def test_the_rules_are_told_apart() -> None:
    assert {rule.key for rule in RULES} == set(SIGNS)
    assert len(RULES) == len(SIGNS)
    for rule in RULES:
        levels = [step.level for step in rule.steps]
        assert levels == [level for level in LEVELS if level in levels], "from the most serious to the least"


# --- Page ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_stands_on_the_page(language: str, engineer: User, sign_in: SignIn) -> None:
    """One page of documentation: each rule with its levels, thresholds, source and what settles it."""
    User.objects.filter(pk=engineer.pk).update(language=language)
    html = sign_in(engineer).get(PAGE, headers={"accept-language": language}).content.decode()
    with translation.override(language):
        for rule in RULES:
            assert f'id="{rule.key}"' in html
            told = [rule.title, rule.source, rule.mend, *(step.words for step in rule.steps)]
            assert [text for text in map(str, told) if _escaped(text) not in html] == []


def _escaped(text: str) -> str:
    return text.replace("'", "&#x27;")


@pytest.mark.django_db
def test_no_client_learns_of_the_page(client_pm: User, engineer: User, sign_in: SignIn) -> None:
    assert sign_in(client_pm).get(PAGE).status_code == 404
    assert sign_in(engineer).get(PAGE).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("rule", RULES, ids=[rule.key for rule in RULES])
def test_what_settles_it_can_be_opened(rule: Rule, engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    assert sign_in(engineer).get(reverse(rule.place, args=[engagement.pk])).status_code == 200


# --- Overview --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_overview_tells_vendor_people_alone(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """RULES.md: health is vendor only; each reason has its rule beside it and leads to what settles it."""
    User.objects.filter(pk__in=[engineer.pk, client_pm.pk]).update(language="en")
    ProblemFactory(engagement=engagement, severity=Severity.CRITICAL)
    url = reverse("engagements:detail", args=[engagement.pk])
    html = sign_in(engineer).get(url).content.decode()
    for text in ("Off track", "1 critical problem open", "Rule: Off track: a critical problem is open."):
        assert text in html
    assert f'href="{PAGE}#critical"' in html
    assert f'href="{reverse("standups:problems", args=[engagement.pk])}"' in html
    seen = sign_in(client_pm).get(url, follow=True).content.decode()
    for text in ("Off track", "critical problem open", PAGE):
        assert text not in seen
    assert health_card.tell(engagement, client_pm) == ()


@pytest.mark.django_db
def test_what_is_over_has_no_health(engagement: Engagement, engineer: User) -> None:
    assert len(health_card.tell(engagement, engineer)) == 1
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CLOSED)
    engagement.refresh_from_db()
    assert health_card.tell(engagement, engineer) == ()


@pytest.mark.django_db
def test_the_card_costs_eleven_queries(engagement: Engagement, engineer: User) -> None:
    """As many at ten problems as at none."""
    for _number in range(2):
        fresh = Engagement.objects.visible_to(engineer).get(pk=engagement.pk)
        with CaptureQueriesContext(connection) as captured:
            health_card.tell(fresh, engineer)
        assert len(captured) <= 11, "\n".join(query["sql"][:120] for query in captured)
        ProblemFactory.create_batch(10, engagement=engagement, severity=Severity.CRITICAL)
