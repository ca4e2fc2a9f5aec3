"""N5: the delay ledger as it is read from the rows, and what each side sees of it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement, PlanSnapshot, Publication, StageKind
from engagements.services import plan, publications, tasks
from onsite.accounts.models import User
from onsite.core.models import AuditEntry
from reports.delay import delay_of
from reports.figures.delay import Ledger
from standups.models import Party, ProblemWait, Severity
from standups.services.problems import save_problem
from tests.conftest import SignIn
from tests.factories import ProblemFactory, TaskFactory
from tests.reports.delays import MONDAY, agreed, at, day, publish, raised, slip

CLIENT, VENDOR, THIRD = Party.CLIENT, Party.VENDOR, Party.THIRD_PARTY


def page(engagement: Engagement, query: str = "") -> str:
    return reverse("reports:delay", args=[engagement.pk]) + query


def text(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def go_live(engagement: Engagement, *, for_client: bool = False) -> Ledger:
    found = delay_of(engagement, for_client=for_client).go_live
    assert found is not None
    return found.ledger


@pytest.fixture
def plan_agreed(engagement: Engagement, engineer: User) -> Engagement:
    agreed(engagement, engineer)
    return engagement


@pytest.fixture
def late(plan_agreed: Engagement, engineer: User) -> Engagement:
    """Three days late on Wednesday: one problem waits with the client, an internal one with the vendor."""
    raised(plan_agreed, engineer, 1, "接口账号未开通", CLIENT)
    raised(plan_agreed, engineer, 1, "内部：脚本写错了", VENDOR, is_internal=True)
    slip(plan_agreed, engineer, 2, 3)
    return plan_agreed


def test_a_slip_lies_with_those_with_whom_something_waited(late: Engagement, engineer: User) -> None:
    found = go_live(late)
    assert found.slip == 3
    assert found.attributed == {"client": Fraction(3, 2), "vendor": Fraction(3, 2)}
    assert [line.arose_on for line in found.lines] == [day(2)]
    slip(late, engineer, 5, -1)
    assert go_live(late).attributed == {"client": 1, "vendor": 1}


def test_a_stage_that_pushes_the_next_has_the_slip_in_both(plan_agreed: Engagement, engineer: User) -> None:
    """Which is why nobody may add them up."""
    raised(plan_agreed, engineer, 1, "接口账号未开通", CLIENT)
    slip(plan_agreed, engineer, 2, 2, StageKind.TESTING)
    slips = {row.stage.kind: row.ledger.slip for row in delay_of(plan_agreed, for_client=False).milestones}
    assert slips == {"environment": 0, "migration": 0, "testing": 2, "training": 2, "go_live": 2}


def test_minor_problems_and_what_is_solved_block_nothing(plan_agreed: Engagement, engineer: User) -> None:
    raised(plan_agreed, engineer, 0, "文案错别字", CLIENT, severity=Severity.MINOR)
    solved = raised(plan_agreed, engineer, 0, "接口账号未开通", CLIENT)
    with at(1):
        save_problem(actor=engineer, engagement=plan_agreed, problem=solved, solved_on=day(1))
    slip(plan_agreed, engineer, 2, 1)
    assert go_live(plan_agreed).unattributed == 1


def test_with_tasks_only_what_drives_counts(plan_agreed: Engagement, engineer: User) -> None:
    """The longer task drives its stage; what belongs to the shorter one, or to none, does not stand in its way."""
    stage = plan_agreed.stages.unscoped().get(kind=StageKind.GO_LIVE)
    long, short = (
        TaskFactory(engagement=plan_agreed, stage=stage, days=days, not_before_on=stage.start_on) for days in (4, 1)
    )
    with at(0), transaction.atomic():
        tasks.reschedule(plan_agreed)
        plan.take_baseline(actor=engineer, engagement=plan_agreed, reason="约定")
    raised(plan_agreed, engineer, 1, "没有归属", CLIENT)
    raised(plan_agreed, engineer, 1, "短任务", VENDOR, tasks=frozenset({short.pk}))
    raised(plan_agreed, engineer, 1, "长任务", THIRD, tasks=frozenset({long.pk}))
    with at(2):
        long.refresh_from_db()
        links = tasks.links_of([long]).get(long.pk, [])
        tasks.save_task(
            actor=engineer, engagement=plan_agreed, task=long, seen=tasks.version_of(long, links), predecessors=links,
            days=6,
        )  # fmt: skip
    assert go_live(plan_agreed).attributed == {"third_party": 2}
    kept = PlanSnapshot.objects.unscoped().get(stage=stage, taken_on=day(2))
    assert (kept.driving_tasks, kept.has_tasks) == ([long.pk], True)


def test_an_accepted_change_adds_no_slip(late: Engagement, engineer: User) -> None:
    """N5: the baseline moves instead, and the day's picture knows the new one."""
    stage = late.stages.unscoped().get(kind=StageKind.TESTING)
    with at(4), transaction.atomic():
        plan.move_baseline(actor=engineer, engagement=late, stage=stage, days=4, reason="变更")
        plan.extend_stage(actor=engineer, engagement=late, stage=stage, days=4)
    found = go_live(late)
    assert (found.slip, len(found.lines), found.lines[0].left) == (3, 1, 3)
    numbers = PlanSnapshot.objects.unscoped().filter(stage=stage).order_by("taken_on")
    assert list(numbers.values_list("baseline__number", flat=True)) == [1, 1, 2]


def test_what_is_agreed_anew_is_no_slip_any_more(late: Engagement, engineer: User) -> None:
    with at(4), transaction.atomic():
        plan.take_baseline(actor=engineer, engagement=late, reason="重新约定")
    found = go_live(late)
    assert (found.slip, found.attributed, found.lines[0].left) == (0, {}, 0)
    assert found.lines[0].returns[0].is_agreed


