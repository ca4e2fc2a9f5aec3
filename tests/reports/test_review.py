"""R1: a closing report is written around its numbers, read by the manager, and issued as it was approved."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications import kinds
from onsite.notifications.models import Message
from reports import review, services
from reports.building.snapshots import restored
from reports.documents.chapters import NARRATED
from reports.documents.closing_report import ClosingReport
from reports.documents.printing import render_html
from reports.models import Draft, DraftComment
from tests.conftest import InParallel, SignIn
from tests.factories import LessonFactory, ObjectiveFactory, ProblemFactory
from tests.reports.issuing import REPORT, approve, draft, issue, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_review(engagement: Engagement) -> Engagement:
    """An engagement with one objective whose review has begun."""
    ObjectiveFactory(engagement=engagement, title="排产不再靠表格")
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.REVIEW)
    engagement.refresh_from_db()
    return engagement


def ask(actor: User, engagement: Engagement, version: int = 1) -> Draft:
    return review.ask_review(actor=actor, engagement=engagement, version=version)


def written(kind: str) -> list[str]:
    """The bodies of the messages of this kind that would go out now."""
    with translation.override("en"):
        made = [kinds.find(kind).write(row) for row in Message.objects.waiting().filter(kind=kind)]
    return [one.body for one in made if one is not None]


# --- Words around the numbers ------------------------------------------------------------------------------------------------


def test_words_stand_at_the_head_of_their_chapter(in_review: Engagement, manager: User) -> None:
    """R1: they are frozen and printed; a chapter without numbers stands for its words alone."""
    words = {"objectives": "排产时间比预期更短。", "contingency": "没有启动应急预案。", "course": " \n "}
    draft(manager, in_review, REPORT, narrative=words)
    report = restored(issue(manager, in_review, REPORT))
    assert isinstance(report, ClosingReport)
    assert {row.chapter: row.text for row in report.narrative} == {
        "objectives": "排产时间比预期更短。", "contingency": "没有启动应急预案。",
    }  # fmt: skip
    html = render_html(report)
    heading, body = html.split('id="objectives"')[1].split("<table", 1)
    assert "排产时间比预期更短。" in heading and "排产不再靠表格" in body
    assert "没有启动应急预案。" in html.split('id="contingency"')[1].split("<section")[0]


def test_the_page_shows_the_numbers_and_keeps_the_words(
    in_review: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """R1: a box for each chapter, none for a number; what was typed survives a refusal and a stale page."""
    browser, address = sign_in(engineer), url("draft", in_review, "closing_report")
    page = browser.get(address).content.decode()
    assert "排产不再靠表格" in page
    assert all(f'name="on_{anchor}"' in page for anchor in NARRATED)
    fields = {"summary": "按期上线。", "version": "0", "on_objectives": "达成。", "on_problems": "x" * 5001}
    refused = browser.post(address, fields)
    assert refused.status_code == 422 and refused.context["form"].errors["on_problems"]
    assert "达成。" in refused.content.decode()
    assert browser.post(address, {**fields, "on_problems": "都已解决。"}).status_code == 302
    kept = services.draft_of(in_review, REPORT)
    assert kept.narrative == {"objectives": "达成。", "problems": "都已解决。"}
    stale = browser.post(address, {**fields, "on_problems": "我写的。"})
    html = stale.content.decode()
    assert stale.status_code == 422 and "都已解决。" in html and "我写的。" in html
    assert 'name="version" value="1"' in html


# --- Remarks ----------------------------------------------------------------------------------------------------------------


def test_a_remark_is_made_on_a_chapter_and_settled_once(
    in_review: Engagement, engineer: User, colleague: User, manager: User
) -> None:
    """R1: with both names, each once in the audit."""
    draft(engineer, in_review, REPORT)
    remark = review.add_remark(actor=manager, engagement=in_review, chapter="objectives", text="请补充依据。")
    assert DraftComment.objects.visible_to(engineer).open().get() == remark
    for person in (engineer, colleague):
        review.settle_remark(actor=person, engagement=in_review, remark=remark)
    remark.refresh_from_db()
    assert remark.settled_by == engineer
    assert AuditEntry.objects.filter(action="document.remark_settled").count() == 1


def test_a_remark_needs_words_and_a_draft(in_review: Engagement, engineer: User, sign_in: SignIn) -> None:
    """Bad input: a sentence beside the field, what was typed stays, nothing is kept."""
    browser, address = sign_in(engineer), url("remark_create", in_review)
    assert browser.post(address, {"chapter": "", "text": "早"}).status_code == 422
    draft(engineer, in_review, REPORT)
    for fields in (
        {"chapter": "objectives"},
        {"chapter": "objectives", "text": "长" * 5001},
        {"chapter": "x", "text": "a"},
        {"chapter": "%s", "text": "a"},
        {"chapter": "%d\0", "text": "a\0"},
    ):
        answer = browser.post(address, fields)
        assert answer.status_code == 422
        assert fields.get("chapter") != "objectives" or fields.get("text", "")[:50] in answer.content.decode()
    assert not DraftComment.objects.exists()
    assert browser.post(address, {"chapter": "objectives", "text": "请补充。"}).status_code == 302
    assert "请补充。" in browser.get(url("draft", in_review, "closing_report")).content.decode()


def test_a_client_reads_neither_words_nor_remarks(
    in_review: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """RULES.md: drafts are vendor only; so is what is said of them."""
    draft(engineer, in_review, REPORT)
    review.add_remark(actor=engineer, engagement=in_review, chapter="", text="内部意见")
    assert not DraftComment.objects.visible_to(client_pm).exists()
    assert sign_in(client_pm).get(url("review", in_review)).status_code == 403
    with pytest.raises(PermissionDenied):
        review.add_remark(actor=client_pm, engagement=in_review, chapter="", text="x")


@pytest.mark.parametrize("page", ["draft", "review"])
def test_the_pages_ask_as_often_for_thirty_remarks_as_for_one(
    page: str, in_review: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """N6: and for thirty objectives, lessons and remaining issues as for one."""
    draft(engineer, in_review, REPORT)
    browser = sign_in(manager)
    address = url("review", in_review) if page == "review" else url("draft", in_review, "closing_report")

    def grow(rows: int) -> int:
        for _i in range(rows):
            review.add_remark(actor=manager, engagement=in_review, chapter="objectives", text="意见")
            ObjectiveFactory(engagement=in_review)
            LessonFactory(engagement=in_review, is_internal=False)
            ProblemFactory(engagement=in_review, raised_by=engineer)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    grow(2)  # a single problem is not drawn
    assert grow(0) == grow(28)


# --- A manager's word -------------------------------------------------------------------------------------------------------


def test_the_manager_is_asked_and_the_asker_is_told(in_review: Engagement, engineer: User, manager: User) -> None:
    """R1: by messages that say nothing any more once it is over."""
    draft(engineer, in_review, REPORT)
    assert ask(engineer, in_review).is_under_review
    assert [row.recipient for row in Message.objects.filter(kind="report_review_asked")] == [manager]
    assert len(written("report_review_asked")) == 1
    review.send_back(actor=manager, engagement=in_review, version=1, text="请写明延期原因。")
    assert written("report_review_asked") == []
    assert ["请写明延期原因。" in body for body in written("report_sent_back")] == [True]
    assert DraftComment.objects.visible_to(engineer).open().get().text == "请写明延期原因。"
    draft(engineer, in_review, REPORT, version=1, summary="延期两天。")
    ask(engineer, in_review, 2)
    assert approve(in_review).is_approved
    assert len(written("report_approved")) == 1
    draft(engineer, in_review, REPORT, version=2, summary="延期三天。")
    assert written("report_approved") == []


def test_what_waits_stands_on_the_managers_day_only(
    in_review: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """C1: whoever has to read sees it without the mail; it goes with the answer."""
    link = url("review", in_review)
    draft(engineer, in_review, REPORT)
    assert link not in sign_in(manager).get("/today/").content.decode()
    ask(engineer, in_review)
    assert link in sign_in(manager).get("/today/").content.decode()
    assert link not in sign_in(engineer).get("/today/").content.decode()
    approve(in_review)
    assert link not in sign_in(manager).get("/today/").content.decode()


def test_the_lead_issues_only_what_was_approved(in_review: Engagement, engineer: User, manager: User) -> None:
    """R1: the very version; any later word asks again, and an issued version used its approval up."""
    draft(engineer, in_review, REPORT)
    with pytest.raises(DomainError, match="has to approve"):
        issue(engineer, in_review, REPORT)
    approve(in_review)
    draft(engineer, in_review, REPORT, version=1, summary="改了一个字")
    with pytest.raises(DomainError, match="has to approve"):
        issue(engineer, in_review, REPORT)
    approve(in_review)
    assert issue(engineer, in_review, REPORT).version == 1
    with pytest.raises(DomainError, match="has to approve"):
        issue(engineer, in_review, REPORT, version=2)
    assert issue(manager, in_review, REPORT, version=2).version == 2


def test_issuing_from_the_page_keeps_the_approval(in_review: Engagement, engineer: User, sign_in: SignIn) -> None:
    """R1: the button brings the words along; where none changed they are those that were approved."""
    words = {"summary": "按期上线。\r\n一切正常。", "on_objectives": "达成。", "proposals": "一\r\n二"}
    browser = sign_in(engineer)
    browser.post(url("draft", in_review, "closing_report"), {**words, "version": "0"})
    approve(in_review)
    offered = {"version": "1", "issue-language": "en", "issue-version": "1"}
    answer = browser.post(
        url("issue", in_review, "closing_report"), {**words, **offered, "summary": "改了。"}, follow=True
    )
    assert "approve" in answer.content.decode() or "批准" in answer.content.decode()
    assert not in_review.documents.unscoped().exists()
    draft(engineer, in_review, REPORT, version=2, summary=words["summary"], narrative={"objectives": "达成。"})
    approve(in_review)
    same = {"summary": words["summary"], "on_objectives": "达成。", "proposals": ""}
    browser.post(url("issue", in_review, "closing_report"), {**same, **offered, "version": "3"})
    assert in_review.documents.unscoped().get().version == 1


@pytest.mark.parametrize("verb", ["ask_review", "approve_draft", "send_back"])
def test_a_stale_page_judges_nothing(verb: str, in_review: Engagement, engineer: User, manager: User) -> None:
    """RULES.md, Editing together: what was read is what is judged."""
    draft(engineer, in_review, REPORT)
    if verb != "ask_review":
        ask(engineer, in_review)
    draft(engineer, in_review, REPORT, version=1, summary="后来的")
    told: dict[str, Any] = {"text": "x"} if verb == "send_back" else {}
    with pytest.raises(StaleError):
        getattr(review, verb)(actor=manager, engagement=in_review, version=1, **told)
    row = services.draft_of(in_review, REPORT)
    assert row.approved_version is None and not DraftComment.objects.exists()


def test_what_is_over_is_refused_with_a_sentence(in_review: Engagement, engineer: User, manager: User) -> None:
    """R1: nothing to review, asked twice, approved twice, sent back though nobody asked."""
    with pytest.raises(DomainError, match="Nothing is written"):
        ask(engineer, in_review)
    draft(engineer, in_review, REPORT, summary=" ")
    with pytest.raises(DomainError, match="Write the conclusion"):
        ask(engineer, in_review)
    draft(engineer, in_review, REPORT, version=1)
    with pytest.raises(DomainError, match="Nobody asked"):
        review.send_back(actor=manager, engagement=in_review, version=2, text="x")
    ask(engineer, in_review, 2)
    with pytest.raises(DomainError, match="asked for already"):
        ask(engineer, in_review, 2)
    approve(in_review)
    with pytest.raises(DomainError, match="approved already"):
        ask(engineer, in_review, 2)
    with pytest.raises(DomainError, match="approved already"):
        approve(in_review)
    review.send_back(actor=manager, engagement=in_review, version=2, text="doch nicht")
    assert not services.draft_of(in_review, REPORT).is_approved


def test_only_a_manager_approves(in_review: Engagement, engineer: User, sign_in: SignIn, manager: User) -> None:
    """R1: the writer can't; the manager does it on the page, with the version that stood there."""
    draft(engineer, in_review, REPORT)
    with pytest.raises(PermissionDenied):
        review.approve_draft(actor=engineer, engagement=in_review, version=1)
    browser = sign_in(manager)
    assert (
        "Approve these words"
        in browser.get(url("review", in_review), headers={"accept-language": "en"}).content.decode()
    )
    for forged in ({}, {"version": "x"}, {"version": "9" * 30}):
        assert browser.post(url("review_approve", in_review), forged).status_code == 302
    assert not services.draft_of(in_review, REPORT).is_approved
    browser.post(url("review_approve", in_review), {"version": "1"})
    assert services.draft_of(in_review, REPORT).approved_by == manager


