"""Lessons bind (R2, N1): the article's case both ways, each form, versions, retirement, waivers, and the counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from engagements import gates
from engagements.models import (
    ChecklistItem,
    ContingencyPlan,
    DocumentRequest,
    Engagement,
    Phase,
    RuleApplication,
    SignOff,
    StandingRule,
)
from engagements.rules.counts import Counts, rule_counts
from engagements.rules.matching import newest_versions
from engagements.rules.standing import demanded_before, requirements_of
from engagements.services import contingency, documents, receipts, rules, signing, site
from engagements.services.rule_applications import tick, untick
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core.errors import DomainError, RefusedError
from onsite.core.models import Job
from tests.engagements.conftest import register, sign
from tests.engagements.ruling import (
    LETTER,
    application_of,
    bank_lesson,
    begin,
    fresh,
    join,
    letter_in,
    obstacles,
    promote,
    write_version,
)
from tests.factories import ClientFactory, ProblemFactory

pytestmark = pytest.mark.django_db


def test_the_banks_lesson_blocks_a_new_bank_until_the_letter_is_signed_on_screen(manager: User) -> None:
    """R2: the article's own case; the manufacturer is left alone."""
    rule = promote(manager)
    bank, factory = begin(manager), begin(manager, "manufacturing")
    assert obstacles(bank) == [f"rule.{rule.pk}"]
    assert obstacles(factory) == []
    assert not SignOff.objects.unscoped().filter(engagement=factory).exists()
    with pytest.raises(RefusedError) as refused:
        gates.change_phase(actor=manager, engagement=bank, to=Phase.EXECUTION)
    assert f"rule.{rule.pk}" in [obstacle.code for obstacle in refused.value.obstacles]
    sign(letter_in(bank), join(bank, Part.CLIENT_PM))
    assert obstacles(bank) == []
    assert application_of(bank).satisfied_at is not None


def test_the_letter_signed_on_paper_and_checked_opens_the_gate(manager: User, other_manager: User) -> None:
    """R2, N8: no client needs to sign in."""
    promote(manager)
    bank = begin(manager, signs_on_paper=True)
    signature = register(letter_in(bank), manager)
    assert obstacles(bank) != []
    signing.check_paper(actor=other_manager, signature=signature, accepted=True)
    assert obstacles(bank) == []


def test_a_rule_for_all_binds_the_manufacturer_too(manager: User) -> None:
    """R2: the article's case, the other way."""
    rule = promote(manager, binds_all=True, industries=[])
    assert obstacles(begin(manager, "manufacturing")) == [f"rule.{rule.pk}"]


def test_a_running_engagement_receives_it_at_once(manager: User) -> None:
    bank, factory = begin(manager), begin(manager, "manufacturing")
    assert obstacles(bank) == []
    rule = promote(manager)
    assert obstacles(bank) == [f"rule.{rule.pk}"]
    assert letter_in(bank).text["sections"][0]["heading"] == "权限确认书"
    assert f"{bank.client.name}就“{bank.name}”确认：" in letter_in(bank).text["sections"][0]["paragraphs"]
    assert obstacles(factory) == []


def test_the_origin_is_bound_as_any_other(manager: User) -> None:
    lesson = bank_lesson()
    promote(manager, lesson)
    assert application_of(lesson.engagement).sign_off is not None


def test_where_its_gate_has_passed_it_stands_before_the_next(manager: User) -> None:
    """R2: an engagement under way is bound too."""
    bank = begin(manager)
    Engagement.objects.filter(pk=bank.pk).update(phase=Phase.EXECUTION)
    rule = promote(manager)
    assert obstacles(bank, Phase.EXECUTION) == []
    assert obstacles(bank, Phase.REVIEW) == [f"rule.{rule.pk}"]
    assert obstacles(bank, Phase.CLOSED) == []


def test_what_is_over_is_left_alone(manager: User) -> None:
    bank = begin(manager)
    Engagement.objects.filter(pk=bank.pk).update(phase=Phase.CLOSED)
    promote(manager)
    assert not RuleApplication.objects.unscoped().filter(engagement=bank).exists()
    assert [obstacles(bank, phase) for phase in (Phase.EXECUTION, Phase.REVIEW, Phase.CLOSED)] == [[], [], []]


@pytest.mark.parametrize("form", ["sign_off", "document", "checklist", "plan"])
def test_each_form_blocks_its_gate_in_words_with_the_page_that_fulfils_it(manager: User, form: str) -> None:
    promote(manager, form=form, before_phase="review")
    bank = begin(manager)
    assert obstacles(bank) == []
    [found] = [
        standing.obstacle
        for standing in gates.standing_before(bank, Phase.REVIEW)
        if standing.obstacle.code.startswith("rule.")
    ]
    assert found.waivable
    assert "进场前签署权限确认书" in found.text
    assert f"/{bank.pk}/" in found.url


