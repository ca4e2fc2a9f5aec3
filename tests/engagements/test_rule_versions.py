"""Standing rules as time goes on (R2): retired, in new versions, on engagements that change."""

from __future__ import annotations

import pytest

from engagements.models import ChecklistItem, ContingencyPlan, DocumentRequest, Engagement, RuleApplication, SignOff
from engagements.services import clients, documents, functions, lifecycle, rules
from engagements.services.rule_applications import apply_rules
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError, StaleError
from tests.engagements.conftest import sign
from tests.engagements.ruling import (
    LETTER,
    application_of,
    begin,
    fields_of,
    fresh,
    join,
    letter_in,
    obstacles,
    promote,
    write_version,
)

pytestmark = pytest.mark.django_db


def test_a_retired_rule_binds_nobody_and_takes_back_what_nobody_touched(manager: User) -> None:
    rule = promote(manager)
    signed, unsigned = begin(manager), begin(manager)
    sign(letter_in(signed), join(signed, Part.CLIENT_PM))
    waiting = letter_in(unsigned)
    rules.retire(actor=manager, rule=rule, reason="已写进合同")
    assert obstacles(unsigned) == []
    waiting.refresh_from_db()
    assert waiting.superseded_at is not None
    assert letter_in(signed).is_signed
    assert application_of(unsigned).ended_at is not None
    assert obstacles(begin(manager)) == []
    with pytest.raises(DomainError, match="retired"):
        rules.retire(actor=manager, rule=rule, reason="再一次")
    with pytest.raises(DomainError, match="retired"):
        write_version(manager, rule)


@pytest.mark.parametrize(
    ("form", "model"), [("document", DocumentRequest), ("checklist", ChecklistItem), ("plan", ContingencyPlan)]
)
def test_retired_it_takes_its_rows_back(
    manager: User, form: str, model: type[DocumentRequest | ChecklistItem | ContingencyPlan]
) -> None:
    rule = promote(manager, form=form)
    bank = begin(manager)
    assert model.objects.unscoped().filter(engagement=bank).count() == 1
    rules.retire(actor=manager, rule=rule, reason="已写进合同")
    assert model.objects.unscoped().filter(engagement=bank).count() == 0


def test_a_document_that_was_asked_for_stays(manager: User) -> None:
    rule = promote(manager, form="document")
    bank = begin(manager)
    documents.ask_for(actor=manager, engagement=bank)
    rules.retire(actor=manager, rule=rule, reason="已写进合同")
    assert DocumentRequest.objects.unscoped().get(engagement=bank).state == "asked"


def test_a_new_version_is_demanded_anew_only_where_the_old_was_not_fulfilled(manager: User) -> None:
    """R2: rules have versions."""
    rule = promote(manager)
    signed, unsigned = begin(manager), begin(manager)
    sign(letter_in(signed), join(signed, Part.CLIENT_PM))
    before = letter_in(unsigned)
    write_version(manager, rule, content=LETTER | {"points": ["每个角色逐项确认"]})
    assert letter_in(unsigned).version == before.version + 1
    assert letter_in(unsigned).text["sections"][0]["points"] == ["每个角色逐项确认"]
    assert application_of(unsigned).version.number == 2
    assert letter_in(signed).text["sections"][0]["points"] == LETTER["points"]
    assert application_of(signed).version.number == 1
    assert obstacles(signed) == []


def test_the_same_words_are_not_frozen_again(manager: User) -> None:
    rule = promote(manager)
    bank = begin(manager)
    before = letter_in(bank)
    write_version(manager, rule, text="说得更清楚")
    assert letter_in(bank) == before
    assert application_of(bank).version.number == 2


def test_a_version_based_on_an_older_one_is_refused(manager: User) -> None:
    rule = promote(manager)
    write_version(manager, rule)
    with pytest.raises(StaleError):
        rules.write_version(actor=manager, rule=rule, based_on=1, note="同时", **fields_of())
    rule.refresh_from_db()
    assert rule.version == 2


def test_another_form_takes_the_place_of_the_first(manager: User) -> None:
    rule = promote(manager)
    bank = begin(manager)
    write_version(manager, rule, form="document")
    assert not SignOff.objects.unscoped().current().filter(engagement=bank).exists()
    assert DocumentRequest.objects.unscoped().get(engagement=bank).title == "权限矩阵"
    write_version(manager, rule, form="checklist")
    assert not DocumentRequest.objects.unscoped().filter(engagement=bank).exists()
    write_version(manager, rule)
    assert letter_in(bank).version == 2


@pytest.mark.parametrize("form", ["document", "checklist", "plan"])
def test_a_new_versions_words_reach_what_nobody_changed(manager: User, form: str) -> None:
    name = "text" if form == "checklist" else "title"
    rule = promote(manager, form=form)
    bank = begin(manager)
    write_version(manager, rule, form=form, content=fields_of(form)["content"] | {name: "新的名称"})
    row = application_of(bank)
    made = row.document_request or row.checklist_item or row.contingency_plan
    assert str(made) == "新的名称"


def test_it_comes_and_goes_with_what_the_engagement_is(manager: User) -> None:
    """R2: matching engagements, others not, as they change: industry, core task, module, client."""
    rule = promote(manager, modules=["crm"], core_tasks=["go_live"])
    bank = begin(manager)
    assert obstacles(bank) == []
    module = functions.save_module(actor=manager, engagement=bank, name="零售 CRM 二期")
    assert obstacles(bank) == [f"rule.{rule.pk}"]
    assert letter_in(bank).version == 1
    functions.save_module(actor=manager, engagement=bank, module=module, name="信贷")
    assert obstacles(bank) == []
    assert not SignOff.objects.unscoped().current().filter(engagement=bank).exists()
    functions.save_module(actor=manager, engagement=bank, module=module, name="CRM")
    assert letter_in(bank).version == 2
    lifecycle.change_engagement(actor=manager, engagement=bank, core_task="fix")
    assert obstacles(bank) == []
    lifecycle.change_engagement(actor=manager, engagement=bank, core_task="go_live")
    functions.delete_module(actor=manager, module=module)
    assert obstacles(bank) == []


def test_another_industry_brings_and_takes_it(manager: User) -> None:
    promote(manager)
    factory = begin(manager, "manufacturing")
    row = factory.client
    for industry, bound in (("banking", True), ("retail", False)):
        clients.save_client(actor=manager, client=row, name=row.name, short_name=row.short_name, industry=industry)
        assert bool(obstacles(factory)) is bound
        assert SignOff.objects.unscoped().current().filter(engagement=factory).exists() is bound


def test_the_letter_follows_the_engagements_name_until_it_is_signed(manager: User) -> None:
    promote(manager)
    bank = begin(manager)
    lifecycle.change_engagement(actor=manager, engagement=bank, name="新核心上线")
    assert "新核心上线" in letter_in(bank).text["sections"][0]["paragraphs"][0]
    sign(letter_in(bank), join(bank, Part.CLIENT_PM))
    lifecycle.change_engagement(actor=manager, engagement=fresh(bank), name="又改名")
    assert letter_in(bank).version == 2


def test_applied_twice_it_changes_nothing(manager: User) -> None:
    for form in ("sign_off", "document", "checklist", "plan"):
        promote(manager, form=form)
    bank = begin(manager)
    before = list(RuleApplication.objects.unscoped().filter(engagement=bank).values())
    for _time in range(2):
        apply_rules(actor=manager, engagement=Engagement.objects.lock(bank.pk))
    assert list(RuleApplication.objects.unscoped().filter(engagement=bank).values()) == before
    assert DocumentRequest.objects.unscoped().filter(engagement=bank).count() == 1
