"""N5: whichever door changes a problem, it is kept with whom it waited, day by day."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Answer, Party, Problem, ProblemWait, Reply, Section, Severity
from standups.services import waiting
from standups.services.entry import AnswerEntry, Entry, LineEntry
from standups.services.problems import change_problems, save_problem, solve_problem
from standups.services.publishing import publish_stand_up
from standups.services.uat_results import raise_problem_of
from standups.services.verdicts import confirm_answer, record_verdict, reopen_concern
from standups.services.writing import save_stand_up
from tests.conftest import InParallel
from tests.factories import ProblemFactory, UatCaseFactory
from tests.standups.browser import line
from tests.standups.concerning import answered, raised

MONDAY = date(2026, 3, 2)
VENDOR, CLIENT, THIRD = Party.VENDOR, Party.CLIENT, Party.THIRD_PARTY


def at(day: int) -> Any:
    """Stop the clock at noon on a day; 0 is Monday 2 March 2026."""
    return time_machine.travel(datetime(2026, 3, 2, 4, tzinfo=UTC) + timedelta(days=day), tick=False)


def turns(problem: Problem) -> list[tuple[str, int, int | None]]:
    """Return the turns as (party, first day, day after the last), in days from that Monday."""
    rows = ProblemWait.objects.unscoped().filter(problem=problem).order_by("since_on")
    return [
        (row.party, (row.since_on - MONDAY).days, (row.until_on - MONDAY).days if row.until_on else None)
        for row in rows
    ]


def keep(actor: User, problem: Problem, **fields: Any) -> Problem:
    return save_problem(actor=actor, engagement=problem.engagement, problem=problem, **fields)


@pytest.fixture
def problem(engagement: Engagement, engineer: User) -> Problem:
    """Raised on the page, on Monday; the next step is the vendor's."""
    with at(0):
        return save_problem(actor=engineer, engagement=engagement, title="接口超时")


def test_raised_changed_and_solved_on_its_page(problem: Problem, engineer: User) -> None:
    assert turns(problem) == [(VENDOR, 0, None)]
    with at(2):
        keep(engineer, problem, next_step_with=CLIENT)
    with at(3):
        keep(engineer, problem, title="接口超时（生产）")
    assert turns(problem) == [(VENDOR, 0, 2), (CLIENT, 2, None)]
    with at(4):
        solve_problem(actor=engineer, problem=problem)
    assert turns(problem) == [(VENDOR, 0, 2), (CLIENT, 2, 4)]


def test_there_and_back_on_one_day_leaves_nothing(problem: Problem, engineer: User) -> None:
    with at(2):
        for party in (CLIENT, THIRD, VENDOR):
            keep(engineer, problem, next_step_with=party)
    assert turns(problem) == [(VENDOR, 0, None)]


def test_raised_and_solved_on_one_day_leaves_nothing(problem: Problem, engineer: User) -> None:
    with at(0):
        solve_problem(actor=engineer, problem=problem)
    assert turns(problem) == []


def test_the_day_it_was_solved_is_put_right_and_taken_back(problem: Problem, engineer: User) -> None:
    with at(3):
        keep(engineer, problem, next_step_with=CLIENT)
    with at(6):
        keep(engineer, problem, solved_on=MONDAY + timedelta(days=5))
        assert turns(problem) == [(VENDOR, 0, 3), (CLIENT, 3, 5)]
        keep(engineer, problem, solved_on=MONDAY + timedelta(days=2))
        assert turns(problem) == [(VENDOR, 0, 2)]
        keep(engineer, problem, solved_on=MONDAY + timedelta(days=6))
        assert turns(problem) == [(VENDOR, 0, 2), (CLIENT, 2, 6)]
    with at(8):
        keep(engineer, problem, solved_on=None)
    assert turns(problem) == [(VENDOR, 0, 2), (CLIENT, 2, 6), (CLIENT, 8, None)]


def test_the_party_of_a_solved_problem_changes_no_turn(problem: Problem, engineer: User) -> None:
    with at(2):
        solve_problem(actor=engineer, problem=problem)
    problem.refresh_from_db()
    with at(4):
        keep(engineer, problem, next_step_with=CLIENT)
    assert turns(problem) == [(VENDOR, 0, 2)]


def test_many_at_once(problem: Problem, engineer: User, engagement: Engagement) -> None:
    with at(1):
        other = save_problem(actor=engineer, engagement=engagement, title="缺少权限", next_step_with=CLIENT)
    with at(3):
        both = [problem.pk, other.pk]
        change_problems(actor=engineer, engagement=engagement, problems=both, next_step_with=CLIENT)
    assert turns(problem) == [(VENDOR, 0, 3), (CLIENT, 3, None)]
    assert turns(other) == [(CLIENT, 1, None)]
    with at(5):
        change_problems(actor=engineer, engagement=engagement, problems=both, is_solved=True)
    assert turns(problem) == [(VENDOR, 0, 3), (CLIENT, 3, 5)]
    assert turns(other) == [(CLIENT, 1, 5)]


def say(actor: User, engagement: Engagement, day: int, *lines: LineEntry, **answers: str) -> Any:
    """Write and publish that day's stand-up; answers by problem id as p1="solved"."""
    given = [AnswerEntry(int(key[1:]), Answer(answer)) for key, answer in answers.items()]
    entry = Entry(lines=list(lines), answers=given)
    return save_stand_up(actor=actor, engagement=engagement, day=MONDAY + timedelta(days=day), entry=entry)[0]


