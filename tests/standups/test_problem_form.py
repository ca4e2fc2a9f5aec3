"""E1: what a problem's form keeps, refuses and merges."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from engagements.models import Engagement
from engagements.rules.counts import rule_counts
from engagements.services.plan import lay_out_plan
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from standups.models import Kind, Party, Problem, Source
from standups.services.problems import Linking, change_problems, save_problem, solve_problem
from tests.bench.forms import Form
from tests.conftest import SignIn
from tests.engagements.ruling import promote
from tests.factories import (
    ConcernFactory,
    FunctionFactory,
    MembershipFactory,
    ModuleFactory,
    ObjectiveFactory,
    ProblemFactory,
    TaskFactory,
)
from tests.standups.browser import target


@pytest.fixture
def browser(engineer: User, sign_in: SignIn) -> Client:
    return sign_in(engineer)


def form_at(browser: Client, url: str) -> dict[str, list[str]]:
    """Open the page and return what its form would send."""
    return Form(browser.get(url).content.decode()).fields


def edit_url(problem: Problem) -> str:
    return problem.get_absolute_url() + "edit/"


def rows_of(engagement: Engagement) -> dict[str, Any]:
    module = ModuleFactory(engagement=engagement)
    stage = lay_out_plan(actor=engagement.created_by, engagement=engagement)[0]
    return {
        "functions": FunctionFactory(module=module),
        "objectives": ObjectiveFactory(engagement=engagement),
        "tasks": TaskFactory(engagement=engagement, stage=stage, days=3),
    }


def test_every_field_is_kept_and_told_in_the_audit(
    engagement: Engagement, browser: Client, engineer: User, colleague: User
) -> None:
    linked = rows_of(engagement)
    problem = ProblemFactory(engagement=engagement, title="接口超时")
    fields = form_at(browser, edit_url(problem))
    typed = {
        "kind": "interface", "source": "uat", "next_step": "抓包比对", "next_step_with": "third_party",
        "owner": str(colleague.pk), "owner_role": "信息部", "due_on": "2026-12-01", "severity": "minor",
    }  # fmt: skip
    ticked = {name: [str(row.pk)] for name, row in linked.items()}
    answer = browser.post(edit_url(problem), fields | {name: [value] for name, value in typed.items()} | ticked)
    assert target(answer) == problem.get_absolute_url()
    problem.refresh_from_db()
    assert (problem.kind, problem.source, problem.owner) == (Kind.INTERFACE, Source.UAT, colleague)
    assert (problem.next_step, problem.next_step_with) == ("抓包比对", Party.THIRD_PARTY)
    assert [getattr(problem, name).unscoped().get() for name in linked] == list(linked.values())
    entry = AuditEntry.objects.get(action="problem.changed")
    assert set(entry.data) == {*typed, *linked}
    assert entry.data["owner"] == ["", "王堃"]
    assert entry.data["tasks"] == [[], [str(linked["tasks"])]]


def test_the_page_sent_back_as_it_came_changes_nothing(
    engagement: Engagement, browser: Client, engineer: User
) -> None:
    """Line breaks and all: a browser sends them in its own way."""
    problem = ProblemFactory(
        engagement=engagement, symptom="一行\n又一行", owner=engineer, due_on=engagement.today(), is_internal=True
    )
    problem.functions.add(rows_of(engagement)["functions"])
    fields = {name: [v.replace("\n", "\r\n") for v in vs] for name, vs in form_at(browser, edit_url(problem)).items()}
    assert browser.post(edit_url(problem), fields).status_code == 302
    assert not AuditEntry.objects.filter(action__startswith="problem.").exists()


@pytest.mark.parametrize("name", ["functions", "objectives", "tasks"])
def test_another_engagements_rows_are_no_links(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, browser: Client, name: str
) -> None:
    foreign = rows_of(foreign_engagement)[name]
    problem = ProblemFactory(engagement=engagement)
    answer = browser.post(edit_url(problem), form_at(browser, edit_url(problem)) | {name: [str(foreign.pk)]})
    assert answer.status_code == 422
    assert answer.context["form"].errors[name]
    with pytest.raises(DomainError) as refused:
        links = {name: Linking(frozenset([foreign.pk]))}
        save_problem(actor=engineer, engagement=engagement, problem=problem, links=links)
    assert refused.value.field == name
    assert not getattr(problem, name).unscoped().exists()


def test_links_of_two_people_are_both_kept(engagement: Engagement, browser: Client, engineer: User) -> None:
    module = ModuleFactory(engagement=engagement)
    there, mine, theirs, dropped = (FunctionFactory(module=module) for _ in range(4))
    problem = ProblemFactory(engagement=engagement)
    problem.functions.add(there, dropped)
    page = form_at(browser, edit_url(problem))
    problem.functions.add(theirs)
    browser.post(edit_url(problem), page | {"functions": [str(there.pk), str(mine.pk)]})
    assert set(problem.functions.unscoped()) == {there, mine, theirs}


def test_the_owner_is_one_of_the_vendors_people_here(
    engagement: Engagement, engineer: User, outsider_engineer: User, client_pm: User, browser: Client
) -> None:
    problem = ProblemFactory(engagement=engagement)
    page = form_at(browser, edit_url(problem))
    for stranger in (outsider_engineer, client_pm):
        answer = browser.post(edit_url(problem), page | {"owner": [str(stranger.pk)]})
        assert answer.context["form"].errors["owner"]
        with pytest.raises(DomainError):
            save_problem(actor=engineer, engagement=engagement, problem=problem, owner=stranger)
        with pytest.raises(DomainError):
            change_problems(actor=engineer, engagement=engagement, problems=[problem.pk], owner=stranger)


def test_an_owner_who_left_stays_until_somebody_else_is_chosen(
    engagement: Engagement, browser: Client, colleague: User
) -> None:
    problem = ProblemFactory(engagement=engagement, owner=colleague)
    engagement.memberships.filter(user=colleague).update(ended_at=engagement.created_at)
    browser.post(edit_url(problem), form_at(browser, edit_url(problem)) | {"cause": ["线程池过小"]})
    problem.refresh_from_db()
    assert (problem.owner, problem.cause) == (colleague, "线程池过小")


def test_the_same_field_changed_by_two_is_asked_about(
    engagement: Engagement, browser: Client, colleague: User
) -> None:
    """Decision 0006: both changed is a conflict; a second press keeps one's own knowingly."""
    problem = ProblemFactory(engagement=engagement, cause="原来的")
    page = form_at(browser, edit_url(problem))
    save_problem(actor=colleague, engagement=engagement, problem=problem, cause="同事写的", fix="同事的办法")
    answer = browser.post(edit_url(problem), page | {"cause": ["我写的"]})
    assert answer.status_code == 422
    assert "同事写的" in answer.context["form"].errors["cause"][0]
    again = Form(answer.content.decode()).fields
    assert [text.strip() for text in again["cause"]] == ["我写的"]
    assert browser.post(edit_url(problem), again).status_code == 302
    problem.refresh_from_db()
    assert (problem.cause, problem.fix) == ("我写的", "同事的办法")