def test_a_document_is_planned_and_fulfils_it_once_it_is_read(manager: User) -> None:
    promote(manager, form="document")
    bank = begin(manager)
    request = DocumentRequest.objects.unscoped().get(engagement=bank)
    assert (request.title, request.state) == ("权限矩阵", "planned")
    with pytest.raises(DomainError, match="standing rule"):
        documents.delete_request(actor=manager, request=request)
    documents.ask_for(actor=manager, engagement=bank, request=request)
    receipts.record_receipt(actor=manager, request=request, received_from=None, way=DocumentRequest.Way.PAPER)
    assert obstacles(bank) != []
    receipts.review_document(actor=manager, request=request, findings="齐", is_enough=True, files_seen=0)
    assert obstacles(bank) == []
    assert application_of(bank).satisfied_at is not None


def test_a_line_is_ticked_and_unticked(manager: User) -> None:
    promote(manager, form="checklist")
    bank = begin(manager)
    application = application_of(bank)
    assert ChecklistItem.objects.unscoped().get(engagement=bank).text == "核对权限清单"
    with pytest.raises(DomainError, match="standing rule"):
        site.delete_checklist_item(actor=manager, item=ChecklistItem.objects.unscoped().get(engagement=bank))
    tick(actor=manager, application=application)
    assert obstacles(bank) == []
    with pytest.raises(DomainError, match="ticked already"):
        tick(actor=manager, application=application)
    untick(actor=manager, application=application)
    assert obstacles(bank) != []
    assert application_of(bank).satisfied_at is None
    with pytest.raises(DomainError, match="not ticked"):
        untick(actor=manager, application=application)


def test_only_whoever_prepares_ticks(manager: User) -> None:
    promote(manager, form="checklist")
    bank = begin(manager)
    with pytest.raises(PermissionDenied):
        tick(actor=join(bank, Part.CLIENT_PM), application=application_of(bank))


def test_a_contingency_plan_must_be_fitted(manager: User) -> None:
    promote(manager, form="plan")
    bank = begin(manager)
    lead = join(bank, Part.LEAD, Role.ENGINEER)
    plan = ContingencyPlan.objects.unscoped().get(engagement=bank)
    assert plan.steps == ["联系管理员", "临时授权"]
    with pytest.raises(DomainError, match="standing rule"):
        contingency.delete_plan(actor=manager, plan=plan)
    assert obstacles(bank) != []
    contingency.save_plan(actor=manager, engagement=bank, plan=plan, owner=lead, escalation="值班经理")
    assert obstacles(bank) == []
    assert application_of(bank).satisfied_at is not None


def test_a_plan_of_that_title_answers_it(manager: User) -> None:
    bank = begin(manager)
    lead = join(bank, Part.LEAD, Role.ENGINEER)
    own = contingency.save_plan(
        actor=manager, engagement=bank, title="权限缺失应急", emergency="permission", trigger="缺权限",
        respond_within_minutes=10, steps=["授权"], fallback="", owner=lead, escalation="值班经理",
    )  # fmt: skip
    rule = promote(manager, form="plan")
    assert application_of(bank).contingency_plan == own
    assert obstacles(bank) == []
    rules.retire(actor=manager, rule=rule, reason="已写进手册")
    assert ContingencyPlan.objects.unscoped().filter(pk=own.pk).exists()


def test_only_a_manager_waives_with_a_reason(manager: User) -> None:
    """R2: a waiver needs a manager and a reason; what was waived does not come back at the next gate."""
    rule = promote(manager)
    bank = begin(manager)
    lead = join(bank, Part.LEAD, Role.ENGINEER)
    due_on = bank.today() + timedelta(days=7)
    with pytest.raises(PermissionDenied):
        gates.waive(actor=lead, engagement=bank, obstacle=f"rule.{rule.pk}", reason="已口头确认", due_on=due_on)
    gates.waive(actor=manager, engagement=bank, obstacle=f"rule.{rule.pk}", reason="已口头确认", due_on=due_on)
    assert obstacles(bank) == []
    Engagement.objects.filter(pk=bank.pk).update(phase=Phase.EXECUTION)
    assert obstacles(bank, Phase.REVIEW) == []
    assert [found.obstacle.code for found in gates.still_owed(fresh(bank))] == [f"rule.{rule.pk}"]
    assert rule_counts([rule]) == {rule.pk: Counts(applied=2, waived=1, open=1)}


