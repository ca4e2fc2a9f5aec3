"""E1: a problem is tracked from the day it was raised to its story; two people's changes don't undo each other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from standups.models import Party, Problem, ProblemAnswer, Severity
from standups.services.problems import change_problems, save_problem, solve_problem
from tests.conftest import SignIn
from tests.factories import ProblemFactory, StandUpFactory, UatCaseFactory
from tests.standups.browser import target, words_in

FIELDS = {
    "title": "接口超时", "severity": "major", "next_step_with": "third_party", "kind": "interface", "source": "uat",
}  # fmt: skip


@pytest.fixture
def browser(engineer: User, sign_in: SignIn) -> Client:
    return sign_in(engineer)


@pytest.fixture
def list_url(engagement: Engagement) -> str:
    return reverse("standups:problems", args=[engagement.pk])


def test_noting_a_problem(engagement: Engagement, browser: Client, engineer: User, list_url: str) -> None:
    answer = browser.post(list_url + "new/", FIELDS)
    problem = engagement.problems.unscoped().get()
    assert target(answer) == problem.get_absolute_url()
    assert (problem.title, problem.raised_by, problem.raised_on) == ("接口超时", engineer, engagement.today())
    assert problem.is_internal is False
    assert AuditEntry.objects.get().action == "problem.raised"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"title": "x" * 10_000_000}, "title"),
        ({"title": "nul\x00"}, "title"),
        ({"title": "turned\u202e"}, "title"),
        ({"severity": "terrible"}, "severity"),
        ({"next_step_with": "nobody"}, "next_step_with"),
        ({"kind": "concern"}, "kind"),
        ({"kind": "x"}, "kind"),
        ({"source": "x"}, "source"),
        ({"next_step": "x" * 201}, "next_step"),
        ({"owner": "x"}, "owner"),
        ({"owner": "99999999999999999999"}, "owner"),
        ({"functions": "1"}, "functions"),
        ({"objectives": "x"}, "objectives"),
        ({"tasks": "99999999999999999999"}, "tasks"),
        ({"due_on": "0001-01-01"}, "due_on"),
        ({"due_on": "9999-12-31"}, "due_on"),
        ({"due_on": "x"}, "due_on"),
        ({"owner_role": "x" * 81}, "owner_role"),
        ({"cause": "x" * 5001}, "cause"),
        ({"is_key": "on"}, "symptom"),
    ],
)
def test_bad_input_is_said_beside_its_field(
    browser: Client, list_url: str, change: dict[str, str], field: str
) -> None:
    answer = browser.post(list_url + "new/", FIELDS | {"cause": "已经写了的原因"} | change)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert "已经写了的原因" in answer.content.decode() or "cause" in change
    assert not Problem.objects.exists()


def test_an_edit_changes_only_what_this_person_changed(engagement: Engagement, browser: Client, list_url: str) -> None:
    """A stand-up solved it while the form was open: the form's empty "solved on" does not open it again."""
    problem = ProblemFactory(engagement=engagement, raised_on=engagement.today() - timedelta(days=1))
    url = problem.get_absolute_url() + "edit/"
    shown = {
        f"initial-{name}": bound.value() or ""
        for name, bound in ((b.name, b) for b in browser.get(url).context["form"])
    }
    today = engagement.today()
    Problem.objects.update(solved_on=today, next_step_with=Party.CLIENT)
    typed = {name.removeprefix("initial-"): value for name, value in shown.items() if value}
    browser.post(url, {**shown, **typed, "cause": "线程池过小"})
    problem.refresh_from_db()
    assert (problem.cause, problem.solved_on, problem.next_step_with) == ("线程池过小", today, Party.CLIENT)
    (entry,) = AuditEntry.objects.all()
    assert entry.data == {"cause": ["", "线程池过小"]}