@pytest.mark.parametrize(
    ("name", "stored", "typed", "told"),
    [
        ("severity", "critical", "minor", "Critical: go-live or data at risk"),
        ("due_on", date(2026, 12, 1), "2026-12-24", "1 December 2026"),
        ("is_key", True, None, ""),
        ("owner", None, "me", "—"),
        ("title", "同事的标题", "我的标题", "同事的标题"),
    ],
)
def test_what_a_colleague_chose_is_told_in_words(
    engagement: Engagement,
    browser: Client,
    engineer: User,
    colleague: User,
    name: str,
    stored: Any,
    typed: Any,
    told: str,
) -> None:
    problem = ProblemFactory(engagement=engagement, owner=colleague, due_on=engagement.today(), symptom="现象")
    page = form_at(browser, edit_url(problem))
    save_problem(actor=colleague, engagement=engagement, problem=problem, **{name: stored})
    mine = {} if typed is None else {name: [str(engineer.pk) if typed == "me" else typed]}
    answer = browser.post(edit_url(problem), page | mine)
    assert (answer.status_code, told) == (302, "") or told in answer.context["form"].errors[name][0]
    again = browser.post(edit_url(problem), Form(answer.content.decode()).fields) if told else answer
    assert again.status_code == 302


def test_two_who_type_the_same_agree(engagement: Engagement, browser: Client, colleague: User) -> None:
    problem = ProblemFactory(engagement=engagement)
    page = form_at(browser, edit_url(problem))
    save_problem(actor=colleague, engagement=engagement, problem=problem, cause="线程池过小")
    assert browser.post(edit_url(problem), page | {"cause": ["线程池过小"]}).status_code == 302


def test_what_a_forged_page_says_it_showed_breaks_nothing(engagement: Engagement, browser: Client) -> None:
    problem = ProblemFactory(engagement=engagement)
    forged = {
        "initial-owner": ["x"],
        "initial-due_on": ["x"],
        "initial-functions": ["x", "9" * 40],
        "initial-kind": ["?"],
    }
    page = form_at(browser, edit_url(problem))
    assert browser.post(edit_url(problem), page | forged | {"title": ["新标题"]}).status_code == 302
    problem.refresh_from_db()
    assert problem.title == "新标题"


