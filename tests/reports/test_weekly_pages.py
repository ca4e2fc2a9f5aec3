"""The week's page, the list of documents and the text for the chat group, as people use them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core import jobs
from onsite.core.models import Job
from reports import services
from reports.dashboards.documents import MOST_WEEKS
from reports.figures.weekly import Week
from reports.models import Document
from standups.models import Attendance
from tests.conftest import SignIn
from tests.factories import LineFactory, MembershipFactory, ProblemFactory, StandUpFactory, UserFactory
from tests.reports.issuing import printed, url
from tests.reports.weeks import WEEKLY, day, issue_week, last_week, said, stand_up

pytestmark = pytest.mark.django_db


def week_url(engagement: Engagement, name: str = "weekly_report") -> str:
    return url(name, engagement, last_week(engagement).code)


def posted(
    browser: Client, engagement: Engagement, summary: str = "小结", version: int = 1, draft: int = 0
) -> Document:
    """Issue from the page in one press; return the newest document."""
    fields = {"summary": summary, "version": draft, "issue-language": "zh-hans", "issue-version": version}
    assert browser.post(week_url(engagement, "weekly_issue"), fields).status_code == 302
    found = engagement.documents.unscoped().of_kind(WEEKLY).order_by("-issued_at").first()
    assert found is not None
    return found


def test_the_way_leads_to_the_week_that_is_to_be_written(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    today = Week.of(engagement.today())
    StandUpFactory(engagement=engagement, held_on=engagement.today())
    browser = sign_in(engineer)
    assert browser.get(url("weekly", engagement)).headers["Location"] == url("weekly_report", engagement, today.code)
    chosen = browser.get(url("weekly", engagement), {"week": today.before.code})
    assert chosen.headers["Location"] == week_url(engagement)
    odd = browser.get(url("weekly", engagement), {"week": "nonsense"})
    assert odd.headers["Location"] == url("weekly_report", engagement, today.code)


@pytest.mark.parametrize("code", ["nonsense", "2026-W60", "2099-W01", "1999-W01"])
def test_what_is_no_week_is_no_page(code: str, engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    for name in ("weekly_report", "week_chat"):
        assert browser.get(url(name, engagement, code)).status_code == 404
    assert browser.post(url("weekly_issue", engagement, code), {}).status_code == 404


def test_a_week_without_anything_is_a_page_and_says_so(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    html = sign_in(engineer).get(week_url(engagement)).content.decode()
    assert "本周站会没有报告完成的事项" in html or "Nothing was reported as done." in html


def test_one_press_saves_the_words_and_issues_the_week(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    said(stand_up(engagement, 1), "联调接口", done=True)
    document = posted(sign_in(engineer), engagement, "本周顺利。")
    assert (document.period, document.version, document.language) == (last_week(engagement).code, 1, "zh-hans")
    assert document.snapshot["summary"] == "本周顺利。"


def test_the_job_prints_it_and_the_client_reads_pdf_and_word(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    said(stand_up(engagement, 1), "联调接口", done=True)
    document = posted(sign_in(engineer), engagement)
    client = sign_in(client_pm)
    for name in ("document", "document_pdf", "document_word"):
        assert client.get(url(name, engagement, document.pk)).status_code == 404, "not printed yet"
    jobs.run(Job.objects.get(kind="document", subject_id=document.pk).pk)
    assert client.get(url("document", engagement, document.pk)).status_code == 200
    pdf = client.get(url("document_pdf", engagement, document.pk))
    assert pdf.getvalue().startswith(b"%PDF-1.7")
    word = client.get(url("document_word", engagement, document.pk))
    assert word.content.startswith(b"PK")
    assert re.search(rf"weekly_report-{engagement.pk}-\d{{4}}-W\d\d-v1\.docx", word.headers["Content-Disposition"])
    assert word.headers["X-Content-Type-Options"] == "nosniff"


def test_data_that_was_changed_since_is_not_given_as_word(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """What leaves is what was hashed; otherwise a sentence says so."""
    stand_up(engagement, 1)
    document = printed(issue_week(engineer, engagement))
    document.snapshot["summary"] = "改过的"
    document.save()
    answer = sign_in(engineer).get(url("document_word", engagement, document.pk), follow=True)
    assert answer.redirect_chain
    assert "改过的" not in answer.content.decode()


def test_only_a_weekly_report_is_given_as_word(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    manual = printed(
        services.issue_document(actor=engineer, engagement=engagement, kind="field_manual", language="en", version=1)  # type: ignore[arg-type]
    )
    assert sign_in(engineer).get(url("document_word", engagement, manual.pk)).status_code == 404


def test_an_engineer_drafts_and_only_a_leader_issues(
    engagement: Engagement, engineer: User, colleague: User, client_pm: User, sign_in: SignIn
) -> None:
    stand_up(engagement, 1)
    browser = sign_in(colleague)
    assert browser.post(week_url(engagement), {"summary": "同事写的", "version": "0"}).status_code == 302
    page = browser.get(week_url(engagement)).content.decode()
    assert "同事写的" in page
    assert "weekly_issue" not in page and "/issue/" not in page
    assert browser.post(week_url(engagement, "weekly_issue"), {}).status_code == 403
    for address in (week_url(engagement), week_url(engagement, "week_chat"), url("weekly", engagement)):
        assert sign_in(client_pm).get(address).status_code == 403


def test_the_page_keeps_both_texts_for_a_person_to_choose(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    """RULES, Editing together: nothing is overwritten unseen, and nothing is issued then."""
    stand_up(engagement, 1)
    sign_in(colleague).post(week_url(engagement), {"summary": "王堃写的", "version": "0"})
    fields = {"summary": "李喆写的", "version": "0", "issue-language": "en", "issue-version": "1"}
    answer = sign_in(engineer).post(week_url(engagement, "weekly_issue"), fields)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "王堃写的" in html and "李喆写的" in html
    assert not Document.objects.exists()


@pytest.mark.parametrize(("field", "value"), [("summary", "x" * 5001), ("summary", "a\x00b"), ("version", "x")])
def test_an_absurd_text_gets_a_message(
    field: str, value: str, engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    fields = {"summary": "打好的字", "version": "0", field: value}
    answer = sign_in(engineer).post(week_url(engagement), fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]


def test_the_page_says_that_the_week_has_changed_since(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    line = said(stand_up(engagement, 1), "写错了", done=True)
    browser = sign_in(engineer)
    issue_week(engineer, engagement)
    assert browser.get(week_url(engagement)).context["page"].has_changed is False
    line.text = "改正了"
    line.save()
    page = browser.get(week_url(engagement))
    assert page.context["page"].has_changed is True
    assert "changed since version 1" in page.content.decode() or "第 1 版发布后有变动" in page.content.decode()
    issue_week(engineer, engagement, 2)
    assert browser.get(week_url(engagement)).context["page"].has_changed is False


def test_new_words_of_the_author_are_a_change(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    stand_up(engagement, 1)
    browser = sign_in(engineer)
    posted(browser, engagement, "第一稿")
    browser.post(week_url(engagement), {"summary": "第二稿", "version": "1"})
    assert browser.get(week_url(engagement)).context["page"].has_changed is True


def test_documents_lists_a_line_a_week_and_no_wall_of_them(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    week = last_week(engagement)
    for _number in range(MOST_WEEKS + 2):
        StandUpFactory(engagement=engagement, held_on=week.first_on)
        printed(issue_week(engineer, engagement, period=week.code))
        week = week.before
    newest = last_week(engagement).code
    printed(issue_week(engineer, engagement, 2, period=newest))
    issue_week(engineer, engagement, 3, period=newest)
    client = sign_in(client_pm)
    documents = client.get(url("documents", engagement)).context["documents"]
    assert [row.week for row in documents.weeks] == sorted((row.week for row in documents.weeks), reverse=True)
    assert (len(documents.weeks), documents.more_weeks) == (MOST_WEEKS, 2)
    first = documents.weeks[0]
    assert (first.week.code, first.newest.document.version) == (newest, 2)
    assert [row.document.version for row in first.older] == [1]
    everything = client.get(url("documents", engagement) + "?weeks=all").context["documents"]
    assert (len(everything.weeks), everything.more_weeks) == (MOST_WEEKS + 2, 0)
    vendors = sign_in(engineer).get(url("documents", engagement)).context["documents"]
    assert (vendors.weeks[0].newest.document.version, vendors.weeks[0].newest.state) == (3, "printing")


def test_the_dashboard_names_the_newest_week(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """A corrected old week is not the newest report."""
    last, before = last_week(engagement), last_week(engagement).before
    for week in (before, last):
        StandUpFactory(engagement=engagement, held_on=week.first_on)
        printed(issue_week(engineer, engagement, period=week.code))
    printed(issue_week(engineer, engagement, 2, period=before.code))
    html = sign_in(client_pm).get(url("dashboard", engagement)).content.decode()
    assert last.code in html
    assert before.code not in html


def test_a_weekly_report_is_not_written_on_the_page_of_other_documents(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    assert sign_in(engineer).get(url("draft", engagement, "weekly_report")).status_code == 404
    assert sign_in(engineer).post(url("issue", engagement, "weekly_report"), {}).status_code == 404


# --- The text for the chat group -----------------------------------------------------------------------------------------


def test_the_week_is_copied_in_either_language_and_links_to_what_is_issued(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    said(stand_up(engagement, 1), "联调接口", done=True)
    browser = sign_in(engineer)
    text = browser.get(week_url(engagement, "week_chat") + "?language=en").context["text"]
    assert text.startswith("Weekly report · ") and "· 联调接口" in text
    assert text.endswith(url("dashboard", engagement))
    document = printed(issue_week(engineer, engagement))
    page = browser.get(week_url(engagement, "week_chat") + "?language=zh-hans")
    assert page.context["text"].endswith(url("document", engagement, document.pk))
    assert page.context["language"] == "zh-hans"
    assert page.context["length"] == len(page.context["text"]) <= 500
    assert f">{page.context['text'].splitlines()[0]}" in page.content.decode()


def test_an_unknown_language_is_the_engagements(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    assert sign_in(engineer).get(week_url(engagement, "week_chat") + "?language=xx").context["language"] == "zh-hans"


def test_a_day_is_copied_by_either_side(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    held = stand_up(engagement, 2)
    said(held, "联调接口", done=True)
    said(held, "内部的", is_internal=True)
    LineFactory(stand_up=held, section="problem", text="网络中断", next_step_with="client")
    address = url("day_chat", engagement, held.held_on) + "?language=en"
    texts = {sign_in(user).get(address).context["text"] for user in (engineer, client_pm)}
    assert len(texts) == 1
    text = texts.pop()
    assert "· 联调接口" in text and "内部的" not in text
    assert "· 网络中断 (Needs your side)" in text
    assert text.endswith(held.get_absolute_url())


# --- Query counts --------------------------------------------------------------------------------------------------------


def grow(engagement: Engagement, engineer: User, rows: int) -> None:
    """Lines on five days, people at each, problems of every sort: `rows` of them all."""
    days = [stand_up(engagement, number) for number in range(1, 6)]
    people = []
    for _number in range(rows):
        user = UserFactory(role=Role.ENGINEER)
        people.append(MembershipFactory(engagement=engagement, user=user, part=Part.ENGINEER))
    for held in days:
        LineFactory.create_batch(rows, stand_up=held, section="done", is_done=True)
        LineFactory.create_batch(rows, stand_up=held)
        Attendance.objects.bulk_create(Attendance(stand_up=held, membership=person) for person in people)
    raised = {"engagement": engagement, "raised_by": engineer, "raised_on": day(engagement, 1)}
    for party in ("client", "vendor", "third_party"):
        ProblemFactory.create_batch(rows, **raised, next_step_with=party, due_on=day(engagement, 2))
    ProblemFactory.create_batch(rows, **raised, solved_on=day(engagement, 3))


def queries(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


def test_a_week_of_thirty_rows_asks_as_often_as_one_of_one(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    browser = sign_in(engineer)
    urls = [week_url(engagement), week_url(engagement, "week_chat"), url("day_chat", engagement, day(engagement, 2))]
    grow(engagement, engineer, 1)
    before = [queries(browser, address) for address in urls]
    engagement.stand_ups.unscoped().delete()
    engagement.problems.unscoped().delete()
    grow(engagement, engineer, 30)
    assert [queries(browser, address) for address in urls] == before
    assert before[0] <= 24, before


def test_many_weeks_ask_as_often_as_one(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    browser, counts = sign_in(engineer), []
    week = last_week(engagement)
    for number in (1, 11):
        for _number in range(number):
            StandUpFactory(engagement=engagement, held_on=week.first_on + timedelta(days=1))
            printed(issue_week(engineer, engagement, period=week.code))
            week = week.before
        counts.append(
            [queries(browser, url("documents", engagement) + "?weeks=all"), queries(browser, week_url(engagement))]
        )
    assert counts[0] == counts[1]