def test_the_page_carries_what_it_showed(engagement: Engagement, browser: Client) -> None:
    """Without the hidden values every field would count as changed."""
    problem = ProblemFactory(engagement=engagement, title="标题", is_internal=True)
    html = browser.get(problem.get_absolute_url() + "edit/").content.decode()
    for name in ("title", "severity", "next_step_with", "is_internal", "cause", "solved_on"):
        assert f'name="initial-{name}"' in html


@pytest.mark.parametrize("days", [-3, 1])
def test_solved_between_raised_and_today(engagement: Engagement, engineer: User, days: int) -> None:
    today = engagement.today()
    problem = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=2))
    with pytest.raises(DomainError) as refused:
        save_problem(actor=engineer, engagement=engagement, problem=problem, solved_on=today + timedelta(days=days))
    assert refused.value.field == "solved_on"


def test_marking_as_solved_happens_once(engagement: Engagement, engineer: User, browser: Client) -> None:
    problem = ProblemFactory(engagement=engagement, raised_on=engagement.today() - timedelta(days=2))
    yesterday = engagement.today() - timedelta(days=1)
    browser.post(problem.get_absolute_url() + "solved/")
    problem.refresh_from_db()
    assert problem.solved_on == engagement.today()
    Problem.objects.update(solved_on=yesterday)
    solve_problem(actor=engineer, problem=problem)
    problem.refresh_from_db()
    assert problem.solved_on == yesterday, "the first answer stands"
    assert AuditEntry.objects.filter(action="problem.solved").count() == 1


def test_those_who_may_not(engagement: Engagement, client_pm: User, outsider_engineer: User, sign_in: SignIn) -> None:
    problem = ProblemFactory(engagement=engagement)
    url = problem.get_absolute_url()
    for user, status in ((client_pm, 403), (outsider_engineer, 404)):
        browser = sign_in(user)
        for answer in (browser.get(url + "edit/"), browser.post(url + "edit/", FIELDS), browser.post(url + "solved/")):
            assert answer.status_code == status
        with pytest.raises(PermissionDenied):
            solve_problem(actor=user, problem=problem)
        with pytest.raises(PermissionDenied):
            save_problem(actor=user, engagement=engagement, problem=problem, title="x")


def test_an_internal_problem_is_absent_for_a_client(engagement: Engagement, client_pm: User, sign_in: SignIn) -> None:
    problem = ProblemFactory(engagement=engagement, is_internal=True)
    browser = sign_in(client_pm)
    assert browser.get(problem.get_absolute_url()).status_code == 404
    Problem.objects.update(is_internal=False)
    assert browser.get(problem.get_absolute_url()).status_code == 200


def test_another_engagements_problem_under_ones_own_address(
    engagement: Engagement, foreign_engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    foreign = ProblemFactory(engagement=foreign_engagement)
    url = reverse("standups:problem", args=[engagement.pk, foreign.pk])
    assert sign_in(manager).get(url).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"甲", "乙"}),
        ("state=open", {"甲", "乙"}),
        ("state=solved", {"丙"}),
        ("state=all", {"甲", "乙", "丙"}),
        ("severity=critical", {"甲"}),
        ("next=client", {"乙"}),
        ("q=乙", {"乙"}),
        ("q=信息科", {"甲"}),
        ("severity=critical&next=client", set()),
        # What makes no sense is as if it were not there.
        ("state=gone&severity=worst&next=nobody", {"甲", "乙"}),
        ("q=%00", {"甲", "乙"}),
        ("q=%E2%80%AE", {"甲", "乙"}),
        ("q=" + "x" * 5000, {"甲", "乙"}),
        ("page=99999999999999999999", {"甲", "乙"}),
    ],
)
def test_filters_stand_in_the_address(
    engagement: Engagement, browser: Client, list_url: str, query: str, found: set[str]
) -> None:
    today = engagement.today()
    ProblemFactory(engagement=engagement, title="甲", severity=Severity.CRITICAL, owner_role="信息科")
    ProblemFactory(engagement=engagement, title="乙", next_step_with=Party.CLIENT)
    ProblemFactory(engagement=engagement, title="丙", solved_on=today)
    answer = browser.get(f"{list_url}?{query}")
    assert {row.problem.title for row in answer.context["rows"]} == found


