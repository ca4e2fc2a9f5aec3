"""The pages of the first weeks and the hand-over: the way through, what a client reads, and what it costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement, Reading
from onsite.accounts.models import User
from standups.models import ExitCriterion, Severity
from standups.services import hand_over
from tests.conftest import SignIn
from tests.factories import (
    CellFactory,
    ConditionFactory,
    EnvironmentFactory,
    ExitCriterionFactory,
    ObjectiveFactory,
    OperationsContactFactory,
    ProblemFactory,
    ReturnedAccessFactory,
    RolloutRoleFactory,
    UatRoundFactory,
)
from tests.standups.browser import target
from tests.standups.handing_over import filled, frozen, went_live

pytestmark = pytest.mark.django_db
CANARY = "canaryofours"


@pytest.fixture
def weeks_url(engagement: Engagement) -> str:
    return reverse("standups:first_weeks", args=[engagement.pk])


@pytest.fixture
def sheet_url(engagement: Engagement) -> str:
    return reverse("standups:hand_over", args=[engagement.pk])


def html(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_go_live_the_page_says_when_it_begins(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, weeks_url: str
) -> None:
    for user in (engineer, client_pm):
        page = html(sign_in(user), weeks_url)
        assert "Not live yet" in page
        assert "The day is not decided yet" in page
    went_live(engagement, -3)
    page = html(sign_in(client_pm), weeks_url)
    assert "in 3 days" in page


def test_the_way_from_the_usual_list_to_met(
    engagement: Engagement, engineer: User, sign_in: SignIn, weeks_url: str
) -> None:
    browser = sign_in(engineer)
    went_live(engagement, 2)
    assert target(browser.post(weeks_url + "criteria/start/")) == weeks_url
    assert target(browser.post(weeks_url + "criteria/new/", {"kind": "hand", "text": "月结一次"})) == weeks_url
    row = engagement.exit_criteria.unscoped().get(text="月结一次")
    edit = f"{weeks_url}criteria/{row.pk}/"
    assert edit in html(browser, weeks_url)
    wrong = browser.post(edit + "met/", {"evidence": "", "met_on": "2026-01-01"})
    assert (wrong.status_code, b"2026-01-01" in wrong.content) == (422, True)
    assert target(browser.post(edit + "met/", {"evidence": "对账单", "met_on": engagement.today()})) == weeks_url
    page = html(browser, weeks_url)
    assert "对账单" in page
    assert f"{edit}unmet/" in page
    assert target(browser.post(edit + "unmet/")) == weeks_url
    assert target(browser.post(edit + "delete/")) == weeks_url
    assert not engagement.exit_criteria.unscoped().filter(text="月结一次").exists()


def test_what_was_typed_survives_what_somebody_else_saved(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn, weeks_url: str, sheet_url: str
) -> None:
    """Criterion, contact, access and the sheet itself: their words stand beside ours, the next save is made knowingly."""
    rows: list[tuple[str, dict[str, Any], str]] = []
    criterion = ExitCriterionFactory(engagement=engagement)
    rows.append((f"{weeks_url}criteria/{criterion.pk}/", {"kind": "hand"}, "text"))
    contact = OperationsContactFactory(engagement=engagement)
    rows.append((f"{sheet_url}contacts/{contact.pk}/", {"role": "一线", "phone": "1"}, "name"))
    access = ReturnedAccessFactory(engagement=engagement)
    rows.append((f"{sheet_url}access/{access.pk}/", {"kind": "card"}, "what"))
    rows.append((f"{sheet_url}edit/", {}, "note"))
    mine, theirs = sign_in(engineer), sign_in(colleague)
    for url, fields, name in rows:
        was = mine.get(url).context["form"]["was"].value()
        assert target(theirs.post(url, fields | {name: "他们的话", "was": was}))
        answer = mine.post(url, fields | {name: "我的话", "was": was})
        page = answer.content.decode()
        assert answer.status_code == 422, url
        assert "他们的话" in page
        assert "我的话" in page
        again = answer.context["form"]["was"].value()
        assert target(mine.post(url, fields | {name: "我的话", "was": again})), url


def test_the_sheet_is_filled_frozen_and_read(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, sheet_url: str
) -> None:
    """From the empty sheet, refused with what is missing, to the text that the client's PM reads."""
    browser = sign_in(engineer)
    went_live(engagement, 0)
    refused = browser.post(sheet_url + "freeze/")
    assert refused.status_code == 409
    assert "Nobody is named who takes over." in refused.content.decode()
    assert "Nobody is named who takes over." in html(browser, sheet_url)
    for part, fields in (
        ("edit/", {"taken_over_by": "信息科", "planned_on": engagement.today(), "support_hours": "8–18"}),
        ("contacts/new/", {"name": "孙工", "role": "一线", "phone": "400"}),
        ("access/new/", {"kind": "account", "what": "堡垒机账号"}),
    ):
        assert target(browser.post(sheet_url + part, fields)) == sheet_url
    access = engagement.returned_access.unscoped().get()
    given = {"received_by": "保卫科", "returned_on": engagement.today()}
    assert target(browser.post(f"{sheet_url}access/{access.pk}/return/", given)) == sheet_url
    assert target(browser.post(sheet_url + "freeze/")) == sheet_url
    theirs = sign_in(client_pm)
    page = html(theirs, sheet_url)
    assert "Read and sign" in page
    sign_off = hand_over.standing_text(engagement)
    assert sign_off is not None
    text = html(theirs, reverse("engagements:sign_off", args=[engagement.pk, sign_off.pk]))
    assert "保卫科" in text
    assert sheet_url in text, "the way home"
    assert target(browser.post(f"{sheet_url}access/{access.pk}/lent/")) == sheet_url
    page = html(theirs, sheet_url)
    assert "Not frozen for signing yet" in page


