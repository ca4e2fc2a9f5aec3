"""E1: many people write and publish one day at the same moment; on PostgreSQL, with a connection each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from standups.models import Answer, Line, Problem, Section, StandUp
from standups.services.entry import AnswerEntry, Conflict, Entry, LineEntry, entry_of
from standups.services.problems import save_problem, solve_problem
from standups.services.publishing import publish_stand_up
from standups.services.writing import save_stand_up
from tests.conftest import InParallel, SignIn
from tests.factories import ProblemFactory
from tests.standups.browser import Fields, day_url, fields_at, fields_of, line, row_with, words_in, write

pytestmark = pytest.mark.usefixtures("postgresql")
MANY = 50


def _again(engagement: Engagement) -> Engagement:
    """Each thread loads its own rows, as each request does."""
    return Engagement.objects.unscoped().select_related("client").get(pk=engagement.pk)


def saving(user: User, engagement: Engagement, entry: Entry) -> Callable[[], tuple[StandUp, list[Conflict]]]:
    own = _again(engagement)
    return lambda: save_stand_up(actor=user, engagement=own, day=own.today(), entry=entry)


def failures(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


def test_fifty_first_posts_of_different_lines(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """One stand-up a day by constraint; nothing lost, nothing twice."""
    people = (engineer, colleague)
    typed = [line(f"第 {number} 句") for number in range(MANY)]
    results = in_parallel(*(saving(people[n % 2], engagement, Entry(lines=[e])) for n, e in enumerate(typed)))
    assert failures(results) == []
    assert StandUp.objects.count() == 1
    assert sorted(Line.objects.unscoped().values_list("text", flat=True)) == sorted(e.text for e in typed)
    assert audit.first_broken(engagement.audit_chain) is None
    assert AuditEntry.objects.count() == MANY


def test_fifty_posts_of_the_same_new_line(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """The first one's words are stored, every other writer gets them back beside their own."""
    shared, people = uuid4(), (engineer, colleague)
    typed = [LineEntry(shared, Section.PLAN, f"写法 {number}") for number in range(MANY)]
    results = in_parallel(*(saving(people[n % 2], engagement, Entry(lines=[e])) for n, e in enumerate(typed)))
    assert failures(results) == []
    kept = Line.objects.unscoped().get().text
    conflicts = [conflict for _stand_up, found in results for conflict in found]
    assert len(conflicts) == MANY - 1
    assert {conflict.theirs for conflict in conflicts} == {kept}


def test_fifty_edits_of_one_line(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    stand_up, _ = saving(engineer, engagement, Entry(lines=[line("原来")]))()
    (page,) = entry_of(user=engineer, stand_up=stand_up).lines
    people = (engineer, colleague)
    typed = [replace(page, text=f"改法 {number}", seen=page.mark) for number in range(MANY)]
    results = in_parallel(*(saving(people[n % 2], engagement, Entry(lines=[e])) for n, e in enumerate(typed)))
    assert failures(results) == []
    assert sum(not found for _stand_up, found in results) == 1, "one edit won, the rest were asked"
    assert Line.objects.unscoped().get().text in {e.text for e in typed}


def test_the_same_http_post_fifty_times(
    engagement: Engagement, engineer: User, sign_in: SignIn, in_parallel: InParallel
) -> None:
    """TRUST.md 8: one write, fifty times the same answer."""
    url = day_url(engagement, engagement.today())
    fields = fields_at(sign_in(engineer), url)
    write(fields, Section.PLAN, "一次")
    write(fields, Section.PROBLEM, "一个问题")
    browsers = [sign_in(engineer) for _ in range(MANY)]
    results = in_parallel(*((lambda b=browser: b.post(url, fields)) for browser in browsers))
    assert failures(results) == []
    assert {(answer.status_code, answer["Location"]) for answer in results} == {(302, url)}
    assert Line.objects.count() == 2
    assert AuditEntry.objects.filter(action="stand_up.saved").count() == 1


def test_fifty_http_posts_of_different_lines(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn, in_parallel: InParallel
) -> None:
    url, people = day_url(engagement, engagement.today()), (engineer, colleague)

    def prepared(number: int) -> tuple[Any, Fields]:
        browser = sign_in(people[number % 2])
        fields = fields_at(browser, url)
        write(fields, Section.PLAN, f"第 {number} 句")
        return browser, fields

    def post(browser: Any, fields: Fields) -> Callable[[], HttpResponse]:
        return lambda: browser.post(url, fields)

    results = in_parallel(*(post(*prepared(number)) for number in range(MANY)))
    assert failures(results) == []
    assert {answer.status_code for answer in results} == {302}
    assert Line.objects.count() == MANY


def test_fifty_http_posts_of_the_same_line(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn, in_parallel: InParallel
) -> None:
    """One wins; every other page comes back with both texts, so that no word of anybody is lost."""
    url, people = day_url(engagement, engagement.today()), (engineer, colleague)
    saving(engineer, engagement, Entry(lines=[line("原来")]))()

    def prepared(number: int) -> Callable[[], Any]:
        browser = sign_in(people[number % 2])
        fields = fields_at(browser, url)
        fields[f"text-{row_with(fields, '原来')}"] = [f"改法 {number}"]
        return lambda: browser.post(url, fields)

    results = in_parallel(*(prepared(number) for number in range(MANY)))
    assert failures(results) == []
    kept = Line.objects.unscoped().get().text
    assert sorted(answer.status_code for answer in results) == [302] + [409] * (MANY - 1)
    for number, answer in enumerate(results):
        if answer.status_code == 409:
            fields = fields_of(answer.content)
            assert row_with(fields, f"改法 {number}")
            assert kept in words_in(answer.content, "main")
        else:
            assert kept == f"改法 {number}"


def test_publishing_at_the_same_moment_is_one_publication(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    today = engagement.today()
    old = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=1))
    entry = Entry(
        lines=[line("问题", Section.PROBLEM), line("没做完", Section.DONE)],
        answers=[AnswerEntry(old.pk, Answer.SOLVED)],
    )
    saving(engineer, engagement, entry)()
    rows = [StandUp.objects.unscoped().select_related("engagement").get() for _ in range(8)]
    people = (engineer, colleague)
    results = in_parallel(
        *((lambda n=n, row=row: publish_stand_up(actor=people[n % 2], stand_up=row)) for n, row in enumerate(rows))
    )
    assert failures(results) == []
    assert Problem.objects.count() == 2
    assert Line.objects.in_section(Section.PLAN).count() == 1
    assert AuditEntry.objects.filter(action="stand_up.published").count() == 1


