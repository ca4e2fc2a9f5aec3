"""E2, N2: acceptance tests in the browser, as plain posts; both sides, and nothing for others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Attachment, Engagement, Scan
from onsite.accounts.models import User
from standups.models import CaseEvidence, Cell, CellState, Condition, Problem, UatRound
from standups.services import uat_cases, uat_results
from tests.conftest import SignIn
from tests.engagements.conftest import sign
from tests.factories import ConditionFactory, UatCaseFactory, UatRoundFactory
from tests.standups.testing import a_cell, cases_of, current, fresh, judge, opened, record, record_all
from tests.world import PNG


@pytest.fixture
def cell(engagement: Engagement) -> Cell:
    return a_cell(engagement)


def url(name: str, *args: int) -> str:
    return reverse(f"standups:{name}", args=args)


def test_a_round_from_open_to_signed_in_the_browser(
    engineer: User, key_user: User, cell: Cell, sign_in: SignIn
) -> None:
    """E2: the vendor opens, the tester tests case by case, says the result and signs; the cell is accepted."""
    engagement, vendor, tester = cell.engagement, sign_in(engineer), sign_in(key_user)
    answer = vendor.post(
        url("uat_round_open", engagement.pk, cell.pk), {"build": "预生产", "users": [key_user.pk], "names": ""}
    )
    row = UatRound.objects.unscoped().get()
    assert answer["Location"] == row.get_absolute_url()
    assert "Test case 1" in tester.get(row.get_absolute_url()).content.decode()
    first, second = cases_of(row)
    page = tester.get(url("uat_case", engagement.pk, first.pk)).content.decode()
    assert 'name="outcome" value="pass"' in page and "tested_by_name" not in page
    answer = tester.post(url("uat_case", engagement.pk, first.pk), {"outcome": "pass", "version": 1, "note": ""})
    assert answer["Location"] == url("uat_case", engagement.pk, second.pk)
    answer = tester.post(url("uat_case", engagement.pk, second.pk), {"outcome": "pass", "version": 1, "note": ""})
    assert answer["Location"] == row.get_absolute_url()
    stored = cases_of(row)[0]
    assert (stored.tested_by_name, stored.recorded_by) == (key_user.name, key_user)
    form = {"result": "accepted", "note": "", "version": fresh(row).version, "row_count": 3}
    assert tester.post(url("uat_judge", engagement.pk, row.pk), form)["Location"] == row.get_absolute_url()
    frozen = fresh(row).sign_off
    assert frozen is not None
    assert "waits for your signature" in tester.get(row.get_absolute_url()).content.decode()
    sign(current(frozen), key_user)
    cell.refresh_from_db()
    assert (cell.state, cell.decided_on) == (CellState.ACCEPTED, engagement.today())
    assert "signed and closed" in vendor.get(row.get_absolute_url()).content.decode()


def test_what_a_tester_typed_survives_another_testers_result(
    engineer: User, key_user: User, client_pm: User, cell: Cell, sign_in: SignIn
) -> None:
    """N2: the second tester reads what the first recorded, beside their own words; the next press replaces knowingly."""
    case = cases_of(opened(engineer, cell, key_user))[0]
    record(client_pm, case, "fail", note="身份证读不出", tested_by_name="")
    browser, address = sign_in(key_user), url("uat_case", cell.engagement_id, case.pk)
    form = {"outcome": "pass", "version": case.version, "note": "换机器后通过"}
    answer = browser.post(address, form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "身份证读不出" in text and "换机器后通过" in text and client_pm.name in text
    assert 'name="version" value="2"' in text
    assert browser.post(address, form | {"version": 2}).status_code == 302
    stored = cases_of(fresh(case.round))[0]
    assert (stored.outcome, stored.note) == ("pass", "换机器后通过")


def test_no_button_no_result(engineer: User, key_user: User, cell: Cell, sign_in: SignIn) -> None:
    case = cases_of(opened(engineer, cell))[0]
    answer = sign_in(key_user).post(url("uat_case", cell.engagement_id, case.pk), {"version": 1, "note": "想了想"})
    assert answer.status_code == 422
    assert "Press one of the three results" in answer.content.decode()
    assert "想了想" in answer.content.decode()


def test_a_failure_with_a_photo_becomes_a_problem(engineer: User, key_user: User, cell: Cell, sign_in: SignIn) -> None:
    case = cases_of(opened(engineer, cell))[0]
    form = {"outcome": "fail", "version": 1, "note": "卡纸", "raise_problem": "on", "evidence": a_photo()}
    assert sign_in(key_user).post(url("uat_case", cell.engagement_id, case.pk), form).status_code == 302
    problem = Problem.objects.unscoped().get()
    assert (problem.source, problem.kind, problem.raised_by) == ("uat", "function", key_user)
    assert [row.name for row in problem.functions.unscoped()] == ["初诊挂号"]
    stored = CaseEvidence.objects.unscoped().get().attachment
    assert (stored.scan, stored.is_internal) == (Scan.WAITING, False)


def a_photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.png", PNG, content_type="image/png")


def test_a_client_sees_a_picture_once_it_was_looked_through(
    engineer: User, client_pm: User, cell: Cell, sign_in: SignIn
) -> None:
    case = cases_of(opened(engineer, cell))[0]
    record(engineer, case, evidence=[a_photo()])
    browser, address = sign_in(client_pm), url("uat_case", cell.engagement_id, case.pk)
    assert "photo.png" not in browser.get(address).content.decode()
    Attachment.objects.update(scan=Scan.CLEAN)
    assert "photo.png" in browser.get(address).content.decode()


def test_a_picture_is_taken_away(engineer: User, key_user: User, client_pm: User, cell: Cell, sign_in: SignIn) -> None:
    case = cases_of(opened(engineer, cell))[0]
    record(key_user, case, evidence=[a_photo()])
    Attachment.objects.update(scan=Scan.CLEAN)
    found = CaseEvidence.objects.unscoped().get()
    address = url("uat_evidence_remove", cell.engagement_id, found.pk)
    sign_in(client_pm).post(address)
    assert CaseEvidence.objects.unscoped().exists()  # another client's person did not add it
    sign_in(key_user).post(address)
    assert not CaseEvidence.objects.unscoped().exists()
    assert Attachment.objects.unscoped().get().is_internal


def test_where_data_stays_on_site_no_file_is_asked_for(engineer: User, cell: Cell, sign_in: SignIn) -> None:
    Engagement.objects.filter(pk=cell.engagement_id).update(data_stays_on_site=True)
    case = cases_of(opened(engineer, cell))[0]
    page = sign_in(engineer).get(url("uat_case", cell.engagement_id, case.pk)).content.decode()
    assert 'type="file"' not in page and "Data stays on site" in page


def test_an_internal_problem_is_not_shown_to_the_client(
    engineer: User, client_pm: User, cell: Cell, sign_in: SignIn
) -> None:
    case = cases_of(opened(engineer, cell))[0]
    record(engineer, case, "fail")
    Problem.objects.update(is_internal=True, title="canary-internal")
    address = url("uat_case", cell.engagement_id, case.pk)
    assert "canary-internal" not in sign_in(client_pm).get(address).content.decode()
    assert "canary-internal" in sign_in(engineer).get(address).content.decode()


def test_conditions_survive_a_refusal(engineer: User, cell: Cell, sign_in: SignIn) -> None:
    """What was typed stays, the field says what is missing, and there is room for more."""
    row = opened(engineer, cell)
    record_all(engineer, row)
    form = {
        "result": "conditional", "note": "", "version": fresh(row).version, "row_count": 3,
        "text_0": "退号须冲正", "owner_name_0": "李哲", "due_on_0": "",
    }  # fmt: skip
    browser, address = sign_in(engineer), url("uat_judge", cell.engagement_id, row.pk)
    answer = browser.post(address, form)
    assert answer.status_code == 422
    assert "退号须冲正" in answer.content.decode() and "Say by when" in answer.content.decode()
    past = {"due_on_0": str(cell.engagement.today() - timedelta(days=1))}
    answer = browser.post(address, form | past)
    assert answer.status_code == 422 and "in the past" in answer.content.decode()
    day = {"due_on_0": str(cell.engagement.today()), "owner_0": str(engineer.pk), "owner_name_0": ""}
    assert browser.post(address, form | day).status_code == 302
    found = Condition.objects.unscoped().get()
    assert (found.text, found.owner, found.owner_name) == ("退号须冲正", engineer, engineer.name)


def test_more_rows_keep_what_was_typed(engineer: User, cell: Cell, sign_in: SignIn) -> None:
    """Nothing is judged, nothing is lost, and a sixth condition has its place."""
    row = opened(engineer, cell)
    form = {
        "result": "conditional", "note": "还要补测", "version": 1, "row_count": 3, "more": "yes", "text_2": "补打凭条",
        "due_on_2": "2099-01-02",
    }  # fmt: skip
    answer = sign_in(engineer).post(url("uat_judge", cell.engagement_id, row.pk), form)
    page = answer.content.decode()
    assert answer.status_code == 200 and fresh(row).sign_off is None
    for word in ("还要补测", "补打凭条", "2099-01-02", 'name="text_4"', 'name="row_count" value="5"', "checked"):
        assert word in page


def test_a_withdrawn_result_need_not_be_typed_again(engineer: User, cell: Cell, sign_in: SignIn) -> None:
    row = opened(engineer, cell)
    record_all(engineer, row, "fail")
    judge(engineer, row, "rejected", note="挂号凭条打印不出")
    browser = sign_in(engineer)
    browser.post(url("uat_withdraw", cell.engagement_id, row.pk))
    assert fresh(row).result == ""
    assert "挂号凭条打印不出" in browser.get(url("uat_judge", cell.engagement_id, row.pk)).content.decode()


def test_a_page_of_a_foreign_engagement_is_not_there(
    engineer: User, foreign_engagement: Engagement, sign_in: SignIn, cell: Cell
) -> None:
    foreign = UatRoundFactory(cell__engagement=foreign_engagement)
    browser = sign_in(engineer)
    assert browser.get(url("uat_round", cell.engagement_id, foreign.pk)).status_code == 404
    assert browser.get(url("uat_round", foreign_engagement.pk, foreign.pk)).status_code == 404


def test_every_page_opens_for_both_sides(engineer: User, client_pm: User, cell: Cell, sign_in: SignIn) -> None:
    """An open round, empty lists, and the forms of the vendor's."""
    row, engagement = opened(engineer, cell), cell.engagement
    case = cases_of(row)[0]
    vendor, client = sign_in(engineer), sign_in(client_pm)
    for browser in (vendor, client):
        for address in (
            row.get_absolute_url(), url("uat_case", engagement.pk, case.pk), url("uat_judge", engagement.pk, row.pk),
            url("uat_export", engagement.pk, row.pk), url("conditions", engagement.pk),
        ):  # fmt: skip
            assert browser.get(address).status_code == 200, address
    for name, pk in {
        "uat_round_open": cell.pk, "uat_round_edit": row.pk, "uat_import": row.pk, "uat_case_create": row.pk,
        "uat_case_edit": case.pk,
    }.items():  # fmt: skip
        assert vendor.get(url(name, engagement.pk, pk)).status_code == 200, name
        assert client.get(url(name, engagement.pk, pk)).status_code == 403, name


