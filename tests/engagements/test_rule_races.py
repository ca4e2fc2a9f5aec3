"""Standing rules under two hands at once, on real connections: nobody is missed, and nothing is made twice.

With `audit.hold` taken out of `services.lifecycle`, a new engagement misses a new rule.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from engagements.models import Engagement, RuleApplication, RuleVersion, SignOff, StandingRule
from engagements.services import clients, functions, lifecycle, rules
from engagements.services.rule_applications import apply_rules
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core.errors import DomainError, StaleError
from tests.conftest import InParallel
from tests.engagements.conftest import sign
from tests.engagements.ruling import (
    LETTER,
    bank_lesson,
    begin,
    fields_of,
    obstacles,
    promote,
    write_version,
)
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 5  # A race that is there shows within a few rounds.


def refusals(results: list[Any]) -> list[Exception]:
    """Return the refusals; anything else that went wrong fails the test."""
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, DomainError) for error in errors), errors
    return errors


def test_an_engagement_created_while_a_rule_is_promoted_has_its_letter(
    manager: User, other_manager: User, in_parallel: InParallel
) -> None:
    """R2: at once, whoever comes first."""
    for round_ in range(AGAIN):
        lesson = bank_lesson()
        results = in_parallel(
            lambda lesson=lesson: promote(manager, lesson),
            lambda round_=round_: begin(other_manager, name=f"同时{round_}"),
        )
        assert refusals(results) == []
        applied = RuleApplication.objects.unscoped().filter(engagement=results[1], rule=results[0])
        assert applied.get().sign_off is not None


def test_applied_at_once_it_is_made_once(manager: User, in_parallel: InParallel) -> None:
    bank = begin(manager)
    lesson = bank_lesson()

    def again() -> None:
        with transaction.atomic():
            apply_rules(actor=manager, engagement=Engagement.objects.lock(bank.pk))

    results = in_parallel(lambda: promote(manager, lesson), again, again)
    assert refusals(results) == []
    again()
    assert RuleApplication.objects.unscoped().filter(engagement=bank).count() == 1
    assert SignOff.objects.unscoped().filter(engagement=bank, kind=SignOff.Kind.RULE).count() == 1


def test_signed_while_a_new_version_is_written_one_of_both_holds(manager: User, in_parallel: InParallel) -> None:
    """R2: a signature stands under the words that were read, or not at all."""
    for round_ in range(AGAIN):
        rule = promote(manager, bank_lesson())
        bank = begin(manager, name=f"签署{round_}")
        pm = UserFactory(role=Role.CLIENT)
        MembershipFactory(engagement=bank, user=pm, part=Part.CLIENT_PM)
        letter = SignOff.objects.unscoped().current().get(engagement=bank, topic=str(rule.pk))
        content = LETTER | {"points": ["逐项确认"]}
        results = in_parallel(
            lambda letter=letter, pm=pm: sign(SignOff.objects.unscoped().get(pk=letter.pk), pm),
            lambda rule=rule, content=content: write_version(manager, rule, content=content),
        )
        errors = refusals(results)
        letter.refresh_from_db()
        standing = RuleApplication.objects.unscoped().with_made().get(engagement=bank, rule=rule)
        if errors:
            assert letter.superseded_at is not None
            assert not letter.is_signed
            assert standing.version.number == 2
        else:
            assert letter.is_signed
            assert standing.sign_off == letter
            assert standing.version.number == 1
        rules.retire(actor=manager, rule=rule, reason="下一轮")


def test_of_two_versions_on_the_same_one_the_second_is_stale(
    manager: User, other_manager: User, in_parallel: InParallel
) -> None:
    rule = promote(manager)

    def writes(actor: User) -> Callable[[], RuleVersion]:
        return lambda: rules.write_version(actor=actor, rule=rule, based_on=1, note="更明确", **fields_of())

    results = in_parallel(writes(manager), writes(other_manager))
    [error] = refusals(results)
    assert isinstance(error, StaleError)
    assert rule.versions.count() == 2


def test_a_lesson_promoted_twice_at_once_makes_one_rule(
    manager: User, other_manager: User, in_parallel: InParallel
) -> None:
    lesson = bank_lesson()
    results = in_parallel(lambda: promote(manager, lesson), lambda: promote(other_manager, lesson))
    assert len(refusals(results)) == 1


def test_another_industry_while_a_rule_is_promoted_binds(
    manager: User, other_manager: User, in_parallel: InParallel
) -> None:
    for round_ in range(AGAIN):
        factory = begin(manager, "manufacturing", name=f"转行{round_}")
        lesson, row = bank_lesson(), factory.client
        results = in_parallel(
            lambda lesson=lesson: promote(manager, lesson),
            lambda row=row: clients.save_client(
                actor=other_manager, client=row, name=row.name, short_name=row.short_name, industry="banking"
            ),
        )
        assert refusals(results) == []
        rule = results[0]
        assert f"rule.{rule.pk}" in obstacles(factory)
        assert RuleApplication.objects.unscoped().filter(engagement=factory, rule=rule).exists()
        rules.retire(actor=manager, rule=rule, reason="下一轮")


@pytest.mark.parametrize("what", ["module", "core task"])
def test_what_is_changed_while_a_rule_is_promoted_is_looked_at_again(
    what: str, manager: User, other_manager: User, in_parallel: InParallel
) -> None:
    """R2: neither sees the other's rows before they are committed; the engagement's own lock brings them together."""
    factory, lesson = begin(manager, "manufacturing"), bank_lesson()
    changed = threading.Event()

    def change() -> None:
        with transaction.atomic():
            if what == "module":
                functions.save_module(actor=other_manager, engagement=factory, name="CRM 客户")
            else:
                lifecycle.change_engagement(actor=other_manager, engagement=factory, core_task="fix_module")
            changed.set()
            time.sleep(1)

    def promoted() -> StandingRule:
        changed.wait(10)
        asked: dict[str, Any] = {"modules": ["crm"]} if what == "module" else {"core_tasks": ["fix_module"]}
        return promote(manager, lesson, industries=[], **asked)

    assert refusals(in_parallel(change, promoted)) == []
    assert RuleApplication.objects.unscoped().get(engagement=factory).sign_off is not None
    assert len(obstacles(factory)) == 1


def test_retired_while_it_reaches_a_new_engagement_it_leaves_nothing(
    manager: User, other_manager: User, in_parallel: InParallel
) -> None:
    rule = promote(manager)
    results = in_parallel(
        lambda: rules.retire(actor=manager, rule=rule, reason="已写进合同"), lambda: begin(other_manager)
    )
    assert refusals(results) == []
    assert obstacles(results[1]) == []
    left = RuleApplication.objects.unscoped().standing().filter(rule=rule)
    assert not left.exists()
    assert not SignOff.objects.unscoped().current().filter(engagement=results[1], kind=SignOff.Kind.RULE).exists()
