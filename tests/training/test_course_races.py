"""E4: two people act on one course at the same moment; on PostgreSQL, with a connection each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit
from standups.services.rollout import delete_role
from tests.conftest import InParallel
from tests.factories import ModuleFactory, RolloutRoleFactory
from tests.training.teaching import TEXTS, a_case, a_course, accepted, role_of
from training.courses.content import content_of, hash_of, stored_words
from training.models import Course, CourseTemplate, CourseVersion
from training.services.accepting import accept_course
from training.services.course_templates import keep_course
from training.services.courses import delete_course, save_course

pytestmark = pytest.mark.usefixtures("postgresql")
ROUNDS = 6


def fresh(course: Course) -> Course:
    return Course.objects.unscoped().select_related("engagement__client", "module").get(pk=course.pk)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_one_version_is_accepted_twice_at_once(
    engagement: Engagement, engineer: User, manager: User, in_parallel: InParallel, attempt: int
) -> None:
    """One version, one entry; the other hears that it is accepted already."""
    course = a_course(engineer, engagement)
    a_case(engineer, course)
    read = hash_of(content_of(course))

    def accepting(user: User) -> Callable[[], Any]:
        row = fresh(course)
        return lambda: accept_course(actor=user, course=row, was=read)

    done = in_parallel(accepting(engineer), accepting(manager))
    assert sorted(type(one).__name__ for one in done) == ["CourseVersion", "DomainError"]
    assert CourseVersion.objects.unscoped().count() == 1
    assert audit.first_broken(engagement.audit_chain) is None


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_a_course_is_changed_while_it_is_accepted(
    engagement: Engagement, engineer: User, manager: User, in_parallel: InParallel, attempt: int
) -> None:
    """What was read is what is frozen, or nothing is: never the words that came in between."""
    course = a_course(engineer, engagement)
    a_case(engineer, course)
    read, role = hash_of(content_of(course)), role_of(course)

    def writing() -> Callable[[], Any]:
        row = fresh(course)
        fields = TEXTS | {"aim": "别的目标", "module": row.module, "roles": [role]}
        return lambda: save_course(actor=engineer, engagement=row.engagement, course=row, **fields)

    def accepting() -> Callable[[], Any]:
        row = fresh(course)
        return lambda: accept_course(actor=manager, course=row, was=read)

    done = in_parallel(writing(), accepting())
    assert type(done[0]).__name__ == "Course"
    version = CourseVersion.objects.unscoped().first()
    assert type(done[1]).__name__ == ("CourseVersion" if version else "StaleError")
    assert version is None or version.content_hash == read


def test_two_people_save_one_text(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """The second hears that somebody was faster."""
    course = a_course(engineer, engagement)
    was, role = stored_words(course).fingerprint, role_of(course)

    def writing(user: User, aim: str) -> Callable[[], Any]:
        row = fresh(course)
        fields = TEXTS | {"aim": aim, "module": row.module, "roles": [role], "was": was}
        return lambda: save_course(actor=user, engagement=row.engagement, course=row, **fields)

    done = in_parallel(writing(engineer, "一"), writing(colleague, "二"))
    assert sorted(type(one).__name__ for one in done) == ["Course", "StaleError"]


def test_a_course_is_deleted_while_it_is_accepted(
    engagement: Engagement, engineer: User, manager: User, in_parallel: InParallel
) -> None:
    """Either it is gone, or it is accepted and stays."""
    course = a_course(engineer, engagement)
    a_case(engineer, course)
    read = hash_of(content_of(course))
    rows = fresh(course), fresh(course)
    in_parallel(
        lambda: delete_course(actor=engineer, course=rows[0]),
        lambda: accept_course(actor=manager, course=rows[1], was=read),
    )
    assert Course.objects.filter(pk=course.pk).count() == CourseVersion.objects.unscoped().count()


def test_a_role_is_deleted_while_a_course_is_written_for_it(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """A course never loses its role silently."""
    module, role = ModuleFactory(engagement=engagement), RolloutRoleFactory(engagement=engagement)
    rows = [Engagement.objects.unscoped().get(pk=engagement.pk) for _number in range(2)]
    done = in_parallel(
        lambda: save_course(actor=engineer, engagement=rows[0], module=module, roles=[role], **TEXTS),
        lambda: delete_role(actor=colleague, role=role),
    )
    is_there = engagement.rollout_roles.filter(pk=role.pk).exists()
    assert engagement.courses.count() == int(is_there)
    assert [type(one).__name__ for one in done].count("DomainError") == 1


def test_two_courses_are_kept_under_one_title(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """One is kept; the other hears that the title is taken."""
    course = a_course(engineer, engagement)
    a_case(engineer, course)
    accepted(engineer, course)

    def keeping(user: User) -> Callable[[], Any]:
        row = fresh(course)
        return lambda: keep_course(actor=user, course=row, title="模板")

    done = in_parallel(keeping(engineer), keeping(colleague))
    assert sorted(type(one).__name__ for one in done) == ["CourseTemplate", "DomainError"]
    assert CourseTemplate.objects.count() == 1