def test_saving_while_a_colleague_publishes_loses_nothing(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """Whoever comes first: the problem line typed meanwhile is in the draft that is published, or corrects it."""
    saving(engineer, engagement, Entry(lines=[line("一句")]))()
    row = StandUp.objects.unscoped().select_related("engagement").get()
    writers = [
        saving(colleague, engagement, Entry(lines=[line(f"问题 {number}", Section.PROBLEM)])) for number in range(9)
    ]
    results = in_parallel(lambda: publish_stand_up(actor=engineer, stand_up=row), *writers)
    assert failures(results) == []
    assert Line.objects.in_section(Section.PROBLEM).exclude(problem=None).count() == 9
    assert Problem.objects.count() == 9


def test_solving_at_the_same_moment_is_told_once(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    problem = ProblemFactory(engagement=engagement, raised_on=engagement.today() - timedelta(days=1))
    rows = [Problem.objects.unscoped().select_related("engagement").get(pk=problem.pk) for _ in range(6)]
    results = in_parallel(*((lambda row=row: solve_problem(actor=engineer, problem=row)) for row in rows))
    assert failures(results) == []
    assert AuditEntry.objects.filter(action="problem.solved").count() == 1


def test_a_key_problem_never_loses_its_symptom(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """One makes it a key problem while another empties its symptom: the second one is told, whoever it is."""
    problems = [ProblemFactory(engagement=engagement, symptom="现象") for _ in range(8)]

    def editing(user: User, row: Problem, **fields: Any) -> Callable[[], Problem]:
        own = _again(engagement)
        return lambda: save_problem(actor=user, engagement=own, problem=row, **fields)

    results = in_parallel(
        *(editing(engineer, row, is_key=True) for row in problems),
        *(editing(colleague, row, symptom="") for row in problems),
    )
    assert [type(error) for error in failures(results)] == [DomainError] * len(problems)
    assert not Problem.objects.filter(is_key=True, symptom="").exists()


def test_two_edits_of_one_problem_keep_each_others_fields(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    problem = ProblemFactory(engagement=engagement)

    def editing(user: User, **fields: Any) -> Callable[[], Problem]:
        own, row = _again(engagement), Problem.objects.unscoped().get(pk=problem.pk)
        return lambda: save_problem(actor=user, engagement=own, problem=row, **fields)

    results = in_parallel(editing(engineer, cause="原因"), editing(colleague, fix="办法"))
    assert failures(results) == []
    problem.refresh_from_db()
    assert (problem.cause, problem.fix) == ("原因", "办法")
