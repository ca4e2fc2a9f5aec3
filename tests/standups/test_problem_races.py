"""Two people at one problem at the same moment; on PostgreSQL, with a connection each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event
from time import sleep
from typing import Any
from unittest import mock

import pytest
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import StaleError
from onsite.core.models import AuditEntry
from standups.models import Answer, Problem, Section, Severity, StandUp
from standups.services import tracking
from standups.services.entry import AnswerEntry, Entry, entry_of_answer, entry_of_line
from standups.services.merging import Lines
from standups.services.problems import Linking, change_problems, save_problem, solve_problem
from standups.services.publishing import publish_stand_up
from standups.services.writing import save_stand_up
from tests.bench.forms import Form
from tests.conftest import InParallel, SignIn
from tests.factories import FunctionFactory, ModuleFactory, ProblemFactory
from tests.standups.browser import line

pytestmark = pytest.mark.usefixtures("postgresql")


def fresh(engagement: Engagement) -> Engagement:
    """Each thread loads its own rows, as each request does."""
    return Engagement.objects.unscoped().select_related("client").get(pk=engagement.pk)


def failures(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


def test_two_pages_that_change_different_fields_are_both_kept(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn, in_parallel: InParallel
) -> None:
    """The forms carry what their pages showed, so neither takes the other's words back."""
    problem = ProblemFactory(engagement=engagement)
    url = problem.get_absolute_url() + "edit/"
    posts = []
    for user, typed in ((engineer, {"cause": ["原因"]}), (colleague, {"fix": ["办法"], "severity": ["minor"]})):
        browser = sign_in(user)
        page = Form(browser.get(url).content.decode()).fields | typed
        posts.append(lambda browser=browser, page=page: browser.post(url, page).status_code)
    assert in_parallel(*posts) == [302, 302]
    problem.refresh_from_db()
    assert (problem.cause, problem.fix, problem.severity) == ("原因", "办法", "minor")
    assert AuditEntry.objects.filter(action="problem.changed").count() == 2
    assert audit.first_broken(engagement.audit_chain) is None


