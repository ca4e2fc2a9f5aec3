"""E3: evidence in the browser; a client gets to a file only through the piece it belongs to, and never to what is held."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement, Preview, Scan
from onsite.accounts.models import User
from standups.models import Evidence, Problem
from standups.services import evidence as services
from tests.conftest import SignIn
from tests.engagements.filing import CLEAN_LOG, LEAKY_LOG, MP4, SECRET, a_log, a_picture, a_recording, body_of, work
from tests.factories import EvidenceFactory
from tests.standups.browser import target, words_in
from tests.standups.concerning import answered, raised
from tests.standups.test_evidence import a_file, a_query, head, stored

MOBILE = "13812345678"
HEAD = {"title": "响应时间", "environment": "生产环境", "taken_at": "2026-01-05T08:30"}
QUERY = HEAD | {"query": "select 1", "result": "412 ms"}
REFERENCE = HEAD | {"place": "文件服务器 2", "keeper": "张工", "sha256": "a" * 64}


@pytest.fixture
def concern(engagement: Engagement, client_pm: User) -> Problem:
    return raised(engagement, client_pm)


@pytest.fixture
def browser(engineer: User, sign_in: SignIn) -> Client:
    return sign_in(engineer)


def add_url(problem: Problem, kind: str) -> str:
    return reverse("standups:evidence_create", args=[problem.engagement_id, problem.pk, kind])


def url_of(evidence: Evidence, name: str, *more: int) -> str:
    return reverse(f"standups:{name}", args=[evidence.problem.engagement_id, evidence.pk, *more])


def test_adding_a_query_at_the_sites_hour(
    engagement: Engagement, concern: Problem, browser: Client, sign_in: SignIn, client_pm: User
) -> None:
    Engagement.objects.update(time_zone="America/New_York")
    answer = browser.post(add_url(concern, "query"), QUERY)
    row = Evidence.objects.unscoped().get()
    assert target(answer) == row.get_absolute_url()
    assert row.taken_at.isoformat() == "2026-01-05T13:30:00+00:00"
    words = words_in(sign_in(client_pm).get(row.get_absolute_url()).content, "main")
    assert all(word in words for word in ("select 1", "412 ms", "生产环境", row.sha256, "8:30"))


def test_adding_a_file(concern: Problem, browser: Client, sign_in: SignIn, client_pm: User) -> None:
    browser.post(add_url(concern, "file"), HEAD | {"upload": a_log()})
    row = Evidence.objects.unscoped().get()
    client = sign_in(client_pm)
    assert client.get(row.get_absolute_url()).status_code == 404
    assert "Being checked" in words_in(browser.get(row.get_absolute_url()).content, "main")
    work()
    page = client.get(row.get_absolute_url())
    assert url_of(row, "evidence_file") in page.content.decode()
    answer = client.get(url_of(row, "evidence_file"))
    assert body_of(answer) == CLEAN_LOG.encode()
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_adding_a_reference_where_data_stays_on_site(concern: Problem, browser: Client) -> None:
    Engagement.objects.update(data_stays_on_site=True)
    for kind in ("file", "query"):
        assert browser.get(add_url(concern, kind)).status_code == 404
    assert target(browser.post(add_url(concern, "reference"), REFERENCE)) == (
        Evidence.objects.unscoped().get().get_absolute_url()
    )
    page = browser.get(concern.get_absolute_url()).content.decode()
    assert add_url(concern, "reference") in page
    assert add_url(concern, "file") not in page


@pytest.mark.parametrize("kind", ["reference", "anything"])
def test_a_kind_that_is_not_taken_here_is_absent(concern: Problem, browser: Client, kind: str) -> None:
    assert browser.get(add_url(concern, kind)).status_code == 404
    assert browser.post(add_url(concern, kind), REFERENCE).status_code == 404


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("query", {"title": ""}, "title"),
        ("query", {"title": "x" * 201}, "title"),
        ("query", {"environment": ""}, "environment"),
        ("query", {"taken_at": ""}, "taken_at"),
        ("query", {"taken_at": "0001-01-01T00:00"}, "taken_at"),
        ("query", {"taken_at": "9999-12-31T23:59"}, "taken_at"),
        ("query", {"taken_at": "2099-01-01T08:00"}, "taken_at"),
        ("query", {"query": ""}, "query"),
        ("query", {"result": ""}, "result"),
        ("query", {"result": "x" * 20_001}, "result"),
        ("query", {"plan": "nul\x00"}, "plan"),
        ("file", {}, "upload"),
        ("reference", {"sha256": "a" * 63}, "sha256"),
        ("reference", {"sha256": "g" * 64}, "sha256"),
        ("reference", {"place": ""}, "place"),
        ("reference", {"keeper": ""}, "keeper"),
    ],
)
def test_bad_input_is_said_beside_its_field(
    concern: Problem, browser: Client, kind: str, change: dict[str, str], field: str
) -> None:
    Engagement.objects.update(data_stays_on_site=kind == "reference")
    fields = {"query": QUERY, "reference": REFERENCE, "file": HEAD}[kind] | change
    answer = browser.post(add_url(concern, kind), fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert "environment" in change or "生产环境" in answer.content.decode()
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("upload", [a_log("", name="空.log"), a_log("MZ", name="程序.exe")])
def test_a_file_that_is_not_taken_is_said_beside_it(concern: Problem, browser: Client, upload: Any) -> None:
    upload.seek(0)
    answer = browser.post(add_url(concern, "file"), HEAD | {"upload": upload})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["upload"])


@pytest.mark.parametrize("hidden", ["internal", "found", "waiting", "file held", "internal problem"])
def test_nothing_of_hidden_evidence_reaches_the_client(
    concern: Problem, engineer: User, client_pm: User, sign_in: SignIn, hidden: str
) -> None:
    """Not the piece, not its file, not a page, not a part of a recording, not its title in the list."""
    row = services.add_file(actor=engineer, problem=concern, upload=a_recording(), **head(title="藏起来的标题"))
    assert row.attachment is not None
    if hidden != "waiting":
        work()
    Preview.objects.create(attachment=row.attachment, number=1, image="x.jpg", width=1, height=1)
    match hidden:
        case "internal":
            Evidence.objects.update(is_internal=True)
        case "found":
            Evidence.objects.update(scan=Scan.FOUND)
        case "file held":
            type(row.attachment).objects.update(scan=Scan.FOUND)
        case "internal problem":
            Problem.objects.update(is_internal=True)
    client = sign_in(client_pm)
    urls = [row.get_absolute_url(), url_of(row, "evidence_file"), url_of(row, "evidence_recording")]
    for url in [*urls, url_of(row, "evidence_page", 1)]:
        assert client.get(url).status_code == 404, url
    assert "藏起来的标题" not in client.get(concern.get_absolute_url()).content.decode()
    file_url = reverse("engagements:attachment", args=[concern.engagement_id, row.attachment.pk])
    assert client.get(file_url).status_code == 404


def test_an_evidence_file_has_no_other_door_for_the_client(
    concern: Problem, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    row = stored(a_file(engineer, concern))
    work()
    assert row.attachment is not None
    client = sign_in(client_pm)
    assert body_of(client.get(url_of(row, "evidence_file"))) == CLEAN_LOG.encode()
    for name in ("attachment", "file_recording", "file"):
        url = reverse(f"engagements:{name}", args=[concern.engagement_id, row.attachment.pk])
        assert client.get(url).status_code == 404


def test_a_recording_comes_in_parts(concern: Problem, engineer: User, client_pm: User, sign_in: SignIn) -> None:
    row = services.add_file(actor=engineer, problem=concern, upload=a_recording(), **head())
    work()
    client = sign_in(client_pm)
    assert url_of(row, "evidence_recording") in client.get(row.get_absolute_url()).content.decode()
    part = client.get(url_of(row, "evidence_recording"), headers={"range": "bytes=4-7"})
    assert (part.status_code, body_of(part)) == (206, MP4[4:8])
    assert part["Content-Range"] == f"bytes 4-7/{len(MP4)}"


def test_a_log_is_no_recording_and_a_query_no_file(concern: Problem, engineer: User, browser: Client) -> None:
    log, query = a_file(engineer, concern), a_query(engineer, concern)
    assert browser.get(url_of(log, "evidence_recording")).status_code == 404
    assert browser.get(url_of(query, "evidence_file")).status_code == 404
    assert browser.get(url_of(query, "evidence_page", 1)).status_code == 404


def test_the_client_looks_at_a_screenshot(concern: Problem, engineer: User, client_pm: User, sign_in: SignIn) -> None:
    row = services.add_file(actor=engineer, problem=concern, upload=a_picture(), **head())
    work()
    client = sign_in(client_pm)
    assert url_of(row, "evidence_page", 1) in client.get(row.get_absolute_url()).content.decode()
    answer = client.get(url_of(row, "evidence_page", 1))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert body_of(answer)[:2] == b"\xff\xd8"
    for number in (0, 2, 99999):
        assert client.get(url_of(row, "evidence_page", number)).status_code == 404


def test_held_evidence_offers_both_ways_on(concern: Problem, engineer: User, colleague: User, sign_in: SignIn) -> None:
    row = a_query(engineer, concern, result=f"联系 {MOBILE}")
    for user, may_release in ((engineer, True), (colleague, False)):
        page = sign_in(user).get(row.get_absolute_url()).content.decode()
        assert "Mobile number" in page
        assert "138****5678" in page
        assert url_of(row, "evidence_mask") in page
        assert (url_of(row, "evidence_release") in page) == may_release


def test_masking_on_the_page(concern: Problem, engineer: User, browser: Client) -> None:
    row = a_query(engineer, concern, result=f"联系 {MOBILE}")
    assert target(browser.post(url_of(row, "evidence_mask"))) == row.get_absolute_url()
    assert MOBILE not in browser.get(row.get_absolute_url()).content.decode()


def test_a_leaky_log_is_masked_on_the_page(
    concern: Problem, engineer: User, browser: Client, client_pm: User, sign_in: SignIn
) -> None:
    row = a_file(engineer, concern, LEAKY_LOG)
    work()
    assert SECRET not in browser.get(row.get_absolute_url()).content.decode()
    browser.post(url_of(row, "evidence_mask"))
    assert "A masked copy is being made" in browser.get(row.get_absolute_url()).content.decode()
    work()
    sent = body_of(sign_in(client_pm).get(url_of(row, "evidence_file")))
    assert SECRET.encode() not in sent
    assert sent.startswith(CLEAN_LOG.encode())


def test_releasing_on_the_page_needs_a_reason(concern: Problem, engineer: User, browser: Client) -> None:
    row = a_query(engineer, concern, result=f"联系 {MOBILE}")
    answer = browser.post(url_of(row, "evidence_release"), {"reason": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reason"])
    browser.post(url_of(row, "evidence_release"), {"reason": "测试号码"})
    assert stored(row).scan == Scan.RELEASED
    assert "测试号码" in browser.get(row.get_absolute_url()).content.decode()


def test_what_an_answer_stands_on_offers_no_way_out(concern: Problem, engineer: User, browser: Client) -> None:
    row = EvidenceFactory(problem=concern, added_by=engineer)
    assert url_of(row, "evidence_remove") in browser.get(row.get_absolute_url()).content.decode()
    answered(engineer, concern)
    page = browser.get(row.get_absolute_url()).content.decode()
    assert "it stays, so that the answer can be checked" in page
    assert url_of(row, "evidence_remove") not in page
    refused = browser.post(url_of(row, "evidence_remove"), follow=True).content.decode()
    assert "it stays, so that the answer can be checked" in refused
    browser.post(url_of(row, "evidence_show"), {"internal": "1"})
    assert not stored(row).is_internal


def test_another_engagements_evidence_under_ones_own_address(
    engagement: Engagement, foreign_engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    foreign = EvidenceFactory(problem__engagement=foreign_engagement)
    for name in ("evidence", "evidence_file"):
        assert sign_in(manager).get(reverse(f"standups:{name}", args=[engagement.pk, foreign.pk])).status_code == 404
