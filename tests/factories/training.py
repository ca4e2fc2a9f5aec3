"""What people learn."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.engagements import EngagementFactory
from tests.factories.going_live import RolloutRoleFactory
from tests.factories.preparation import ModuleFactory
from training.models import (
    Article,
    ArticleVersion,
    Case,
    CaseStep,
    Category,
    Course,
    CourseTemplate,
    CourseVersion,
    Enrolment,
    Learner,
    Quiz,
    QuizQuestion,
    Sharing,
    TrainingSession,
    Video,
)


class CourseFactory(factory.django.DjangoModelFactory[Course]):
    """Purchase requests, for one role; the module and the role are of its engagement."""

    class Meta:
        model = Course
        skip_postgeneration_save = True

    engagement = factory.SubFactory(EngagementFactory)
    module = factory.SubFactory(ModuleFactory, engagement=factory.SelfAttribute("..engagement"))
    title = factory.Sequence(lambda n: f"采购申请{n}")
    aim = "能独立提交并跟踪采购申请"
    why = "预算在提交时就检查,不必等到审批时才退回"
    duration_minutes = 90
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation  # type: ignore[untyped-decorator]
    def roles(self: Course, create: bool, extracted: object, **kwargs: object) -> None:
        if create:
            given = extracted if isinstance(extracted, list) else None
            self.roles.add(*(given or [RolloutRoleFactory(engagement=self.engagement)]))


class CaseFactory(factory.django.DjangoModelFactory[Case]):
    """A purchase request, by hand and with the system."""

    class Meta:
        model = Case

    course = factory.SubFactory(CourseFactory)
    title = factory.Sequence(lambda n: f"车间申请采购刀具{n}")
    situation = "车间每月约有 40 次刀具采购申请"
    times_per_month = 40


class CaseStepFactory(factory.django.DjangoModelFactory[CaseStep]):
    """Filling in the paper form."""

    class Meta:
        model = CaseStep

    case = factory.SubFactory(CaseFactory)
    way = CaseStep.Way.MANUAL
    position = factory.Sequence(lambda n: n)
    text = "填写纸质申请单"
    minutes = Decimal(20)
    people = 1
    error_risk = CaseStep.ErrorRisk.MEDIUM
    approvals = 1


class CourseVersionFactory(factory.django.DjangoModelFactory[CourseVersion]):
    """An accepted version as a bare row; tests that need its content accept one through the service."""

    class Meta:
        model = CourseVersion

    course = factory.SubFactory(CourseFactory)
    number = 1
    content = factory.LazyAttribute(
        lambda row: {
            "title": row.course.title, "module": row.course.module.name, "roles": [], "aim": row.course.aim,
            "prerequisites": "", "duration_minutes": 90, "why": row.course.why, "functions": [], "cells": [], "cases": [],
        }
    )  # fmt: skip
    content_hash = "0" * 64
    role_ids = factory.LazyAttribute(lambda row: list(row.course.roles.unscoped().values_list("pk", flat=True)))
    accepted_by = factory.SubFactory(UserFactory)
    accepted_at = factory.LazyFunction(timezone.now)


class CourseTemplateFactory(factory.django.DjangoModelFactory[CourseTemplate]):
    """A course of the company's own."""

    class Meta:
        model = CourseTemplate

    title = factory.Sequence(lambda n: f"采购申请(模板){n}")
    content = factory.LazyAttribute(
        lambda row: {
            "title": row.title, "module": "采购", "roles": [], "aim": "能独立提交采购申请", "prerequisites": "",
            "duration_minutes": 90, "why": "", "functions": [], "cells": [], "cases": [],
        }
    )  # fmt: skip
    saved_by = factory.SubFactory(UserFactory)


class VideoFactory(factory.django.DjangoModelFactory[Video]):
    """A linked video."""

    class Meta:
        model = Video

    course = factory.SubFactory(CourseFactory)
    title = "三分钟学会提交采购申请"
    language = "zh-hans"
    link = "https://video.example/purchase"
    created_by = factory.SubFactory(UserFactory)


class LearnerFactory(factory.django.DjangoModelFactory[Learner]):
    """A person of a role."""

    class Meta:
        model = Learner

    role = factory.SubFactory(RolloutRoleFactory)
    name = factory.Sequence(lambda n: f"学员{n}")
    email = factory.Sequence(lambda n: f"learner{n}@client.example")
    named_by = factory.SubFactory(UserFactory)


class TrainingSessionFactory(factory.django.DjangoModelFactory[TrainingSession]):
    """Tomorrow, for an hour and a half."""

    class Meta:
        model = TrainingSession

    course = factory.SubFactory(CourseFactory)
    engagement = factory.SelfAttribute("course.engagement")
    starts_at = factory.LazyFunction(lambda: timezone.now().replace(microsecond=0) + timedelta(days=1))
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(minutes=90))
    place = "二楼培训室"
    trainer = factory.SubFactory(UserFactory)
    created_by = factory.SelfAttribute("trainer")


class EnrolmentFactory(factory.django.DjangoModelFactory[Enrolment]):
    """One learner in one session."""

    class Meta:
        model = Enrolment

    session = factory.SubFactory(TrainingSessionFactory)
    learner = factory.SubFactory(LearnerFactory)
    enrolled_by = factory.SelfAttribute("session.trainer")


class QuizFactory(factory.django.DjangoModelFactory[Quiz]):
    """A quiz that is asked."""

    class Meta:
        model = Quiz

    course = factory.SubFactory(CourseFactory)
    is_open = True


class QuizQuestionFactory(factory.django.DjangoModelFactory[QuizQuestion]):
    """One right answer of two."""

    class Meta:
        model = QuizQuestion

    quiz = factory.SubFactory(QuizFactory)
    position = factory.Sequence(lambda n: n)
    text = "采购申请何时检查预算?"
    options = factory.LazyFunction(
        lambda: [{"text": "提交时", "is_right": True}, {"text": "付款时", "is_right": False}]
    )


class CategoryFactory(factory.django.DjangoModelFactory[Category]):
    """A shelf of the wiki."""

    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"数据迁移{n}")


class ArticleFactory(factory.django.DjangoModelFactory[Article]):
    """A draft with its first version; `text` is what it says. Publishing goes through the service."""

    class Meta:
        model = Article
        skip_postgeneration_save = True

    kind = Article.Kind.SOLUTION
    title = factory.Sequence(lambda n: f"患者导入字段映射错误的处理{n}")
    owner = factory.SubFactory(UserFactory)
    created_by = factory.SelfAttribute("owner")

    @factory.post_generation  # type: ignore[untyped-decorator]
    def text(self: Article, create: bool, extracted: object, **kwargs: object) -> None:
        if create:
            ArticleVersion.objects.create(
                article=self, number=1, title=self.title, text=str(extracted or "先核对映射表。"), author=self.owner,
                client=self.client,
            )  # fmt: skip


class SharingFactory(factory.django.DjangoModelFactory[Sharing]):
    """Next week, about an engagement that is over."""

    class Meta:
        model = Sharing

    engagement = factory.SubFactory(EngagementFactory, phase="closed")
    topic = factory.Sequence(lambda n: f"权限分配为何要前置确认{n}")
    speaker = factory.SubFactory(UserFactory)
    starts_at = factory.LazyFunction(lambda: timezone.now().replace(microsecond=0) + timedelta(days=7))
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(minutes=60))
    place = "总部会议室"
    created_by = factory.SelfAttribute("speaker")