def test_a_filter_matches_its_words_literally(engagement: Engagement, browser: Client, list_url: str) -> None:
    ProblemFactory(engagement=engagement, title="利用率 100%")
    ProblemFactory(engagement=engagement, title="利用率 1000")
    answer = browser.get(list_url, {"q": "100%"})
    assert [row.problem.title for row in answer.context["rows"]] == ["利用率 100%"]


def test_age_counts_working_days_until_it_was_solved(engagement: Engagement, browser: Client, list_url: str) -> None:
    """Monday to the Wednesday of the next week: seven working days."""
    ProblemFactory(engagement=engagement, raised_on=date(2026, 3, 2), solved_on=date(2026, 3, 11))
    assert [row.age_days for row in browser.get(list_url + "?state=solved").context["rows"]] == [7]


def test_the_client_reads_a_request_not_a_fault(
    engagement: Engagement, client_pm: User, sign_in: SignIn, list_url: str, browser: Client
) -> None:
    """RULES: what the client still owes reads "needs your side" with a role or department."""
    problem = ProblemFactory(engagement=engagement, next_step_with=Party.CLIENT, owner_role="信息部")
    for url in (list_url, problem.get_absolute_url()):
        words = words_in(sign_in(client_pm).get(url).content, "main")
        assert "Needs your side" in words
        assert "信息部" in words
        assert "Needs your side" not in words_in(browser.get(url).content, "main")


def test_the_story_and_what_the_stand_ups_said(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, browser: Client
) -> None:
    """R1: the key problem's story from symptom to prevention, and its course day by day."""
    today = engagement.today()
    story = {"symptom": "导入后过敏史为空", "cause": "字段映射错位", "fix": "重做映射", "prevention": "导入前抽查"}
    raised_in = StandUpFactory(engagement=engagement, held_on=today - timedelta(days=3), published_at=None)
    problem = ProblemFactory(
        engagement=engagement, raised_on=today - timedelta(days=3), raised_in=raised_in, is_key=True, **story
    )
    said = StandUpFactory(engagement=engagement, held_on=today - timedelta(days=1))
    drafted = StandUpFactory(engagement=engagement, held_on=today, published_at=None)
    for stand_up, note in ((said, "在查"), (drafted, "草稿里的话")):
        ProblemAnswer.objects.create(stand_up=stand_up, problem=problem, note=note, author=engineer)
    pages = [signed_in.get(problem.get_absolute_url()) for signed_in in (browser, sign_in(client_pm))]
    for_vendor, for_client = (words_in(page.content, "main") for page in pages)
    assert all(text in for_vendor and text in for_client for text in [*story.values(), "在查"])
    assert ("草稿里的话" in for_vendor, "草稿里的话" in for_client) == (True, False)
    assert [page.context["raised_in"] for page in pages] == [raised_in, None], "to a draft leads no way"


@pytest.mark.parametrize("how", ["client", "uat", "uat_resourced"])
def test_what_came_from_the_client_is_not_kept_from_them(
    engagement: Engagement, engineer: User, client_pm: User, how: str
) -> None:
    """N11: made internal it would vanish from what stands against the Go. Alone or many at once, also after somebody
    gave it another source while a test's case points to it."""
    problem = ProblemFactory(
        engagement=engagement, raised_by=client_pm if how == "client" else engineer, severity="critical",
        source="uat" if how == "uat" else "team",
    )  # fmt: skip
    if how == "uat_resourced":
        UatCaseFactory(round__cell__engagement=engagement, round__opened_by=engineer, problem=problem)
    for act in (
        lambda: save_problem(actor=engineer, engagement=engagement, problem=problem, is_internal=True),
        lambda: change_problems(actor=engineer, engagement=engagement, problems=[problem.pk], is_internal=True),
    ):
        with pytest.raises(DomainError, match="can't be kept from them"):
            act()
    problem.refresh_from_db()
    assert not problem.is_internal