def test_the_same_field_is_changed_by_one_and_asked_of_the_other(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    problem = ProblemFactory(engagement=engagement, cause="原来的")

    def editing(user: User, text: str) -> Callable[[], Problem]:
        own, row = fresh(engagement), Problem.objects.unscoped().get(pk=problem.pk)
        return lambda: save_problem(actor=user, engagement=own, problem=row, shown={"cause": "原来的"}, cause=text)

    results = in_parallel(*(editing(user, f"{n}") for n, user in enumerate((engineer, colleague) * 4)))
    assert [type(error) for error in failures(results)] == [StaleError] * 7
    assert AuditEntry.objects.filter(action="problem.changed").count() == 1


def test_links_made_at_once_are_all_there(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    module = ModuleFactory(engagement=engagement)
    rows = [FunctionFactory(module=module) for _ in range(6)]
    problem = ProblemFactory(engagement=engagement)

    def linking(user: User, pk: int) -> Callable[[], Problem]:
        own, row = fresh(engagement), Problem.objects.unscoped().get(pk=problem.pk)
        links = {"functions": Linking(frozenset([pk]))}
        return lambda: save_problem(actor=user, engagement=own, problem=row, links=links)

    results = in_parallel(*(linking((engineer, colleague)[n % 2], row.pk) for n, row in enumerate(rows)))
    assert failures(results) == []
    assert set(problem.functions.unscoped()) == set(rows)


def test_many_at_once_and_one_by_one_meet(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """Both are kept, in either order; two changes of many in opposite order don't stand in each other's way."""
    rows = ProblemFactory.create_batch(12, engagement=engagement)
    ids = [row.pk for row in rows]

    def many(user: User, chosen: list[int], **fields: Any) -> Callable[[], int]:
        own = fresh(engagement)
        return lambda: change_problems(actor=user, engagement=own, problems=chosen, **fields)

    def one(user: User, pk: int) -> Callable[[], Problem]:
        own, row = fresh(engagement), Problem.objects.unscoped().get(pk=pk)
        return lambda: save_problem(actor=user, engagement=own, problem=row, cause="原因")

    results = in_parallel(
        many(engineer, ids, severity=Severity.MINOR),
        many(colleague, ids[::-1], owner_role="信息部"),
        *(one(colleague, pk) for pk in ids[::3]),
    )
    assert failures(results) == []
    assert set(Problem.objects.unscoped().values_list("severity", "owner_role")) == {("minor", "信息部")}
    assert Problem.objects.filter(cause="原因").count() == len(ids[::3])
    assert audit.first_broken(engagement.audit_chain) is None


def test_a_publication_and_a_change_of_many_meet(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """Each problem is solved once, whoever comes first; nobody waits for somebody who waits for them."""
    today = engagement.today()
    rows = ProblemFactory.create_batch(12, engagement=engagement, raised_on=today - timedelta(days=1))
    ids = [row.pk for row in rows]
    answers = [AnswerEntry(pk, Answer.SOLVED) for pk in ids[::-1]]
    entry = Entry(lines=[line("一句")], answers=answers)
    save_stand_up(actor=engineer, engagement=fresh(engagement), day=today, entry=entry)
    row = StandUp.objects.unscoped().select_related("engagement").get()
    own = fresh(engagement)
    results = in_parallel(
        lambda: publish_stand_up(actor=engineer, stand_up=row),
        lambda: change_problems(actor=colleague, engagement=own, problems=ids, is_solved=True),
    )
    assert failures(results) == []
    assert not Problem.objects.open().exists()
    by_day = AuditEntry.objects.get(action="stand_up.published").data["solved"]
    by_hand = AuditEntry.objects.filter(action="problem.changed").count()
    assert len(by_day) + by_hand == len(ids)


def test_a_correction_and_a_change_of_many_meet(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """A correction takes along a late problem by its line, and solves an early one: it holds both before it begins."""
    day = engagement.today() - timedelta(days=1)
    early = ProblemFactory(engagement=engagement, raised_on=day - timedelta(days=1))
    typed = Entry(lines=[line("接口超时", Section.PROBLEM)], answers=[AnswerEntry(early.pk)])
    stand_up, _ = save_stand_up(actor=engineer, engagement=fresh(engagement), day=day, entry=typed)
    publish_stand_up(actor=engineer, stand_up=stand_up)
    said = stand_up.lines.unscoped().get()
    late = said.problem
    assert late is not None
    assert late.pk > early.pk
    was, answer = entry_of_line(said), entry_of_answer(stand_up.answers.unscoped().get())
    correction = Entry(
        lines=[replace(was, text="接口每天超时", seen=was.mark)],
        answers=[replace(answer, answer=Answer.SOLVED, seen=answer.mark)],
    )
    own, theirs, followed = fresh(engagement), fresh(engagement), Event()
    follow = tracking.follow_lines

    def following(lines: Lines) -> dict[str, dict[str, Any]]:
        told = follow(lines)
        followed.set()
        sleep(0.5)  # long enough for the other to take what it can
        return told

    def many() -> int:
        assert followed.wait(10)
        return change_problems(actor=colleague, engagement=theirs, problems=[early.pk, late.pk], severity="minor")

    with mock.patch.object(tracking, "follow_lines", following):
        results = in_parallel(lambda: save_stand_up(actor=engineer, engagement=own, day=day, entry=correction), many)
    assert failures(results) == []
    assert set(Problem.objects.unscoped().values_list("title", "severity")) == {
        (early.title, "minor"), ("接口每天超时", "minor"),
    }  # fmt: skip
    assert Problem.objects.unscoped().get(pk=early.pk).solved_on == day
    assert audit.first_broken(engagement.audit_chain) is None


def test_solved_by_a_page_and_by_a_list_at_once_is_told_once(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    problem = ProblemFactory(engagement=engagement, raised_on=engagement.today() - timedelta(days=1))
    row = Problem.objects.unscoped().select_related("engagement").get()
    own = fresh(engagement)
    results = in_parallel(
        lambda: solve_problem(actor=engineer, problem=row),
        lambda: change_problems(actor=colleague, engagement=own, problems=[problem.pk], is_solved=True),
    )
    assert failures(results) == []
    assert AuditEntry.objects.filter(action__startswith="problem.").count() == 1


def test_two_lists_sent_at_once(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn, in_parallel: InParallel
) -> None:
    url = reverse("standups:problems", args=[engagement.pk])
    ids = [row.pk for row in ProblemFactory.create_batch(8, engagement=engagement)]
    browsers = [sign_in(user) for user in (engineer, colleague)]
    results = in_parallel(
        lambda: browsers[0].post(url, {"problems": ids, "severity": "critical"}).status_code,
        lambda: browsers[1].post(url, {"problems": ids[::-1], "due_on": "2026-12-24"}).status_code,
    )
    assert results == [302, 302]
    assert {(row.severity, str(row.due_on)) for row in Problem.objects.unscoped()} == {("critical", "2026-12-24")}
