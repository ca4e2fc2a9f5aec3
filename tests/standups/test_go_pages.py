"""N11: the Go decision and the way to go-live in the browser, for either side."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from engagements.go_decision import Decision
from engagements.models import Engagement, Phase, SignOff
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from standups.going_live import go
from standups.models import RoleTraining
from tests.conftest import SignIn
from tests.engagements.conftest import a_scan, sign
from tests.factories import (
    CellFactory,
    CountLineFactory,
    CutoverRunFactory,
    LoadRoundFactory,
    ProblemFactory,
    RunStepFactory,
    SheetStepFactory,
    go_decision_of,
)
from tests.factories.accounts import PASSWORD
from tests.standups.browser import target
from tests.standups.deciding import HARD, SPOILED, decide, make_ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(engagement: Engagement, engineer: User) -> dict[str, Any]:
    return make_ready(engagement, engineer)


@pytest.fixture
def url(engagement: Engagement) -> str:
    return reverse("standups:go_decision", args=[engagement.pk])


@pytest.fixture
def glance_url(engagement: Engagement) -> str:
    return reverse("standups:going_live", args=[engagement.pk])


def html(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def sent(browser: Client, url: str, decision: str, **fields: Any) -> dict[str, Any]:
    """What the page's form would send."""
    form = browser.get(url).context["form"]
    given = {name: form[name].value() or "" for name in form.fields} | {"decision": decision}
    return given | fields


def decisions(engagement: Engagement) -> int:
    return engagement.sign_offs.filter(kind="go").count()


@pytest.mark.parametrize("kind", list(SPOILED))
@pytest.mark.parametrize("who", ["client_pm", "engineer"])
def test_a_go_is_refused_on_the_page_with_each_single_obstacle(
    rows: dict[str, Any], engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, url: str,
    who: str, kind: str,
) -> None:  # fmt: skip
    """It says what stands against it with the way to mend it, marks what is no risk, and keeps what was typed."""
    SPOILED[kind](rows)
    browser = sign_in({"client_pm": client_pm, "engineer": engineer}[who])
    (obstacle,) = go.against(engagement)
    page = html(browser, url)
    assert escape(obstacle.text) in page
    assert escape(obstacle.url) in page
    assert ("must be mended first</span>" in page) == (kind in HARD)
    refused = browser.post(url, sent(browser, url, "go", note="夜间切换"))
    assert (refused.status_code, decisions(engagement)) == (409, 0)
    assert "夜间切换" in refused.content.decode()
    assert browser.get(obstacle.url).status_code == 200


@pytest.mark.parametrize("kind", sorted(HARD))
def test_an_open_difference_is_no_risk_on_the_page(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, sign_in: SignIn, url: str, kind: str
) -> None:
    SPOILED[kind](rows)
    browser = sign_in(client_pm)
    assert browser.post(url, sent(browser, url, "risks")).status_code == 409
    assert decisions(engagement) == 0


def test_decided_and_signed_on_screen(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, sign_in: SignIn, url: str
) -> None:
    """The client's way: read what stands against it, take the risk, read the text, sign; the day is there."""
    ProblemFactory(engagement=engagement, severity="critical", title="打印机偶发离线")
    browser = sign_in(client_pm)
    day = engagement.today() + timedelta(days=9)
    text_url = target(browser.post(url, sent(browser, url, "risks", go_live_on=str(day), note="已备打印机")))
    page = html(browser, text_url)
    assert ("打印机偶发离线" in page, "已备打印机" in page, f'href="{url}"' in page) == (True, True, True)
    assert "waits for the client's signature" in html(browser, url)
    sign_off = engagement.sign_offs.unscoped().get(kind="go")
    browser.post(text_url, {"text_hash": sign_off.text_hash, "proof": PASSWORD})
    engagement.refresh_from_db()
    assert engagement.go_live_on == day
    assert "signed by the client" in html(browser, url)
    assert engagement.visits.unscoped().standing().count() == 2