def test_sending_back_needs_a_reason_that_survives(
    in_review: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """Bad input: the page says so beside the field; a stale one keeps the words and takes them the second time."""
    draft(engineer, in_review, REPORT)
    ask(engineer, in_review)
    browser = sign_in(manager)
    assert browser.post(url("review_send_back", in_review), {"version": "1"}).status_code == 422
    draft(engineer, in_review, REPORT, version=1, summary="后来的")
    answer = browser.post(url("review_send_back", in_review), {"version": "1", "text": "写得太短"})
    html = answer.content.decode()
    assert answer.status_code == 422 and "写得太短" in html and 'name="version" value="2"' in html
    assert browser.post(url("review_send_back", in_review), {"version": "2", "text": "写得太短"}).status_code == 302
    assert DraftComment.objects.unscoped().get().text == "写得太短"


def test_approving_while_it_is_saved_approves_what_was_read(
    postgresql: None, in_review: Engagement, engineer: User, manager: User, in_parallel: InParallel
) -> None:
    """RULES.md: either the words were saved first and the approval is stale, or they need a new one."""
    draft(engineer, in_review, REPORT)
    in_parallel(
        lambda: review.approve_draft(actor=manager, engagement=in_review, version=1),
        lambda: draft(engineer, in_review, REPORT, version=1, summary="同时写的"),
    )
    row = services.draft_of(in_review, REPORT)
    assert (row.version, row.summary) == (2, "同时写的")
    assert not row.is_approved
    with pytest.raises(DomainError, match="has to approve"):
        issue(engineer, in_review, REPORT)


def test_two_who_ask_at_once_ask_once(
    postgresql: None, in_review: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    """R1: one message to the manager."""
    draft(engineer, in_review, REPORT)
    results = in_parallel(*[lambda: ask(engineer, in_review)] * 4)
    assert sum(isinstance(result, Draft) for result in results) == 1
    assert Message.objects.filter(kind="report_review_asked").count() == 1
