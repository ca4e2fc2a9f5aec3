"""E4: two tabs, two trainers, two phones at the same moment; on PostgreSQL, with a connection each."""

from __future__ import annotations

from functools import partial

import pytest

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from tests.conftest import InParallel
from tests.training.learning import a_course, a_quiz, a_role, learners, right_answers, wrong_answers
from training.models import PracticalCheck, Quiz, QuizAttempt
from training.services import practical_checks, quiz_attempts, quizzes
from training.services.practical_checks import Seen

pytestmark = pytest.mark.usefixtures("postgresql")
ROUNDS = 4


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_tabs_give_one_result(engagement: Engagement, in_parallel: InParallel, attempt: int) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    a_quiz(course)
    begin = partial(quiz_attempts.begin_attempt, learner=person, course=course)
    first, second = in_parallel(begin, begin)
    assert first == second
    finish = partial(quiz_attempts.finish_attempt, learner=person, attempt=first)
    done = in_parallel(
        partial(finish, answers=right_answers(first)), partial(finish, answers=wrong_answers(first)),
    )  # fmt: skip
    row = QuizAttempt.objects.unscoped().get()
    assert [one.percent for one in done] == [row.percent, row.percent]
    assert audit.first_broken(engagement.audit_chain) is None


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_a_result_from_paper_is_noted_once(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel, attempt: int
) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    a_quiz(course)
    note = partial(quiz_attempts.note_paper_quiz, course=course, learner=person, percent=60, seen=0)
    done = in_parallel(partial(note, actor=engineer), partial(note, actor=colleague))
    assert sorted(type(one).__name__ for one in done) == ["DomainError", "QuizAttempt"]
    assert QuizAttempt.objects.count() == 1


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_one_press_sent_twice_notes_one_check(
    engagement: Engagement, engineer: User, in_parallel: InParallel, attempt: int
) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    seen, today = [Seen(person.pk, "passed")], engagement.today()
    record = partial(practical_checks.record_checks, actor=engineer, course=course, checked_on=today, seen=seen)
    done = in_parallel(record, record)
    assert sum(isinstance(one, DomainError) for one in done) == 1
    assert PracticalCheck.objects.count() == 1


def test_two_people_write_the_first_rules(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    course = a_course(a_role(engagement))
    was = Quiz(course=course).fingerprint
    save = partial(quizzes.save_rules, course=course, most_attempts=None, is_open=False, was=was)
    done = in_parallel(
        partial(save, actor=engineer, pass_percent=60), partial(save, actor=colleague, pass_percent=90),
    )  # fmt: skip
    assert sorted(type(one).__name__ for one in done) == ["Quiz", "StaleError"]
    assert sum(isinstance(one, StaleError) for one in done) == 1
    assert Quiz.objects.count() == 1