def test_from_the_meeting_on_paper(
    rows: dict[str, Any], engagement: Engagement, engineer: User, colleague: User, client_pm: User, sign_in: SignIn,
    url: str,
) -> None:  # fmt: skip
    """The lead writes it down, prints the sheet, registers the scan; a second person checks it."""
    Engagement.objects.filter(pk=engagement.pk).update(signs_on_paper=True)
    browser = sign_in(engineer)
    assert "A vendor person writes it down, the client signs" in html(browser, url)
    text_url = target(browser.post(url, sent(browser, url, "go")))
    sign_off = engagement.sign_offs.unscoped().get(kind="go")
    assert reverse("reports:sign_off_sheet", args=[engagement.pk, sign_off.pk]) in html(browser, text_url)
    assert "your engineer on site brings the printed sheet" in html(sign_in(client_pm), text_url)
    register = reverse("engagements:paper_register", args=[engagement.pk, sign_off.pk])
    fields = {"part": Part.CLIENT_PM, "signer_name": "陈镕", "signed_on": str(engagement.today()),
              "code": sign_off.code, "scan": a_scan()}  # fmt: skip
    assert target(browser.post(register, fields)) == text_url
    signature = sign_off.signatures.unscoped().get()
    check = reverse("engagements:paper_check", args=[engagement.pk, sign_off.pk, signature.pk])
    sign_in(colleague).post(check, {"answer": "accept"})
    engagement.refresh_from_db()
    assert engagement.go_live_on is not None


def test_the_printed_sheet_holds_the_decision(
    rows: dict[str, Any], engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    sign_off = decide(engagement, engineer)
    answer = sign_in(engineer).get(reverse("reports:sign_off_sheet", args=[engagement.pk, sign_off.pk]))
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")


def test_a_stale_page_decides_nothing_and_shows_the_list_again(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, sign_in: SignIn, url: str
) -> None:
    SPOILED["cutover.no_backup"](rows)
    browser = sign_in(client_pm)
    opened = sent(browser, url, "risks", note="先这样")
    ProblemFactory(engagement=engagement, severity="critical", title="后来的问题")
    stale = browser.post(url, opened)
    page = stale.content.decode()
    assert (stale.status_code, decisions(engagement)) == (409, 0)
    assert ("后来的问题" in page, "先这样" in page, "has changed since" in page) == (True, True, True)
    form = stale.context["form"]
    again = {name: form[name].value() or "" for name in form.fields} | {"decision": "risks"}
    assert browser.post(url, again).status_code == 302


def test_a_decision_of_somebody_else_is_read_first(
    rows: dict[str, Any], engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, url: str
) -> None:
    browser = sign_in(client_pm)
    opened = sent(browser, url, "go")
    decide(engagement, engineer)
    assert browser.post(url, opened).status_code == 409
    assert decisions(engagement) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"decision": ""}, "decision"),
        ({"decision": "perhaps"}, "decision"),
        ({"go_live_on": ""}, "go_live_on"),
        ({"go_live_on": "0001-01-01"}, "go_live_on"),
        ({"go_live_on": "2099-01-01"}, "go_live_on"),
        ({"note": "x" * 1001}, "note"),
        ({"note": "nul\x00"}, "note"),
        ({"decision": "not_yet", "look_again_on": "", "note": "原因"}, "look_again_on"),
        ({"decision": "not_yet", "look_again_on": "2020-01-01", "note": "原因"}, "look_again_on"),
        ({"decision": "not_yet", "note": ""}, "note"),
        ({"after": "99999999999999999999999"}, "after"),
        ({"after": "x"}, "after"),
        ({"seen": "x" * 65}, "seen"),
    ],
    ids=str,
)
def test_bad_input_is_told_beside_its_field(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, sign_in: SignIn, url: str, change: dict[str, str],
    field: str,
) -> None:  # fmt: skip
    browser = sign_in(client_pm)
    answer = browser.post(url, sent(browser, url, "go") | change)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert decisions(engagement) == 0


def test_each_sees_what_is_theirs(
    rows: dict[str, Any], engagement: Engagement, engineer: User, colleague: User, client_pm: User, key_user: User,
    sign_in: SignIn, url: str,
) -> None:  # fmt: skip
    """The form for those who decide or write it down; what is kept back for the vendor alone."""
    ProblemFactory(engagement=engagement, severity="critical", title="内部秘密", is_internal=True)
    pages = {user: html(sign_in(user), url) for user in (engineer, colleague, client_pm, key_user)}
    assert ['<form method="post" action="' + url in page for page in pages.values()] == [True, False, True, False]
    assert ["1 internal critical problem" in page for page in pages.values()] == [True, True, False, False]
    assert all("内部秘密" not in page for page in pages.values())
    for user in (colleague, key_user):
        assert sign_in(user).post(url, {"decision": "go"}).status_code == 403


