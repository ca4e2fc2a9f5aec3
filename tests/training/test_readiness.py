"""E4: who has passed a course, who is ready for their role, and how many of those needed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from standups.models import RoleTraining
from standups.rollout import readiness as rollout_readiness
from standups.services import role_training, rollout
from tests.factories import CourseVersionFactory, QuizFactory
from tests.training.learning import a_course, a_role, attempt, attend, check, learners, passes
from training.courses.audience import courses_for
from training.learning.home import courses_of
from training.models import CourseRole, QuizAttempt
from training.results.readiness import Known, Missing, Person, Standing, Taught, passed_by_role
from training.results.shown import coverage_of
from training.services import practical_checks
from training.services.practical_checks import Seen


@pytest.mark.parametrize(
    ("standing", "missing"),
    [
        ((True, True, None), ()),
        ((True, True, True), ()),
        ((True, True, False), (Missing.QUIZ,)),
        ((True, False, None), (Missing.CHECK,)),
        ((True, None, None), (Missing.CHECK,)),
        ((False, True, True), (Missing.SESSION,)),
        ((False, None, False), (Missing.SESSION, Missing.QUIZ, Missing.CHECK)),
    ],
)
def test_a_course_is_passed_by_all_three(standing: tuple[bool, Any, Any], missing: tuple[Missing, ...]) -> None:
    found = Standing(*standing)
    assert (found.missing, found.has_passed) == (missing, not missing)


def test_a_person_is_ready_who_was_there_and_showed_it(engagement: Engagement, engineer: User) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    assert passed_by_role(engagement) == {}
    check(course, person, engineer)
    assert passed_by_role(engagement) == {}, "passed, and never attended"
    attend(course, person, state="planned")
    attend(course, person, state="cancelled")
    attend(course, person, was_there=False)
    attend(course, person, was_there=None)
    assert passed_by_role(engagement) == {}
    attend(course, person)
    assert passed_by_role(engagement) == {role.pk: 1}


def test_the_newest_check_counts(engagement: Engagement, engineer: User) -> None:
    role, today = a_role(engagement), timezone.localdate()
    course, [person] = a_course(role), learners(role)
    passes(course, [person], engineer)
    check(course, person, engineer, "not_yet", on=today - timedelta(days=1))
    assert passed_by_role(engagement) == {role.pk: 1}, "an older day noted later is older"
    check(course, person, engineer, "not_yet", on=today)
    assert passed_by_role(engagement) == {}, "of one day the later row"


def test_an_open_quiz_is_needed_and_one_pass_is_enough(engagement: Engagement, engineer: User) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    passes(course, [person], engineer)
    quiz = QuizFactory(course=course, is_open=False)
    assert passed_by_role(engagement) == {role.pk: 1}, "a quiz nobody asks is not needed"
    quiz.is_open = True
    quiz.save()
    assert passed_by_role(engagement) == {}
    QuizAttempt.objects.create(course=course, learner=person, number=1, questions=[], pass_percent=80)
    attempt(course, person, 60, number=2)
    assert passed_by_role(engagement) == {}
    attempt(course, person, 80, number=3)
    attempt(course, person, 10, number=4)
    assert passed_by_role(engagement) == {role.pk: 1}


def test_every_course_that_counts_is_needed(engagement: Engagement, engineer: User) -> None:
    role = a_role(engagement)
    people = learners(role, 2)
    first, second = a_course(role), a_course(role)
    draft, retired = a_course(role, accepted=False), a_course(role, retired_at=timezone.now())
    passes(first, people, engineer)
    assert passed_by_role(engagement) == {}
    passes(second, people[:1], engineer)
    assert passed_by_role(engagement) == {role.pk: 1}
    assert not draft.attempts.unscoped() and not retired.attempts.unscoped()


def test_nobody_is_ready_without_a_course(engagement: Engagement) -> None:
    learners(a_role(engagement), 3)
    assert passed_by_role(engagement) == {}


def test_who_left_does_not_count_and_other_roles_need_not_pass(engagement: Engagement, engineer: User) -> None:
    role, other = a_role(engagement), a_role(engagement, name="车间主任")
    course, [person, gone], [chief] = a_course(role), learners(role, 2), learners(other)
    passes(course, [person, gone, chief], engineer)
    gone.left_at = timezone.now()
    gone.save()
    assert passed_by_role(engagement) == {role.pk: 1}, "the chief passed a course that is not for their role"


def test_the_go_live_counts_them_beside_what_is_noted_by_hand(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User
) -> None:
    """The 3/5 of the article becomes 5/5: three noted by hand, two by the course."""
    role, foreign = a_role(engagement, needed=5), a_role(foreign_engagement)
    passes(a_course(foreign), learners(foreign, 2), engineer)
    role_training.note_training(actor=engineer, role=role, held_on=engagement.today(), people=3)
    assert rollout_readiness.untrained(engagement) == [role]
    passes(a_course(role), learners(role, 2), engineer)
    assert rollout_readiness.trained(engagement) == {role.pk: 5}
    assert rollout_readiness.untrained(engagement) == []
    assert RoleTraining.objects.count() == 1


def test_nobody_counts_twice_by_the_list_and_by_hand(engagement: Engagement, engineer: User) -> None:
    """The gate of the go-live stays shut: five are needed, three of them named, and two can be noted beside them."""
    role, today = a_role(engagement, needed=5), engagement.today()
    people = learners(role, 3)
    passes(a_course(role), people, engineer)
    with pytest.raises(DomainError, match=r"^2 more people of this role can be noted here") as refused:
        role_training.note_training(actor=engineer, role=role, held_on=today, people=3)
    assert refused.value.field == "people"
    assert rollout_readiness.trained(engagement) == {role.pk: 3}
    assert rollout_readiness.untrained(engagement) == [role]
    role_training.note_training(actor=engineer, role=role, held_on=today, people=2)
    with pytest.raises(DomainError, match=r"^0 more people"):
        role_training.note_training(actor=engineer, role=role, held_on=today, people=1)
    assert (rollout_readiness.trained(engagement), rollout_readiness.untrained(engagement)) == ({role.pk: 5}, [])
    [late] = learners(role)
    assert rollout_readiness.trained(engagement) == {role.pk: 4}, "one of those noted is named now, and has not passed"
    assert coverage_of(engagement).rows[0].trained == 4, "and the map says the same"
    late.left_at = timezone.now()
    late.save()
    assert rollout_readiness.trained(engagement) == {role.pk: 5}


def test_the_roles_of_a_course_are_those_of_its_newest_accepted_version(
    engagement: Engagement, engineer: User
) -> None:
    role, other = a_role(engagement), a_role(engagement, name="车间主任")
    course, [person], [chief] = a_course(role), learners(role), learners(other)
    passes(course, [person], engineer)
    CourseRole.objects.filter(course=course).update(role=other)
    assert passed_by_role(engagement) == {role.pk: 1}, "an edit nobody accepted"
    assert [courses_for(one) for one in (person, chief)] == [[course.pk], []]
    assert [len(courses_of(one)) for one in (person, chief)] == [1, 0]
    with pytest.raises(DomainError, match="no longer a learner of this course"):
        practical_checks.record_checks(
            actor=engineer, course=course, checked_on=engagement.today(), seen=[Seen(chief.pk, "passed")]
        )
    CourseVersionFactory(course=course, number=2)
    assert passed_by_role(engagement) == {}
    assert [len(courses_of(one)) for one in (person, chief)] == [0, 1]


def test_a_role_deleted_since_a_version_named_it_has_nobody(engagement: Engagement, engineer: User) -> None:
    role, gone = a_role(engagement), a_role(engagement, name="车间主任")
    course, people = a_course(role, gone), learners(role)
    passes(course, people, engineer)
    with pytest.raises(DomainError, match="it stays"):
        rollout.delete_role(actor=engineer, role=gone)
    CourseRole.objects.filter(course=course, role=gone).delete()
    rollout.delete_role(actor=engineer, role=gone)
    assert passed_by_role(engagement) == {role.pk: 1}
    assert [row.role.pk for row in coverage_of(engagement).rows] == [role.pk]


# --- Against a plain second implementation --------------------------------------------------------------------------------

ROLES, COURSES, PEOPLE = 3, 4, 6
pairs = st.sets(st.tuples(st.integers(0, COURSES - 1), st.integers(0, PEOPLE - 1)))


@given(
    roles_of=st.lists(st.sets(st.integers(0, ROLES - 1)), min_size=COURSES, max_size=COURSES),
    asks=st.lists(st.booleans(), min_size=COURSES, max_size=COURSES),
    role_of=st.lists(st.integers(0, ROLES - 1), min_size=PEOPLE, max_size=PEOPLE),
    attended=pairs,
    shown=pairs,
    refused=pairs,
    quizzes=pairs,
)
def test_readiness_is_what_a_plain_count_says(
    roles_of: list[set[int]],
    asks: list[bool],
    role_of: list[int],
    attended: Any,
    shown: Any,
    refused: Any,
    quizzes: Any,
) -> None:
    known = Known(
        tuple(Taught(at, f"课{at}", frozenset(roles), asks[at]) for at, roles in enumerate(roles_of)),
        tuple(Person(at, f"人{at}", role) for at, role in enumerate(role_of)),
        frozenset(attended),
        dict.fromkeys(shown, True) | dict.fromkeys(refused, False),
        frozenset(quizzes),
    )
    expected: dict[int, int] = {}
    for person, role in enumerate(role_of):
        wanted = [course for course in range(COURSES) if role in roles_of[course]]
        good = 0
        for course in wanted:
            pair = (course, person)
            if pair in attended and pair in shown and pair not in refused and (not asks[course] or pair in quizzes):
                good += 1
        if wanted and good == len(wanted):
            expected[role] = expected.get(role, 0) + 1
    assert known.ready_by_role == expected


def test_as_many_queries_for_thirty_roles_courses_and_three_hundred_learners(
    engagement: Engagement, engineer: User
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            passed_by_role(engagement)
        return len(queries)

    role = a_role(engagement)
    passes(a_course(role), learners(role), engineer)
    few = asked()
    roles = [a_role(engagement, name=f"角色{number}") for number in range(29)]
    people = [person for one in roles for person in learners(one, 10)]
    for number in range(29):
        course = a_course(*roles, title=f"课程{number}")
        if number < 3:
            passes(course, people, engineer)
    assert asked() == few == 5
