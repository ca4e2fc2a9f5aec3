"""The cutover's pages: the sheet, a run on a phone, its watchers, and the printed sheet entered later (N11)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import CutoverRun, RunSheet, RunSheetTemplate, RunStep, SheetStep
from standups.services import cutover_runs as runs
from tests.conftest import SignIn
from tests.factories import RunSheetTemplateFactory, RunStepFactory, go_decision_of
from tests.standups.cutting_over import HOUR, a_run, a_sheet, states, step_of

STEP = {"title": "停止挂号", "kind": "freeze", "owner": "信息科", "side": "client", "planned_minutes": "15"}


def url(name: str, engagement: Engagement, *args: Any) -> str:
    return reverse(f"standups:{name}", args=[engagement.pk, *args])


def hidden(answer: Any, name: str) -> str:
    """The value of a form's hidden field."""
    return str(answer.context["form"][name].value())


# --- The sheet -----------------------------------------------------------------------------------------------------------


def test_the_empty_page_says_what_to_do_first(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    way = url("run_sheet_lay_out", engagement)
    assert way in sign_in(engineer).get(url("cutover", engagement)).text
    assert way not in sign_in(client_pm).get(url("cutover", engagement)).text


def test_a_sheet_is_written_in_the_browser(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """N11: from the usual sheet to one's own, each by a plain form."""
    browser = sign_in(engineer)
    page = browser.get(url("run_sheet_lay_out", engagement))
    browser.post(url("run_sheet_lay_out", engagement), {"version": hidden(page, "version"), "template": ""})
    assert SheetStep.objects.count() == 20
    browser.post(url("run_sheet_step_create", engagement), STEP | {"position": "3"})
    new = SheetStep.objects.unscoped().get(title="停止挂号")
    assert new.position == 3
    browser.post(url("run_sheet_step_move", engagement, new.pk), {"by": "-1"})
    browser.post(url("run_sheet_step_move", engagement, new.pk), {"to": "1"})
    browser.post(url("run_sheet_step_move", engagement, new.pk), {"to": "x"})
    new.refresh_from_db()
    assert new.position == 1
    browser.post(url("run_sheet_step_delete", engagement, new.pk))
    assert SheetStep.objects.count() == 20
    refused = browser.post(url("run_sheet_lay_out", engagement), {"version": "1", "template": ""})
    assert refused.status_code == 422, "steps that are there are replaced only with a tick"
    template = RunSheetTemplateFactory(steps=[])
    stale = {"version": "1", "template": template.pk, "is_meant": "on"}
    refused = browser.post(url("run_sheet_lay_out", engagement), stale)
    assert (refused.status_code, SheetStep.objects.count()) == (409, 20)
    browser.post(url("run_sheet_lay_out", engagement), stale | {"version": hidden(refused, "version")})
    assert SheetStep.objects.count() == 0


def test_whoever_keeps_a_template_reads_what_others_will(
    engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    """N11: every text that goes to other teams stands on the page, and nothing is kept without the tick."""
    a_sheet(engagement, 1)
    SheetStep.objects.update(check_text="https://erp.huadong.local 可登录", rollback="恢复旧库", owner="张三")
    browser, address = sign_in(manager), url("run_sheet_keep", engagement)
    page = browser.get(address).text
    assert all(word in page for word in ("步骤 1", "https://erp.huadong.local 可登录", "恢复旧库"))
    assert "张三" not in page
    refused = browser.post(address, {"name": "医院"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["is_clean"])
    browser.post(address, {"name": "医院", "is_clean": "on"})
    assert RunSheetTemplate.objects.get().name == "医院"


def test_two_people_edit_one_step(engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn) -> None:
    """N11: the second reads what the first wrote, keeps what they typed, and may put theirs in its place."""
    a_sheet(engagement, 1)
    step = SheetStep.objects.unscoped().get()
    address = url("run_sheet_step", engagement, step.pk)
    browser = sign_in(engineer)
    was = hidden(browser.get(address), "was")
    sign_in(colleague).post(address, STEP | {"title": "他的", "was": was})
    answer = browser.post(address, STEP | {"title": "我的", "was": was})
    assert answer.status_code == 409
    assert "他的" in answer.text
    assert 'value="我的"' in answer.text
    browser.post(address, STEP | {"title": "我的", "was": hidden(answer, "was")})
    step.refresh_from_db()
    assert step.title == "我的"


def test_two_people_edit_the_head(engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn) -> None:
    """N11: also the first time, when there is no sheet; hours are the site's."""
    address = url("run_sheet_edit", engagement)
    browser = sign_in(engineer)
    was = hidden(browser.get(address), "was")
    sign_in(colleague).post(address, {"commander": "周院长", "was": was})
    answer = browser.post(address, {"commander": "李主任", "was": was})
    assert (answer.status_code, RunSheet.objects.unscoped().get().commander) == (409, "周院长")
    assert "周院长" in answer.text
    body = {"planned_start_at": "2026-11-27T22:00", "last_rollback_at": "2026-11-27T21:00"}
    refused = browser.post(address, body | {"was": hidden(answer, "was")})
    assert "last_rollback_at" in refused.context["form"].errors
    browser.post(address, body | {"last_rollback_at": "2026-11-28T04:00", "was": hidden(refused, "was")})
    assert RunSheet.objects.unscoped().get().planned_start_at == datetime(2026, 11, 27, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "hostile",
    [
        {"planned_minutes": "-1"},
        {"planned_minutes": "99999999999999999999"},
        {"kind": "<script>"},
        {"side": "nobody"},
        {"title": "甲" * 201},
        {"title": "a\x00b"},
        {"owner": "甲" * 81},
        {"rollback": "甲" * 301},
        {"position": "0"},
        {"position": "1e9"},
    ],
)
def test_a_hostile_step_is_refused_with_its_reason(
    engagement: Engagement, engineer: User, sign_in: SignIn, hostile: dict[str, str]
) -> None:
    answer = sign_in(engineer).post(url("run_sheet_step_create", engagement), STEP | hostile)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(hostile)
    assert not SheetStep.objects.exists()


def test_texts_are_shown_as_texts(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    a_sheet(engagement, 1)
    SheetStep.objects.unscoped().update(title="<script>alert(1)</script>", owner="<b>x")
    answer = sign_in(engineer).get(url("cutover", engagement))
    assert "<script>alert(1)" not in answer.text
    assert "<b>x" not in answer.text


# --- A run ------------------------------------------------------------------------------------------------------------------


def test_a_run_by_plain_forms(engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn) -> None:
    """N11: start, done, skip, roll back, undo, end; the client reads the same page and presses nothing."""
    a_sheet(engagement, 3)
    browser = sign_in(engineer)
    answer = browser.post(url("run_start", engagement), {"kind": "rehearsal"})
    run = CutoverRun.objects.unscoped().get()
    assert answer["Location"] == run.get_absolute_url()
    assert browser.post(url("run_start", engagement), {"kind": "rehearsal"})["Location"] == run.get_absolute_url()
    assert browser.post(url("run_start", engagement), {"kind": "party"})["Location"] == url("cutover", engagement)

    def act(position: int, name: str, **body: str) -> Any:
        return browser.post(url("run_step_act", engagement, step_of(run, position).pk, name), body)

    act(1, "start")
    act(1, "done")
    assert act(2, "skip", reason="").status_code == 422
    act(2, "skip", reason="演练不做")
    act(3, "done", note="好", from_step="yes")
    act(3, "roll_back", reason="错了")
    assert states(run) == ["done", "skipped", "rolled_back"]
    assert act(3, "explode").status_code == 404
    refused = browser.post(url("run_end", engagement, run.pk), {"note": "还没完"})
    assert (refused.status_code, "步骤 3" in refused.text, "还没完" in refused.text) == (422, True, True)
    act(3, "start")
    act(3, "done")
    act(1, "undo")
    act(1, "done")
    watching = sign_in(client_pm)
    for address in (
        run.get_absolute_url(),
        url("run_step", engagement, step_of(run, 1).pk),
        url("cutover", engagement),
    ):
        page = watching.get(address)
        assert "步骤 1" in page.text
        assert page.text.count("<form") == watching.get(url("going_live", engagement)).text.count("<form")
    browser.post(url("run_end", engagement, run.pk), {"note": "通过"})
    page = browser.get(run.get_absolute_url())
    assert "hx-trigger" not in page.text, "an ended run asks for nothing any more"
    assert url("run_take_minutes", engagement, run.pk) in page.text
    browser.post(url("run_take_minutes", engagement, run.pk), {"version": "x"})
    assert browser.get(url("cutover_compare", engagement)).status_code == 200


def test_the_cutover_is_refused_with_the_way_to_the_decision(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """N11: in the interface as in the service."""
    a_sheet(engagement)
    browser = sign_in(engineer)
    answer = browser.post(url("run_start", engagement), {"kind": "cutover"})
    assert (answer.status_code, url("go_decision", engagement) in answer.text) == (409, True)
    go_decision_of(engagement, go_live_on=engagement.today())
    browser.post(url("run_start", engagement), {"kind": "cutover"})
    assert CutoverRun.objects.unscoped().get().kind == "cutover"


def test_rolling_back_late_asks_for_a_tick(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """N11: the page asks only once the moment has passed; without the tick the reason that was typed stays."""
    run = a_run(engineer, engagement)
    address = url("run_roll_back", engagement, run.pk)
    browser = sign_in(engineer)
    assert "is_confirmed" not in browser.get(address).text
    CutoverRun.objects.update(last_rollback_at=timezone.now() - HOUR)
    answer = browser.post(address, {"reason": "接口全断"})
    assert (answer.status_code, "接口全断" in answer.text) == (422, True)
    assert "is_confirmed" in answer.context["form"].errors
    browser.post(address, {"reason": "接口全断", "is_confirmed": "on"})
    assert CutoverRun.objects.unscoped().get().outcome == "rolled_back"


def test_the_second_press_says_who_was_first(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    run = a_run(engineer, engagement)
    address = url("run_step_act", engagement, step_of(run, 1).pk, "done")
    sign_in(engineer).post(address)
    assert "李喆" in sign_in(colleague).post(address, follow=True).text


# --- The watchers -----------------------------------------------------------------------------------------------------------


def asked(browser: Client, address: str) -> tuple[int, int]:
    """The status and the queries of the second visit: the first one fills what a process remembers."""
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        status = browser.get(address).status_code
    return status, len(captured)


@pytest.mark.parametrize("who", ["engineer", "client_pm", "manager"])
def test_nothing_new_costs_three_queries_at_any_size(
    request: pytest.FixtureRequest, engagement: Engagement, engineer: User, sign_in: SignIn, who: str
) -> None:
    """N11: 204 without a body while nothing changed, however many steps there are; the whole part afterwards."""
    run = a_run(engineer, engagement, 2)
    browser = sign_in(request.getfixturevalue(who))
    address = url("run_part", engagement, run.pk)
    few = asked(browser, f"{address}?seen=1")
    full_few = asked(browser, address)
    RunStep.objects.bulk_create(
        RunStepFactory.build(run=run, position=at, done_by=engineer, state="skipped") for at in range(3, 203)
    )
    assert asked(browser, f"{address}?seen=1") == few
    # Who asks, and the run's version; where no cache is shared between processes the session costs a query, too.
    assert few in {(204, 2), (204, 3)}
    assert asked(browser, address) == full_few
    assert browser.get(f"{address}?seen=1").content == b""
    runs.start_step(actor=engineer, step=step_of(run, 1))
    answer = browser.get(f"{address}?seen=1")
    assert (answer.status_code, "?seen=2" in answer.text) == (200, True)
    assert browser.get(f"{address}?seen=rubbish").status_code == 200


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_pages_ask_as_often_for_thirty_rows(
    request: pytest.FixtureRequest, engagement: Engagement, engineer: User, sign_in: SignIn, who: str
) -> None:
    """N11: the sheet with its runs, a run, and the comparison."""

    def counts() -> list[int]:
        run = CutoverRun.objects.unscoped().newest_first()[0]
        addresses = (url("cutover", engagement), run.get_absolute_url(), url("cutover_compare", engagement))
        return [asked(browser, address)[1] for address in addresses]

    browser = sign_in(request.getfixturevalue(who))
    a_sheet(engagement, 1)
    runs.roll_back_run(actor=engineer, run=a_run(engineer, engagement), reason="演练")
    few = counts()
    sheet = RunSheet.objects.unscoped().get()
    SheetStep.objects.bulk_create(
        SheetStep(sheet=sheet, position=at, title=f"步骤 {at}", planned_minutes=5) for at in range(2, 31)
    )
    for _number in range(29):
        runs.roll_back_run(actor=engineer, run=a_run(engineer, engagement), reason="演练")
    assert counts() == few


def test_the_page_knows_when_it_will_end_too_late(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """N11: nobody marks anything, so the server answers 204: the page says it by itself once it comes true."""
    start = timezone.now()
    run = a_run(engineer, engagement, planned_start_at=start, last_rollback_at=start + timedelta(minutes=35))
    browser = sign_in(client_pm)
    before = browser.get(url("run_part", engagement, run.pk))
    assert before.context["course"].too_late_in_seconds in range(4 * 60, 5 * 60 + 1)
    assert f'data-too-late-in="{before.context["course"].too_late_in_seconds}" hidden' in before.text
    CutoverRun.objects.update(last_rollback_at=run.started_at + timedelta(minutes=30))
    after = browser.get(url("run_part", engagement, run.pk))
    assert 'data-too-late-in="0" >' in after.text


# --- Times put right ------------------------------------------------------------------------------------------------------------


def test_a_note_alone_changes_no_times(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """N11: neither their seconds, nor within the hour that comes twice, which no text can name."""
    Engagement.objects.filter(pk=engagement.pk).update(time_zone="Europe/Berlin")
    engagement.refresh_from_db()
    run = a_run(engineer, engagement)
    began = datetime(2026, 10, 25, 1, 10, 50, tzinfo=UTC)
    CutoverRun.objects.update(started_at=began)
    runs.finish_step(actor=engineer, step=step_of(run, 1))
    RunStep.objects.filter(position=1).update(started_at=began, finished_at=began + timedelta(seconds=65))
    address = url("run_step_times", engagement, step_of(run, 1).pk)
    browser = sign_in(engineer)
    shown = {
        "started_at": "2026-10-25T02:10",
        "finished_at": "2026-10-25T02:11",
        "was": hidden(browser.get(address), "was"),
    }
    assert browser.post(address, shown | {"note": "补记"}).status_code == 302
    row = step_of(run, 1)
    assert (row.started_at, row.finished_at, row.note) == (began, began + timedelta(seconds=65), "补记")


def test_times_are_put_right_in_the_browser(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    run = a_run(engineer, engagement)
    CutoverRun.objects.update(started_at=timezone.now() - HOUR)
    runs.finish_step(actor=engineer, step=step_of(run, 1))
    address = url("run_step_times", engagement, step_of(run, 1).pk)
    browser = sign_in(engineer)
    was = hidden(browser.get(address), "was")
    local = timezone.localtime(timezone=engagement.zone)
    body = {"started_at": f"{local - HOUR / 2:%Y-%m-%dT%H:%M}", "finished_at": f"{local - HOUR / 3:%Y-%m-%dT%H:%M}"}
    wrong = browser.post(address, body | {"was": was, "finished_at": f"{local - HOUR:%Y-%m-%dT%H:%M}"})
    assert "finished_at" in wrong.context["form"].errors
    browser.post(address, body | {"was": was, "note": "补记"})
    assert step_of(run, 1).note == "补记"
    stale = browser.post(address, body | {"was": was, "note": "再补"})
    assert (stale.status_code, "补记" in stale.text) == (409, True)