def test_history_and_what_stands(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, sign_in: SignIn, url: str
) -> None:
    sign(decide(engagement, client_pm, Decision.NOT_YET), client_pm)
    sign(decide(engagement, client_pm, go_live_on=engagement.today()), client_pm)
    page = html(sign_in(client_pm), url)
    assert ("Go live" in page, "1: Not live yet" in page, "It is live since" in page) == (True, True, True)
    assert '<form method="post" action="' + url not in page


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_the_way_is_empty_at_first_and_says_what_to_do(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, glance_url: str, who: str
) -> None:
    page = html(sign_in({"engineer": engineer, "client_pm": client_pm}[who]), glance_url)
    assert "Nothing is prepared for going live yet" in page
    assert ("Build the acceptance matrix" in page) == (who == "engineer")


def test_the_way_tells_where_it_stands(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, sign_in: SignIn, glance_url: str
) -> None:
    browser = sign_in(client_pm)
    glance = browser.get(glance_url).context["glance"]
    assert [step.state for step in glance.steps] == ["done", "done", "done", "todo", "todo"]
    SPOILED["data.open"](rows)
    SPOILED["rollout.rejected"](rows)
    SPOILED["cutover.not_rehearsed"](rows)
    glance = browser.get(glance_url).context["glance"]
    assert [step.state for step in glance.steps] == ["done", "doing", "doing", "todo", "todo"]
    assert glance.against == 3
    go_decision_of(engagement, go_live_on=engagement.today(), signed=False)
    Engagement.objects.filter(pk=engagement.pk).update(go_live_on=engagement.today(), phase=Phase.EXECUTION)
    page = html(browser, glance_url)
    assert ("It waits for the client&#x27;s signature." in page, "Live since" in page) == (True, True)
    assert "Client PM" in page
    assert [row.kind for row in browser.get(glance_url).context["glance"].waiting] == [SignOff.Kind.GO]


def test_a_hand_over_has_no_go_on_its_way(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, sign_in: SignIn, glance_url: str, url: str
) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(core_task="fix")
    browser = sign_in(client_pm)
    assert len(browser.get(glance_url).context["glance"].steps) == 3
    assert "ends with a hand-over, not with a go-live" in html(browser, url)


def test_the_manual_door_leads_to_the_decision(
    rows: dict[str, Any], engagement: Engagement, manager: User, sign_in: SignIn, url: str
) -> None:
    browser = sign_in(manager)
    door = reverse("engagements:go_live", args=[engagement.pk])
    assert f'href="{url}"' in html(browser, door)
    refused = browser.post(door, {"on": str(engagement.today())})
    assert "Nothing can be recorded before one is written down" in refused.content.decode()
    assert url in refused.content.decode()
    engagement.refresh_from_db()
    assert engagement.go_live_on is None


@pytest.mark.parametrize("route", ["go_decision", "going_live"])
@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_it_asks_as_often_for_thirty_rows(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, route: str, who: str
) -> None:
    browser = sign_in({"engineer": engineer, "client_pm": client_pm}[who])
    make_ready(engagement, engineer)
    grow(engagement, engineer)
    few = count(browser, reverse(f"standups:{route}", args=[engagement.pk]))
    for _row in range(29):
        grow(engagement, engineer)
    assert count(browser, reverse(f"standups:{route}", args=[engagement.pk])) == few


def grow(engagement: Engagement, engineer: User) -> None:
    """One more of everything the pages tell of."""
    CountLineFactory(round=LoadRoundFactory(mapping__data_object__engagement=engagement, mapping__made_by=engineer),
                     target_value=1)  # fmt: skip
    rows = {"cell": CellFactory(engagement=engagement, state="accepted", live_on=engagement.today())}
    SPOILED["uat.condition"](rows)
    RoleTraining.objects.create(role=rows["cell"].role, held_on=engagement.today(), people=1, recorded_by=engineer)
    SheetStepFactory(sheet=engagement.run_sheet)
    number = engagement.cutover_runs.count() + 1
    run = CutoverRunFactory(engagement=engagement, number=number, started_by=engineer, started_at=timezone.now(),
                            ended_at=timezone.now() + timedelta(minutes=9), ended_by=engineer, outcome="done")  # fmt: skip
    RunStepFactory(run=run)
    ProblemFactory(engagement=engagement, severity="critical")
    go_decision_of(engagement, go_live_on=engagement.today() + timedelta(days=3), decision="risks", signed=False)


def count(browser: Client, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)
