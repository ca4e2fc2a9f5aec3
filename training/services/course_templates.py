"""Courses of the company's own: kept from an engagement, and taken over into the next one."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement, Module
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.unique import unless_taken
from onsite.core.wording import enumerated
from standups.models import RolloutRole
from training.courses.content import Content, content_of
from training.courses.library import PreparedCourse, found_in, without_client, without_pictures
from training.models import Course, CourseTemplate, Guide, Quiz, QuizQuestion
from training.services.cases import replace_steps
from training.services.courses import audit_course, held_course, save_course


@transaction.atomic
def keep_course(*, actor: User, course: Course, title: str) -> CourseTemplate:
    """Keep a course with its cases, guides and quiz for other engagements, without the client's roles, functions and
    cells, and without pictures.

    Raises DomainError on "title" where another template has it, and where a text holds a secret, personal data or the
    name of a client or of a client's person: everybody of the company reads it from then on.
    """
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    row = held_course(Engagement.objects.lock(course.engagement_id), course)
    prepared = prepared_from(row, title)
    if found := found_in(prepared):
        said = enumerated(f"{one.kind}: {one.sample}" for one in found)
        raise DomainError(
            _("Everybody in your company reads a template. Take this out of the course first: %(found)s.")
            % {"found": said}
        )
    with unless_taken(_("Another template has this title."), field="title"):
        template = CourseTemplate.objects.create(
            title=title, content=prepared.content, guides=dict(prepared.guides), quiz=dict(prepared.quiz),
            saved_by=actor,
        )  # fmt: skip
    _audit(actor, template, "course_template.kept")
    return template


@transaction.atomic
def delete_template(*, actor: User, template: CourseTemplate) -> None:
    """Take a template out; courses that began from it stay. Raises DomainError where it is gone.

    Only managers and who saved it may.
    """
    row = CourseTemplate.objects.select_for_update().filter(pk=template.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if not may_delete(actor, row):
        raise PermissionDenied
    _audit(actor, row, "course_template.deleted")
    row.delete()


def may_delete(user: User, template: CourseTemplate) -> bool:
    """Say whether this person may take the template out."""
    return user.is_manager or (user.is_vendor and template.saved_by_id == user.pk)


@transaction.atomic
def take_course_over(
    *,
    actor: User,
    engagement: Engagement,
    prepared: PreparedCourse,
    title: str,
    module: Module,
    roles: Collection[RolloutRole],
) -> Course:
    """Begin a course from a template: with its cases, the words of its guides, and its quiz, which nobody is asked yet.

    Raises DomainError as `save_course` does.
    """
    content = prepared.content
    course = save_course(
        actor=actor, engagement=engagement, title=title, module=module, roles=roles, aim=content["aim"],
        prerequisites=content["prerequisites"], duration_minutes=content["duration_minutes"], why=content["why"],
    )  # fmt: skip
    for position, case in enumerate(content["cases"]):
        _begin_case(course, position, case)
    for language, text in prepared.guides.items():
        Guide.objects.create(course=course, language=language, text=text, edited_by=actor)
    if prepared.quiz:
        _begin_quiz(course, dict(prepared.quiz))
    audit_course(actor, course, "course.taken_over", {"title": course.title, "template": prepared.key})
    return course


def prepared_from(course: Course, title: str) -> PreparedCourse:
    """Return what a template of this course would hold."""
    guides = {guide.language: without_pictures(guide.text) for guide in course.guides.unscoped()}
    content = without_client(content_of(course)) | {"title": title}
    return PreparedCourse("", content, guides, _quiz_of(course))


def _quiz_of(course: Course) -> dict[str, Any]:
    quiz = Quiz.objects.unscoped().filter(course=course).first()
    if quiz is None:
        return {}
    questions = [
        {"kind": row.kind, "text": row.text, "options": row.options, "explanation": row.explanation}
        for row in quiz.questions.unscoped()
    ]
    return {"pass_percent": quiz.pass_percent, "most_attempts": quiz.most_attempts, "questions": questions}


def _begin_case(course: Course, position: int, case: Content) -> None:
    said = {name: case[name] for name in ("title", "situation", "times_per_month", "lesson")}
    row = course.cases.create(position=position, **said)
    ways = [[step | {"minutes": Decimal(step["minutes"])} for step in case[way]] for way in ("manual", "system")]
    replace_steps(row, *ways)


def _begin_quiz(course: Course, quiz: dict[str, Any]) -> None:
    row = Quiz.objects.create(
        course=course, pass_percent=quiz["pass_percent"], most_attempts=quiz["most_attempts"], is_open=False
    )
    QuizQuestion.objects.bulk_create(
        QuizQuestion(quiz=row, position=position, **question) for position, question in enumerate(quiz["questions"])
    )


def _audit(actor: User, template: CourseTemplate, action: str) -> None:
    audit.record(chain=audit.COMPANY, actor=actor, action=action, target=template, data={"title": template.title})
