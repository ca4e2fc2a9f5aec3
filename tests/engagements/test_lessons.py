"""Lessons (R2): written, or stated that there is none; linked and found by our own people only."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from engagements.models import Engagement, Lesson, NoLesson, Phase
from engagements.services import lessons
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.search.query import find
from onsite.core.search.question import question_of
from onsite.search.shown import scope_of
from tests.engagements.ruling import promote
from tests.factories import LessonFactory

pytestmark = pytest.mark.django_db
TEXT = {"title": "权限要提前确认", "what_happened": "停了半天", "why": "只有口头确认", "rule": "先签确认书"}


def write(actor: User, engagement: Engagement, lesson: Lesson | None = None, **given: object) -> Lesson:
    return lessons.save_lesson(
        actor=actor, engagement=engagement, lesson=lesson, **(TEXT | {"is_internal": True} | given)  # type: ignore[arg-type]
    )  # fmt: skip


def found(user: User, words: str) -> set[tuple[str, int]]:
    """Return the lessons and rules that this person finds."""
    hits = find(question_of(words), scope_of(user)).all
    return {(hit.kind, hit.object_id) for hit in hits if hit.kind in {"lesson", "rule"}}


def test_a_lesson_is_written_and_changed_also_after_the_end(engagement: Engagement, engineer: User) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CLOSED)
    row = write(engineer, engagement)
    write(engineer, engagement, row, title="权限清单要签字", was=row.fingerprint)
    row.refresh_from_db()
    assert (row.title, row.written_by) == ("权限清单要签字", engineer)


def test_what_somebody_changed_meanwhile_is_not_written_over(engagement: Engagement, engineer: User) -> None:
    row = write(engineer, engagement)
    shown = row.fingerprint
    write(engineer, engagement, row, why="没人看过清单")
    with pytest.raises(StaleError):
        write(engineer, engagement, row, why="别的", was=shown)


def test_no_client_writes_one(engagement: Engagement, client_pm: User) -> None:
    row = LessonFactory(engagement=engagement)
    for refused in (
        lambda: write(client_pm, engagement),
        lambda: lessons.delete_lesson(actor=client_pm, lesson=row),
        lambda: lessons.state_no_lesson(actor=client_pm, engagement=engagement, reason="没有"),
    ):
        with pytest.raises(PermissionDenied):
            refused()


def test_that_there_is_none_holds_until_one_is_written(engagement: Engagement, engineer: User) -> None:
    stated = lessons.state_no_lesson(actor=engineer, engagement=engagement, reason="按计划完成")
    with pytest.raises(DomainError, match="already"):
        lessons.state_no_lesson(actor=engineer, engagement=engagement, reason="再说一次")
    lessons.withdraw_no_lesson(actor=engineer, stated=stated)
    lessons.state_no_lesson(actor=engineer, engagement=engagement, reason="按计划完成")
    write(engineer, engagement)
    assert not NoLesson.objects.unscoped().exists()
    with pytest.raises(DomainError, match="lesson already"):
        lessons.state_no_lesson(actor=engineer, engagement=engagement, reason="没有")
    with pytest.raises(DomainError, match="deleted"):
        lessons.withdraw_no_lesson(actor=engineer, stated=stated)


def test_a_promoted_lesson_stays(manager: User, engagement: Engagement, engineer: User) -> None:
    row, other = write(engineer, engagement), write(engineer, engagement)
    promote(manager, row)
    with pytest.raises(DomainError, match="standing rule"):
        lessons.delete_lesson(actor=manager, lesson=row)
    lessons.delete_lesson(actor=engineer, lesson=other)
    with pytest.raises(DomainError, match="deleted"):
        lessons.delete_lesson(actor=engineer, lesson=other)


def test_they_are_found_by_whom_they_are_for(
    manager: User, engagement: Engagement, engineer: User, outsider_engineer: User, client_pm: User
) -> None:
    """R2, N4: a lesson by its engagement's people, a rule by everybody of the vendor, neither by a client."""
    row = write(engineer, engagement, is_internal=False)
    rule = promote(manager, row)
    lesson, standing = ("lesson", row.pk), ("rule", rule.pk)
    assert found(engineer, "确认书") == {lesson, standing}
    assert found(outsider_engineer, "确认书") == {standing}
    assert found(client_pm, "确认书") == set()