def test_a_stand_up_raises_solves_and_takes_it_back(engagement: Engagement, engineer: User) -> None:
    """Published a day late: its effects are of its own day."""
    engagement.start_on = MONDAY
    engagement.save()
    with at(1):
        words = line("数据库无法访问", Section.PROBLEM, severity=Severity.CRITICAL, next_step_with=CLIENT)
        publish_stand_up(actor=engineer, stand_up=say(engineer, engagement, 0, words))
    problem = Problem.objects.unscoped().get()
    assert turns(problem) == [(CLIENT, 0, None)]
    with at(3):
        publish_stand_up(actor=engineer, stand_up=say(engineer, engagement, 2, **{f"p{problem.pk}": "solved"}))
        assert turns(problem) == [(CLIENT, 0, 2)]
    with at(4):
        day = engagement.stand_ups.unscoped().get(held_on=MONDAY + timedelta(days=2))
        row = day.answers.unscoped().get()
        mark = AnswerEntry(row.problem_id, Answer(row.answer), row.note).mark
        entry = Entry(lines=[], answers=[AnswerEntry(problem.pk, Answer.STILL, seen=mark)])
        save_stand_up(actor=engineer, engagement=engagement, day=day.held_on, entry=entry)
    problem.refresh_from_db()
    assert problem.is_open
    assert turns(problem) == [(CLIENT, 0, None)]


def test_a_concern_goes_to_and_fro(engagement: Engagement, engineer: User, client_pm: User) -> None:
    with at(0):
        concern = raised(engagement, client_pm)
    with at(1):
        answered(engineer, concern)
    with at(3):
        reopen_concern(actor=client_pm, problem=concern, round_seen=1, note="还是慢")
    with at(4):
        answered(engineer, concern)
    with at(6):
        confirm_answer(actor=client_pm, problem=concern, round_seen=2)
    assert turns(concern) == [(VENDOR, 0, 1), (CLIENT, 1, 3), (VENDOR, 3, 4), (CLIENT, 4, 6)]


def test_a_verdict_that_was_said_elsewhere(engagement: Engagement, engineer: User, client_pm: User) -> None:
    with at(0):
        concern = raised(engagement, client_pm)
    with at(1):
        answered(engineer, concern)
    with at(2):
        record_verdict(
            actor=engineer, problem=concern, round_seen=1, verdict=Reply.Verdict.CONFIRMED, verdict_by=client_pm,
            verdict_by_name="", note="电话里说可以了",
        )  # fmt: skip
    assert turns(concern) == [(VENDOR, 0, 1), (CLIENT, 1, 2)]


def test_what_a_test_showed_waits_with_the_vendor(engagement: Engagement, key_user: User) -> None:
    with at(0), transaction.atomic():
        problem = raise_problem_of(key_user, UatCaseFactory(round__cell__engagement=engagement, note="金额不对"))
    assert turns(problem) == [(VENDOR, 0, None)]


def test_what_is_deleted_waited_with_nobody(problem: Problem) -> None:
    problem.delete()
    assert not ProblemWait.objects.exists()


def test_as_many_statements_for_one_as_for_thirty(
    engagement: Engagement, engineer: User, django_assert_num_queries: Any
) -> None:
    for count in (1, 30):
        rows = ProblemFactory.create_batch(count, engagement=engagement, raised_on=MONDAY)
        waiting.keep_waits(rows)
        for row in rows:
            row.next_step_with = CLIENT
        with django_assert_num_queries(3):
            waiting.keep_waits(rows, MONDAY + timedelta(days=2))
        with django_assert_num_queries(1):
            waiting.keep_waits(rows, MONDAY + timedelta(days=2))


ACTS: dict[str, Callable[[User, Problem], object]] = {
    **{
        str(party): lambda actor, row, party=party: keep(actor, row, next_step_with=party)  # type: ignore[misc]
        for party in Party
    },
    "solved": lambda actor, row: solve_problem(actor=actor, problem=row),
    "reopened": lambda actor, row: keep(actor, row, solved_on=None),
}


@settings(max_examples=25)
@given(history=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(sorted(ACTS))), max_size=12))
def test_for_any_history_the_turns_are_those_of_its_evenings(
    engagement: Engagement, engineer: User, history: list[tuple[int, str]]
) -> None:
    """By property: what stood in the evening of each day is what the turns say of it; they never overlap."""
    with at(0):
        problem = save_problem(actor=engineer, engagement=engagement, title="接口超时")
    day, evenings = 0, {0: str(VENDOR)}
    for later, act in history:
        for passed in range(day + 1, day + later + 1):
            evenings[passed] = evenings[day]
        day += later
        with at(day):
            problem.refresh_from_db()
            ACTS[act](engineer, problem)
        problem.refresh_from_db()
        evenings[day] = str(problem.next_step_with) if problem.is_open else ""
    found = turns(problem)
    for number, party in evenings.items():
        held = [who for who, since, until in found if since <= number and (until is None or number < until)]
        assert held == ([party] if party else []), (number, found)
    for (one, _since, until), (other, since, _until) in itertools.pairwise(found):
        assert until is not None and (until < since or (until == since and one != other))


@pytest.mark.usefixtures("postgresql")
def test_two_who_pass_it_on_at_once_leave_one_turn(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    with at(0):
        problem = save_problem(actor=engineer, engagement=engagement, title="接口超时")

    def passed(actor: User, party: Party) -> None:
        row = Problem.objects.unscoped().select_related("engagement").get(pk=problem.pk)
        save_problem(actor=actor, engagement=row.engagement, problem=row, next_step_with=party)

    results = in_parallel(lambda: passed(engineer, CLIENT), lambda: passed(colleague, THIRD))
    assert results == [None, None]
    problem.refresh_from_db()
    open_turns = ProblemWait.objects.unscoped().filter(problem=problem, until_on=None)
    assert [row.party for row in open_turns] == [problem.next_step_with]