def test_the_agreed_plan_is_in_the_picture_of_its_day(plan_agreed: Engagement) -> None:
    """The picture was taken before the agreement on that day, and is taken again with it."""
    assert set(PlanSnapshot.objects.unscoped().values_list("taken_on", "baseline__number")) == {(MONDAY, 1)}


def test_what_went_live_ended_there(late: Engagement, engineer: User) -> None:
    """The go-live's slip is that of the recorded day, whatever the plan says afterwards."""
    stage = late.stages.unscoped().get(kind=StageKind.GO_LIVE)
    late.go_live_on = date(2026, 4, 17)
    late.save()
    with at(60):
        plan.take_snapshot(late)
        found = delay_of(late, for_client=False).go_live
    assert found is not None and found.planned_on == date(2026, 4, 17)
    assert stage.finish_on == date(2026, 4, 20)
    assert found.ledger.slip == 2
    assert found.ledger.lines[0].returns[0].on == date(2026, 4, 17)


def test_before_anything_is_agreed_there_is_no_ledger(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    assert delay_of(engagement, for_client=False).milestones == ()
    assert "Nothing was agreed yet" in text(sign_in(engineer), page(engagement))


# --- who reads it -------------------------------------------------------------------------------------------------------


def test_the_client_has_no_such_page_until_it_is_published(
    late: Engagement, client_pm: User, manager: User, sign_in: SignIn
) -> None:
    """RULES: vendor only until the manager publishes it; then withdrawn again."""
    browser = sign_in(client_pm)
    plan_page, dashboard = reverse("engagements:plan", args=[late.pk]), reverse("reports:dashboard", args=[late.pk])
    assert browser.get(page(late)).status_code == 404
    for url in (plan_page, dashboard):
        assert page(late) not in text(browser, url), url
    publish(late, manager)
    assert browser.get(page(late)).status_code == 200
    for url in (plan_page, dashboard):
        assert page(late) in text(browser, url), url
    publications.withdraw(actor=manager, engagement=late, item=Publication.Item.DELAY)
    assert browser.get(page(late)).status_code == 404


def test_the_manager_publishes_and_withdraws_on_the_page(late: Engagement, manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    for route, item_is_there in (("delay_publish", True), ("delay_withdraw", False)):
        for _twice in range(2):
            browser.post(reverse(f"reports:{route}", args=[late.pk]))
        assert Publication.objects.filter(item=Publication.Item.DELAY).exists() == item_is_there
    said = AuditEntry.objects.filter(action__startswith="item.").order_by("number").values_list("action", flat=True)
    assert list(said) == ["item.published", "item.withdrawn"]


def test_the_vendor_reads_every_cause(late: Engagement, engineer: User, sign_in: SignIn) -> None:
    told = text(sign_in(engineer), page(late))
    assert "接口账号未开通" in told
    assert "内部：脚本写错了" in told
    assert "1 1/2" in told
    assert "must not be added up" in told


def test_an_internal_problem_of_the_vendors_counts_unnamed(
    late: Engagement, engineer: User, client_pm: User, manager: User, sign_in: SignIn
) -> None:
    """The client reads that it lies with the vendor, and no more."""
    publish(late, manager)
    assert go_live(late, for_client=True) == go_live(late)
    for browser, url in ((sign_in(client_pm), page(late)), (sign_in(engineer), page(late, "?as=client"))):
        told = text(browser, url)
        assert "接口账号未开通" in told
        assert "内部" not in told
        assert "a matter on the vendor&#x27;s side" in told or "a matter on the vendor's side" in told
        assert "1 1/2" in told


def test_nobody_is_charged_with_what_they_cannot_read(plan_agreed: Engagement, engineer: User) -> None:
    """An internal problem that waits with the client counts for the vendor only."""
    raised(plan_agreed, engineer, 1, "内部：客户不配合", CLIENT, is_internal=True)
    slip(plan_agreed, engineer, 2, 2)
    assert go_live(plan_agreed).attributed == {"client": 2}
    found = delay_of(plan_agreed, for_client=True)
    assert go_live(plan_agreed, for_client=True).unattributed == 2
    assert found.problems == {}


def test_foreign_is_absent(
    late: Engagement, outsider_engineer: User, client_pm_2: User, manager: User, sign_in: SignIn
) -> None:
    publish(late, manager)
    for user in (outsider_engineer, client_pm_2):
        assert sign_in(user).get(page(late)).status_code == 404


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_the_page_asks_as_often_for_thirty_problems(
    late: Engagement,
    engineer: User,
    client_pm: User,
    manager: User,
    sign_in: SignIn,
    who: str,
    django_assert_max_num_queries: Any,
) -> None:
    publish(late, manager)
    browser = sign_in({"engineer": engineer, "client_pm": client_pm}[who])
    url = page(late)
    browser.get(url)
    with django_assert_max_num_queries(100) as few:
        browser.get(url)
    for row in ProblemFactory.create_batch(30, engagement=late, raised_on=MONDAY):
        ProblemWait.objects.create(problem=row, party=CLIENT, since_on=MONDAY)
    for number in range(3, 9):
        slip(late, engineer, number, 1)
    with django_assert_max_num_queries(len(few)):
        told = text(browser, url)
    assert told.count("<li>") > 6


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_is_there_in_both_languages(late: Engagement, engineer: User, sign_in: SignIn, language: str) -> None:
    User.objects.filter(pk=engineer.pk).update(language=language)
    assert f'<html lang="{language}"' in text(sign_in(engineer), page(late)).lower()