def test_the_counts_tell_what_became_of_it(manager: User) -> None:
    """R2: applied, satisfied, waived, recurred."""
    rule = promote(manager)
    first, _second = begin(manager), begin(manager)
    sign(letter_in(first), join(first, Part.CLIENT_PM))
    ProblemFactory(engagement=first, recurs=rule)
    assert rule_counts([rule]) == {rule.pk: Counts(applied=3, satisfied=1, recurred=1, open=2)}


def test_the_gate_holds_before_the_rule_has_arrived(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """R2: at once, however many engagements there are: a job brings what is demanded, the gate asks the rule."""
    monkeypatch.setattr(rules, "MOST_AT_ONCE", 1)
    bank = begin(manager)
    rule = promote(manager)
    assert not RuleApplication.objects.unscoped().filter(engagement=bank).exists()
    assert obstacles(bank) == [f"rule.{rule.pk}"]
    told: list[int] = []
    job = Job.objects.get(kind=rules.KIND)
    rules.reach_in_worker(job.subject_id, told.append)
    assert letter_in(bank).is_signed is False
    assert told[-1] == 100
    rules.retire(actor=manager, rule=rule, reason="已写进合同")
    assert obstacles(bank) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"industries": []}, "industries"),
        ({"content": LETTER | {"title": " "}}, "content_title"),
        ({"content": LETTER | {"title": "长" * 121}}, "content_title"),
        ({"content": {"title": "权限确认书"}}, "content_paragraphs"),
        ({"content": LETTER | {"points": ["管理员密码：Abc12345"]}}, "content_points"),
        ({"content": LETTER | {"points": ["同滨海银行一样"]}}, "content_points"),
        ({"title": "像滨海那样"}, "title"),
        ({"text": "滨海银行上线时没有权限。"}, "text"),
        ({"form": "document", "content": {"title": "表", "kind": "nonsense"}}, "content_kind"),
        ({"form": "checklist", "content": {"text": "核对", "moment": ""}}, "content_moment"),
        ({"form": "plan", "content": {"title": "应急", "minutes": 0}}, "content_minutes"),
    ],
)
def test_what_is_no_rule_is_refused_beside_its_field(manager: User, given: dict[str, Any], field: str) -> None:
    ClientFactory(name="滨海银行", short_name="滨海")
    with pytest.raises(DomainError) as refused:
        promote(manager, **given)
    assert refused.value.field == field
    assert not StandingRule.objects.exists()


def test_a_rule_for_one_client_may_name_it(manager: User) -> None:
    bank = ClientFactory(name="滨江银行", short_name="滨江")
    promote(
        manager, title="滨江的权限表", text="滨江银行另有约定。", clients=[bank], industries=[],
        content=LETTER | {"points": ["滨江银行的权限表"]},
    )  # fmt: skip
    assert letter_in(begin(manager, client=bank))


def test_only_managers_make_rules_and_a_lesson_once(manager: User, engineer: User) -> None:
    lesson = bank_lesson()
    with pytest.raises(PermissionDenied):
        promote(engineer, lesson)
    rule = promote(manager, lesson)
    with pytest.raises(DomainError, match="already"):
        promote(manager, lesson)
    for refused in (
        lambda: write_version(engineer, rule),
        lambda: rules.retire(actor=engineer, rule=rule, reason="不要"),
    ):
        with pytest.raises(PermissionDenied):
            refused()


def test_requirements_are_read_by_the_vendor_only(manager: User, outsider_engineer: User) -> None:
    promote(manager)
    bank = begin(manager)
    [found] = requirements_of(bank, manager)
    assert (found.gate, found.is_fulfilled, found.waiver) == (Phase.EXECUTION, False, None)
    assert requirements_of(bank, join(bank, Part.CLIENT_PM)) == []
    assert requirements_of(bank, outsider_engineer) == []
    assert newest_versions()[0].rule == found.rule


@pytest.mark.parametrize("count", [1, 30])
def test_a_gate_asks_as_often_with_one_rule_as_with_thirty(
    manager: User, count: int, django_assert_num_queries: object
) -> None:
    """N6: constant queries; also the counts."""
    made = [promote(manager, form=["sign_off", "document", "checklist", "plan"][n % 4]) for n in range(count)]
    bank = fresh(begin(manager))
    demand = demanded_before(Phase.EXECUTION)
    with django_assert_num_queries(6):  # type: ignore[operator]
        assert len(demand(bank)) == count
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(rule_counts(made)) == count
