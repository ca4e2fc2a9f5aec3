"""Courses as their tests need them, written by the real services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import RolloutRole
from tests.factories import CellFactory, FunctionFactory, ModuleFactory, RolloutRoleFactory, RolloutStageFactory
from tests.factories.training import CourseTemplateFactory
from training.courses.content import content_of, hash_of
from training.models import Case, Course, CourseTemplate, CourseVersion
from training.services.accepting import accept_course
from training.services.cases import save_case
from training.services.courses import save_course

TEXTS: dict[str, Any] = {
    "title": "采购申请",
    "aim": "能独立提交并跟踪采购申请",
    "prerequisites": "已有系统账号",
    "duration_minutes": 90,
    "why": "预算在提交时就检查，不必等到审批时才退回",
}


def step(
    text: str, minutes: str = "5", people: int = 1, error_risk: str = "0_none", approvals: int = 0
) -> dict[str, Any]:
    return {
        "text": text, "minutes": Decimal(minutes), "people": people, "error_risk": error_risk, "approvals": approvals,
    }  # fmt: skip


# The article's purchase request: 95 minutes of people's work by hand, 12 with the system.
MANUAL = [
    step("填写纸质申请单", "20", 1, "2_medium"),
    step("找车间主任签字", "15", 1, "1_low", 1),
    step("到财务核对预算", "10", 2, "3_high", 1),
    step("采购经理和厂长签字", "10", 1, "0_none", 2),
    step("采购员录入台账", "15", 1, "3_high"),
    step("电话询问进度", "15", 1, "1_low"),
]
SYSTEM = [
    step("选择物料，填写数量和日期", "6", 1, "1_low"),
    step("车间主任在手机上审批", "3", 1, "1_low", 1),
    step("采购员转为订单", "3"),
]


def a_course(actor: User, engagement: Engagement, **texts: Any) -> Course:
    """A course for one role; without a case."""
    module = texts.pop("module", None) or ModuleFactory(engagement=engagement)
    role = texts.pop("role", None) or RolloutRoleFactory(engagement=engagement)
    return save_course(actor=actor, engagement=engagement, module=module, roles=[role], **TEXTS | texts)


def role_of(course: Course) -> RolloutRole:
    """The role of a course that is for one."""
    roles: Any = course.roles
    role: RolloutRole = roles.unscoped().get()
    return role


def rewritten(actor: User, course: Course, **texts: Any) -> Course:
    """Change words of a course; what it is for and covers stays, unless said otherwise."""
    chosen = {name: list(getattr(course, name).unscoped()) for name in ("roles", "functions", "cells")}
    fields = TEXTS | {"title": course.title, "module": course.module} | chosen | texts
    return save_course(actor=actor, engagement=course.engagement, course=course, **fields)


def covering(actor: User, course: Course) -> None:
    """Let the course cover a function and a cell of its module."""
    engagement = course.engagement
    function = FunctionFactory(module=course.module, name="采购申请管理")
    stage = RolloutStageFactory(engagement=engagement)
    role = role_of(course)
    cell = CellFactory(engagement=engagement, module=course.module, role=role, stage=stage)
    rewritten(actor, course, functions=[function], cells=[cell])


def a_case(actor: User, course: Course, **texts: Any) -> Case:
    """The purchase request, both ways, forty times a month."""
    said: dict[str, Any] = {
        "title": "车间申请采购刀具",
        "situation": "三把刀具磨损",
        "times_per_month": 40,
        "lesson": "预算先行",
    }
    return save_case(actor=actor, course=course, **said | {"manual": MANUAL, "system": SYSTEM} | texts)


def accepted(actor: User, course: Course, note: str = "") -> CourseVersion:
    return accept_course(actor=actor, course=course, was=hash_of(content_of(course)), note=note)


def taught(actor: User, engagement: Engagement, **texts: Any) -> Course:
    """A course with its case, accepted."""
    course = a_course(actor, engagement, **texts)
    a_case(actor, course)
    accepted(actor, course)
    return course


def a_template() -> CourseTemplate:
    """A course of the company's, kept by somebody who is in no engagement."""
    return CourseTemplateFactory()


def courses_of_the_world(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    """An accepted course that says `word`, and says something internal since; and one that was never accepted."""
    module = ModuleFactory(engagement=engagement, name=f"{word} 课程")
    role = RolloutRoleFactory(engagement=engagement, name=f"{word} 课程")
    place = {"module": module, "role": role}
    said = {"title": word, "aim": word, "why": word, "prerequisites": word}
    words = {"title": word, "situation": word, "lesson": word, "manual": [step(word)], "system": [step(word, "1")]}
    course = a_course(lead, engagement, **place, **said)
    case = a_case(lead, course, **words)
    version = accepted(lead, course, word)
    hidden = dict.fromkeys(said, internal)
    rewritten(lead, course, **hidden)
    secret = [step(internal, "7", 2, "3_high", 3)]
    told: dict[str, Any] = dict.fromkeys(("title", "situation", "lesson"), internal) | {
        "manual": secret,
        "system": secret,
    }
    save_case(actor=lead, course=course, case=case, times_per_month=3, **told)
    draft = a_course(lead, engagement, **place, **hidden | {"title": f"{internal} 2"})
    a_case(lead, draft, **told)
    return {"course": course.pk, "case": case.pk, "course_version": version.number, "draft_course": draft.pk}