def test_a_concern_keeps_its_kind_and_its_end(engagement: Engagement, engineer: User, browser: Client) -> None:
    """E3: only the concern's own doors raise and solve it."""
    concern = ConcernFactory(engagement=engagement)
    page = form_at(browser, edit_url(concern))
    assert "kind" not in page
    assert "solved_on" not in page
    plain = ProblemFactory(engagement=engagement)
    today = engagement.today()
    for problem, change in (
        (concern, {"kind": Kind.DATA}), (plain, {"kind": Kind.CONCERN}), (concern, {"solved_on": today}),
    ):  # fmt: skip
        with pytest.raises(DomainError):
            save_problem(actor=engineer, engagement=engagement, problem=problem, **change)
    with pytest.raises(DomainError):
        save_problem(actor=engineer, engagement=engagement, title="x", kind=Kind.CONCERN)
    with pytest.raises(DomainError):
        solve_problem(actor=engineer, problem=concern)
    browser.post(edit_url(concern), page | {"kind": ["data"], "solved_on": [str(today)], "next_step": ["查日志"]})
    concern.refresh_from_db()
    assert (concern.kind, concern.solved_on, concern.next_step) == (Kind.CONCERN, None, "查日志")


def test_what_the_client_raised_here_is_not_kept_from_them(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    theirs = ConcernFactory(engagement=engagement, raised_by=client_pm, said_by=client_pm)
    heard = ConcernFactory(engagement=engagement, raised_by=engineer, said_by=client_pm)
    with pytest.raises(DomainError) as refused:
        save_problem(actor=engineer, engagement=engagement, problem=theirs, is_internal=True)
    assert refused.value.field == "is_internal"
    assert save_problem(actor=engineer, engagement=engagement, problem=heard, is_internal=True).is_internal


def test_a_solved_key_problem_without_its_story_says_so_to_us_only(
    engagement: Engagement, browser: Client, client_pm: User, sign_in: SignIn
) -> None:
    """The closing report would have a hole; an open one is still being told."""
    today = engagement.today()
    problem = ProblemFactory(
        engagement=engagement, is_key=True, symptom="现象", cause="原因", raised_on=today - timedelta(days=1)
    )
    assert browser.get(problem.get_absolute_url()).context["untold"] == ""
    Problem.objects.update(solved_on=today)
    page = browser.get(problem.get_absolute_url())
    assert page.context["untold"] == "Fix, Prevention"
    assert "not complete yet" in page.content.decode()
    assert "not complete yet" not in sign_in(client_pm).get(problem.get_absolute_url()).content.decode()


def test_the_form_says_what_the_severities_mean_and_works_without_a_script(
    engagement: Engagement, browser: Client, engineer: User
) -> None:
    linked = rows_of(engagement)
    html = browser.get(edit_url(ProblemFactory(engagement=engagement))).content.decode()
    assert "there is no way around it" in html
    for name, row in linked.items():
        assert f'name="{name}" value="{row.pk}"' in html
    # The search works with the script only, so without one it is not there.
    assert "data-find hidden" in html


def test_the_vendors_people_of_two_parts_are_offered_once(
    engagement: Engagement, engineer: User, browser: Client
) -> None:
    MembershipFactory(engagement=engagement, user=engineer, part=Part.TRAINER)
    html = browser.get(edit_url(ProblemFactory(engagement=engagement))).content.decode()
    assert html.count(f'<option value="{engineer.pk}">') == 1


def test_a_problem_that_came_again_counts_for_a_rule_that_binds_here(
    engagement: Engagement, manager: User, engineer: User, browser: Client
) -> None:
    """R2: recurrences are told by the vendor, of the rules that stand here."""
    problem = ProblemFactory(engagement=engagement)
    assert "recurs" not in form_at(browser, edit_url(problem))
    here, elsewhere = promote(manager, binds_all=True), promote(manager, industries=["banking"])
    page = form_at(browser, edit_url(problem))
    assert browser.post(edit_url(problem), page | {"recurs": [str(elsewhere.pk)]}).status_code == 422
    assert browser.post(edit_url(problem), page | {"recurs": ["9" * 30]}).status_code == 422
    assert browser.post(edit_url(problem), page | {"recurs": [str(here.pk)]}).status_code == 302
    problem.refresh_from_db()
    assert problem.recurs == here
    assert rule_counts([here, elsewhere])[here.pk].recurred == 1
    entry = AuditEntry.objects.filter(action="problem.changed").latest("number")
    assert entry.data == {"recurs": ["", str(here)]}
    assert str(here) in browser.get(problem.get_absolute_url()).content.decode()
    with pytest.raises(DomainError):
        save_problem(actor=engineer, engagement=engagement, problem=problem, recurs=elsewhere)
