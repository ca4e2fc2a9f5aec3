"""What the vendor owes people at the clients' (E3): concerns, ideas, remarks and files on Today, and on the portfolio."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from engagements.models import Attachment, ChangeRequest, Engagement
from engagements.planning import share_calendars
from onsite.accounts.models import User
from reports.dashboards.owed import MOST_ROWS, Owed, load_owed
from reports.dashboards.portfolio import load_portfolio
from standups.models import Comment, Evidence, Idea, Problem, Reply
from tests.conftest import SignIn
from tests.factories import ChangeRequestFactory, IdeaFactory, ProblemFactory, StandUpFactory

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-11-18T10:00:00+08:00")  # a Wednesday


@pytest.fixture(autouse=True)
def on_wednesday(time_machine: Any) -> Any:
    time_machine.move_to(NOW, tick=False)
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def on_working_days(engagement: Engagement) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(calendar="WEEK")
    engagement.calendar = "WEEK"


def owed(user: User, *engagements: Engagement) -> Owed:
    return load_owed(user, {row.pk: row for row in engagements})


def concern(engagement: Engagement, *, ago: timedelta, state: str = "open", **fields: Any) -> Problem:
    return ProblemFactory(
        engagement=engagement, kind="concern", concern_state=state, words="数据会不会丢", said_at=NOW - ago, **fields
    )


def a_file(engagement: Engagement, by: User, scan: str = "found", **fields: Any) -> Attachment:
    return Attachment.objects.create(
        engagement=engagement, name="日志.txt", media_type="text/plain", size_bytes=1, sha256="0" * 64, uploaded_by=by,
        scan=scan, **fields,
    )  # fmt: skip


def test_concerns_wait_the_longest_first_in_hours_or_days(engagement: Engagement, engineer: User) -> None:
    """One that was sent back waits from then on; one that is answered waits for the client, not for us."""
    concern(engagement, ago=timedelta(hours=3), title="三小时")
    sent_back = concern(engagement, ago=timedelta(days=9), title="退回")
    for round_, verdict_ago in ((1, timedelta(days=8)), (2, timedelta(hours=20))):
        Reply.objects.create(
            problem=sent_back, round=round_, acknowledgement="谢谢", facts="事实", written_by=engineer,
            answered_by=engineer, answered_at=NOW - timedelta(days=8), verdict="reopened",
            verdict_at=NOW - verdict_ago,
        )  # fmt: skip
    concern(engagement, ago=timedelta(days=5), title="五天")
    concern(engagement, ago=timedelta(days=6), state="answered")
    ProblemFactory(engagement=engagement)
    found = [(row.problem.title, str(row.wait)) for row in owed(engineer, engagement).concerns]
    assert found == [("五天", "3 working days"), ("退回", "20 hours"), ("三小时", "3 hours")]


def test_ideas_without_thanks_outcome_or_word(engagement: Engagement, engineer: User) -> None:
    """A change request that nobody decided yet leaves nothing to tell."""
    thanked = {"engagement": engagement, "thanks": "谢谢", "thanked_by": engineer, "thanked_at": NOW}
    answered = thanked | {"outcome": "answered", "answer": "好"}
    IdeaFactory(title="未谢", **answered | {"thanked_at": None, "told_at": NOW})
    IdeaFactory(title="未定", **thanked)
    IdeaFactory(title="未告知", **answered)
    IdeaFactory(title="完", told_at=NOW, **answered)
    for title, decision in (("待定", "undecided"), ("已定未告知", ChangeRequest.Decision.REJECT)):
        change = ChangeRequestFactory(engagement=engagement, raised_by=engineer, decision=decision)
        IdeaFactory(title=title, outcome="change", change=change, **thanked)
    assert {row.title for row in owed(engineer, engagement).ideas} == {"未谢", "未定", "未告知", "已定未告知"}


def test_remarks_of_the_client_that_nobody_replied_to(
    engagement: Engagement, engineer: User, client_pm: User, time_machine: Any
) -> None:
    replied, open_one = (
        StandUpFactory(engagement=engagement, held_on=engagement.today() - timedelta(days=ago)) for ago in (2, 1)
    )
    for stand_up, author, text in (
        (replied, client_pm, "请补充备份"), (replied, engineer, "已补充"), (open_one, engineer, "今天晚半小时"),
        (open_one, client_pm, "好的，几点"),
    ):  # fmt: skip
        Comment.objects.create(stand_up=stand_up, author=author, text=text)
    assert [row.text for row in owed(engineer, engagement).remarks] == ["好的，几点"]
    time_machine.move_to(NOW + timedelta(days=15), tick=False)
    assert owed(engineer, engagement).remarks == []


def test_files_held_back_are_for_who_may_release_them(
    engagement: Engagement, engineer: User, colleague: User, manager: User
) -> None:
    """The original of a masked copy holds nobody up; a query that holds a secret does."""
    held = a_file(engagement, colleague)
    a_file(engagement, colleague, scan="clean")
    masked = a_file(engagement, colleague)
    a_file(engagement, colleague, scan="clean", masked_from=masked)
    query = Evidence.objects.create(
        problem=ProblemFactory(engagement=engagement), kind="query", title="按手机号查", environment="测试库",
        taken_at=NOW, query="select 1", result="1", sha256="0" * 64, scan="found", added_by=colleague,
    )  # fmt: skip
    for user in (engineer, manager):
        assert [row.name for row in owed(user, engagement).held] == ["日志.txt", "按手机号查"]
    assert [str(row.pk) in one.url for row, one in zip((held, query), owed(engineer, engagement).held, strict=True)]
    assert owed(colleague, engagement).held == []


def test_the_page_names_them_and_what_is_over_the_limit(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(phase="execution")
    for number in range(MOST_ROWS + 1):
        concern(engagement, ago=timedelta(hours=number + 1), title=f"疑虑 {number}")
    IdeaFactory(engagement=engagement, title="合并单据")
    html = sign_in(engineer).get("/today/").content.decode()
    assert "waiting 9 hours" in html
    assert "waiting 1 hour<" not in html.replace("\n", "")
    assert "合并单据" in html
    assert "Not thanked yet" in html
    Engagement.objects.filter(pk=engagement.pk).update(phase="closed")
    assert "合并单据" not in sign_in(engineer).get("/today/").content.decode()


def test_nothing_of_another_engagement(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, client_pm_2: User
) -> None:
    concern(foreign_engagement, ago=timedelta(days=3))
    IdeaFactory(engagement=foreign_engagement)
    a_file(foreign_engagement, client_pm_2)
    Comment.objects.create(stand_up=StandUpFactory(engagement=foreign_engagement), author=client_pm_2, text="外")
    assert not owed(engineer, engagement)
    assert not owed(engineer, engagement, foreign_engagement)


def test_it_asks_as_often_for_thirty(engagement: Engagement, engineer: User, client_pm: User) -> None:
    counts = []
    for rows in (1, 29):
        for number in range(rows):
            concern(engagement, ago=timedelta(days=number))
            IdeaFactory(engagement=engagement, said_by=client_pm, said_by_name="")
            a_file(engagement, engineer)
            day = engagement.today() - timedelta(days=engagement.stand_ups.count())
            stand_up = StandUpFactory(engagement=engagement, held_on=day)
            Comment.objects.create(stand_up=stand_up, author=client_pm, text="请看")
        as_read = Engagement.objects.unscoped().get(pk=engagement.pk)
        share_calendars([as_read])
        with CaptureQueriesContext(connection) as captured:
            found = owed(engineer, as_read)
        assert (found.concern_count, found.idea_count, found.remark_count, found.held_count).count(0) == 0
        counts.append(len(captured))
    assert counts[0] == counts[1] == 6


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(days=2), []),
        (timedelta(days=5), ["Concern unanswered for 3 working days"]),  # from Friday to Wednesday
        (timedelta(days=4), ["Concern unanswered for 3 working days"]),  # said on Saturday: Monday to Wednesday
    ],
)
def test_an_unanswered_concern_is_a_reason_on_the_portfolio(
    engagement: Engagement, manager: User, engineer: User, ago: timedelta, words: list[str]
) -> None:
    concern(engagement, ago=timedelta(hours=1))
    concern(engagement, ago=ago, is_internal=True)
    (row,) = load_portfolio(manager).rows
    assert [reason.text for reason in row.reasons if "Concern" in reason.text] == words
    Problem.objects.filter(kind="concern").update(concern_state="answered")
    (row,) = load_portfolio(manager).rows
    assert not [reason for reason in row.reasons if "Concern" in reason.text]


def test_the_client_reads_what_became_of_their_idea_and_is_asked_to_confirm(
    engagement: Engagement, engineer: User, client_pm: User, business_owner: User, sign_in: SignIn
) -> None:
    """On the dashboard: their own, of the last days; the answered concern before all but a signature."""
    told = {"engagement": engagement, "outcome": "answered", "answer": "好", "said_by": client_pm, "said_by_name": ""}
    IdeaFactory(title="刚答复的", told_at=timezone.now() - timedelta(days=2), **told)
    IdeaFactory(title="早已答复的", told_at=timezone.now() - timedelta(days=8), **told)
    ProblemFactory(engagement=engagement, next_step_with="client", title="提供历史工单")
    answered = concern(
        engagement, ago=timedelta(days=1), state="answered", title="会丢数据吗", next_step_with="client"
    )
    concern(engagement, ago=timedelta(days=1), state="answered", title="内部疑虑", is_internal=True)
    url = f"/engagements/{engagement.pk}/dashboard/"
    html = sign_in(client_pm).get(url).content.decode()
    assert "We answered your concern: 会丢数据吗" in html
    assert f'href="{answered.get_absolute_url()}"' in html
    assert "1 item needs your side as well." in " ".join(html.split())
    assert "刚答复的" in html
    assert not [word for word in ("早已答复的", "内部疑虑") if word in html]
    other = sign_in(business_owner).get(url).content.decode()
    assert "刚答复的" not in other
    assert Idea.objects.unscoped().filter(said_by=client_pm).count() == 2


def test_what_no_client_is_to_see_holds_nobody_up(engagement: Engagement, engineer: User, colleague: User) -> None:
    """The file of evidence that was taken out again, evidence marked internal, and that of an internal problem."""
    a_file(engagement, colleague, is_internal=True)
    problem = ProblemFactory(engagement=engagement)
    hidden = ProblemFactory(engagement=engagement, is_internal=True)
    for title, is_internal, about in (("外", False, problem), ("内", True, problem), ("藏", False, hidden)):
        common = {"problem": about, "environment": "测试库", "taken_at": NOW, "sha256": "0" * 64}
        common |= {"added_by": colleague, "is_internal": is_internal}
        file = a_file(engagement, colleague, is_internal=True)
        Evidence.objects.create(kind="file", title=f"文件{title}", attachment=file, scan="clean", **common)
        Evidence.objects.create(kind="query", title=title, query="select 1", result="1", scan="found", **common)
    assert [row.name for row in owed(engineer, engagement).held] == ["日志.txt", "外"]