def grow(engineer: User, row: UatRound, rows: int) -> None:
    for number in range(rows):
        row.testers.create(name=f"杜护士长{number}")
        UatCaseFactory(
            round=row, number=100 + number, outcome="pass", tested_at=row.opened_at, tested_by_name="杜",
            recorded_by=engineer,
        )  # fmt: skip
        ConditionFactory(round=row)


def count(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_pages_ask_as_often_for_thirty_rows(
    engineer: User, client_pm: User, key_user: User, cell: Cell, sign_in: SignIn, who: str
) -> None:
    row = opened(engineer, cell)
    record_all(engineer, row)
    sign(judge(engineer, row, "accepted"), client_pm)
    browser = sign_in(engineer if who == "engineer" else client_pm)
    addresses = [row.get_absolute_url(), url("conditions", cell.engagement_id)]
    addresses.append(url("uat_case", cell.engagement_id, cases_of(row)[0].pk))
    grow(engineer, row, 1)
    before = [count(browser, address) for address in addresses]
    Condition.objects.unscoped().delete()
    row.testers.unscoped().delete()
    row.cases.unscoped().filter(number__gte=100).delete()
    grow(engineer, row, 30)
    assert [count(browser, address) for address in addresses] == before


def test_what_was_typed_outlives_the_case(
    engineer: User, key_user: User, cell: Cell, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleted before the press, or between the page and the lock: the note stands there to be copied."""
    first, second = cases_of(opened(engineer, cell, key_user))
    browser, result = sign_in(key_user), {"outcome": "fail", "note": "凭条卡住两次", "version": 1}
    uat_cases.delete_case(actor=engineer, case=first)
    gone = browser.post(url("uat_case", cell.engagement_id, first.pk), result)
    record_result = uat_results.record_result

    def late(**fields: Any) -> Any:
        uat_cases.delete_case(actor=engineer, case=second)
        return record_result(**fields)

    monkeypatch.setattr(uat_results, "record_result", late)
    between = browser.post(url("uat_case", cell.engagement_id, second.pk), result)
    for answer in (gone, between):
        page = answer.content.decode()
        assert answer.status_code == 404
        assert "凭条卡住两次" in page and "Nothing was recorded" in page
    assert not Problem.objects.unscoped().exists()


def test_a_picture_tells_its_hash_and_of_what_it_is_a_copy(
    engineer: User, client_pm: User, cell: Cell, sign_in: SignIn
) -> None:
    """N2: the signed text holds the hash of the original; a copy masked since is known by it."""
    row = opened(engineer, cell)
    record(engineer, cases_of(row)[0], evidence=[a_photo()])
    record(engineer, cases_of(row)[1])
    frozen = judge(engineer, row, "accepted")
    sign(current(frozen), client_pm)
    original = Attachment.objects.unscoped().get()
    copy = Attachment.objects.create(
        engagement=original.engagement, name="x.png", media_type="image/png", size_bytes=1, sha256="3" * 64,
        file=original.file.name, uploaded_by=engineer, masked_from=original, scan=Scan.CLEAN,
    )  # fmt: skip
    uat_results.take_masked(original, copy)
    page = sign_in(client_pm).get(url("uat_case", cell.engagement_id, cases_of(row)[0].pk)).content.decode()
    assert frozen.text["facts"]["cases"][0]["evidence"] == [original.sha256]
    assert f"SHA-256 {copy.sha256}" in page and f"Masked copy of {original.sha256}" in page


@pytest.mark.parametrize("word", ["on the list of problems", ""])
def test_the_list_is_named_only_to_whom_it_shows_the_problem(
    engineer: User, key_user: User, cell: Cell, sign_in: SignIn, word: str
) -> None:
    case = cases_of(opened(engineer, cell))[0]
    record(engineer, case, "fail")
    Problem.objects.update(is_internal=not word)
    result = {"outcome": "fail", "note": "又卡纸", "version": cases_of(case.round)[0].version}  # no new problem wished
    page = sign_in(key_user).post(url("uat_case", cell.engagement_id, case.pk), result, follow=True).content.decode()
    assert ("on the list of problems" in page) is bool(word)


def test_numbers_without_end_are_refused(engineer: User, cell: Cell, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    address = url("uat_round_open", cell.engagement_id, cell.pk)
    assert browser.post(address, {"build": "预生产", "users": [str(10**30)], "names": ""}).status_code == 422
    row = opened(engineer, cell)
    record_all(engineer, row)
    form = {"result": "accepted", "version": fresh(row).version, "row_count": "9" * 5000}
    assert browser.post(url("uat_judge", cell.engagement_id, row.pk), form).status_code == 422
    assert browser.post(url("uat_judge", cell.engagement_id, row.pk), form | {"more": "yes"}).status_code == 200


def test_a_round_names_its_build_and_somebody_who_tests(engineer: User, cell: Cell, sign_in: SignIn) -> None:
    """N2: both stand in the text that is signed; what was typed stays."""
    browser = sign_in(engineer)
    answer = browser.post(url("uat_round_open", cell.engagement_id, cell.pk), {"build": "预生产", "names": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["users"])
    assert "预生产" in answer.content.decode()
    answer = browser.post(url("uat_round_open", cell.engagement_id, cell.pk), {"build": "", "names": "杜护士长"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["build"])
    assert not UatRound.objects.exists()