def test_a_criterion_reworded_meanwhile_is_shown_before_it_is_met(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn, weeks_url: str
) -> None:
    """What was typed stays, what the criterion says by now stands beside it; a deletion from an old page is refused."""
    row = ExitCriterionFactory(engagement=engagement, text="甲")
    edit, browser = f"{weeks_url}criteria/{row.pk}/", sign_in(engineer)
    was = browser.get(edit + "met/").context["form"]["was"].value()
    assert f'name="was" value="{was}"' in html(browser, edit).split("delete/", 1)[1]
    fields = {"kind": "hand", "text": "乙", "was": was}
    assert target(sign_in(colleague).post(edit, fields)) == weeks_url
    typed = {"evidence": "对甲的证据", "met_on": engagement.today(), "was": was}
    browser = sign_in(engineer)
    assert target(browser.post(edit + "delete/", {"was": was})) == weeks_url
    answer = browser.post(edit + "met/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "对甲的证据" in page
    assert "<dd>乙</dd>" in page
    row.refresh_from_db()
    assert row.met_on is None
    assert target(browser.post(edit + "met/", typed | {"was": answer.context["form"]["was"].value()})) == weeks_url
    row.refresh_from_db()
    assert row.met_on == engagement.today()


def test_the_signed_version_is_named_while_a_newer_one_waits(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, weeks_url: str, sheet_url: str
) -> None:
    """And while the newer one was taken back again by a change."""
    signed = frozen(engagement, engineer)
    signed.signed_at = timezone.now()
    signed.save()
    for word in ("a", "b"):
        save_contact(engagement, engineer, word)
        if word == "a":
            hand_over.freeze_hand_over(actor=engineer, engagement=engagement)
        for user in (engineer, client_pm):
            for url in (weeks_url, sheet_url):
                page = html(sign_in(user), url)
                assert "Version 1, signed on" in page
                assert reverse("engagements:sign_off", args=[engagement.pk, signed.pk]) in page
            assert "Handed over to operations on" in html(sign_in(user), weeks_url)
    assert hand_over.standing_text(engagement) is None


def save_contact(engagement: Engagement, user: User, name: str) -> None:
    hand_over.save_contact(actor=user, engagement=engagement, name=name, role="x", phone="1")


def test_a_client_does_not_read_whom_we_have_for_a_problem(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, sheet_url: str
) -> None:
    problem: dict[str, Any] = {"engagement": engagement, "title": "打印机", "owner": engineer, "owner_role": ""}
    ProblemFactory(**problem, next_step_with="client")
    row = html(sign_in(client_pm), sheet_url).split("打印机", 1)[1].split("</tr>", 1)[0]
    assert engineer.name not in row
    assert "<td>Client</td>" in row


def test_a_client_reads_and_has_no_control(
    engagement: Engagement,
    engineer: User,
    client_pm: User,
    key_user: User,
    sign_in: SignIn,
    weeks_url: str,
    sheet_url: str,
) -> None:
    """Every row, no form that changes one; and nothing internal (canary) on either page."""
    filled(engagement)
    live = went_live(engagement, 5)
    ExitCriterionFactory(engagement=engagement, text="月结一次")
    texts = dict.fromkeys(("title", "next_step", "owner_role"), CANARY)
    ProblemFactory(
        engagement=engagement, is_internal=True, severity=Severity.CRITICAL, raised_on=live, **texts
    )  # fmt: skip
    ours = html(sign_in(engineer), weeks_url)
    assert "Critical problem open" in ours, "the control: the vendor's page counts it"
    for user in (client_pm, key_user):
        browser = sign_in(user)
        for url, told in (
            (weeks_url, ("月结一次",)),
            (sheet_url, ("信息科", "孙工", "堡垒机账号", "凭条打印慢", "生产环境")),
        ):
            page = html(browser, url)
            for word in told:
                assert word in page
            assert CANARY not in page
            assert "Critical problem open" not in page
            main = page.split("<main", 1)[1].split("</main>", 1)[0]
            assert "<form" not in main, url
            assert "/edit/" not in main
            assert "/new/" not in main


def test_the_days_show_what_was_measured(
    engagement: Engagement, engineer: User, sign_in: SignIn, weeks_url: str
) -> None:
    live = went_live(engagement, 4)
    objective = ObjectiveFactory(engagement=engagement, title="挂号 40 秒", unit="秒")
    for day, value in ((live - timedelta(days=9), 70), (engagement.today(), 38)):
        Reading.objects.create(objective=objective, measured_on=day, value=value, evidence="x", recorded_by=engineer)
    page = html(sign_in(engineer), weeks_url)
    assert "<b>38 秒</b></li>" in page
    assert "70 秒" in page
    assert "1 earlier value holds" in page


def _grow(engagement: Engagement, user: User, rows: int) -> None:
    today = engagement.today()
    for _n in range(rows):
        objective = ObjectiveFactory(engagement=engagement)
        Reading.objects.create(objective=objective, measured_on=today, value=5, evidence="x", recorded_by=user)
        ExitCriterionFactory(engagement=engagement, kind=ExitCriterion.Kind.OBJECTIVE, objective=objective)
        ExitCriterionFactory(engagement=engagement, met_on=today, evidence="x", recorded_by=user)
        ExitCriterionFactory(engagement=engagement, kind=ExitCriterion.Kind.CALM, days=3)
        ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=2), owner=user)
        ReturnedAccessFactory(engagement=engagement)
        OperationsContactFactory(engagement=engagement)
        EnvironmentFactory(engagement=engagement)
        role = RolloutRoleFactory(engagement=engagement)
        cell = CellFactory(engagement=engagement, role=role, state="live", live_on=today)
        sign_off = frozen_uat(engagement, user, cell.pk)
        ConditionFactory(round=UatRoundFactory(cell=cell, sign_off=sign_off))


def frozen_uat(engagement: Engagement, user: User, topic: int) -> Any:
    """A signed text of an acceptance test, of which only its signature matters here."""
    from django.utils import timezone

    from engagements.models import SignOff
    from engagements.services import signing

    found = signing.add_version(actor=user, engagement=engagement, kind=SignOff.Kind.UAT, topic=str(topic), text={})
    SignOff.objects.unscoped().filter(pk=found.pk).update(signed_at=timezone.now())
    return found


def _count(browser: Client, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_pages_ask_as_often_for_thirty_rows(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, weeks_url: str, sheet_url: str, who: str
) -> None:
    went_live(engagement, 10)
    frozen(engagement, engineer)
    browser = sign_in(engineer if who == "engineer" else client_pm)
    counts = []
    for rows in (1, 29):
        _grow(engagement, engineer, rows)
        counts.append([_count(browser, url) for url in (weeks_url, sheet_url)])
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 32, counts
