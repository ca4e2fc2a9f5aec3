"""What the review is made of: surveys, lessons and rules, visits."""

from __future__ import annotations

from datetime import date, timedelta

import factory
from django.utils import timezone

from engagements.models import (
    FollowUpVisit,
    Lesson,
    RuleVersion,
    StandingRule,
    Survey,
    SurveyAnswer,
)
from onsite.accounts.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.engagements import EngagementFactory


def _today() -> date:
    return timezone.localdate()


class SurveyFactory(factory.django.DjangoModelFactory[Survey]):
    """The survey at the end, asked today."""

    class Meta:
        model = Survey

    engagement = factory.SubFactory(EngagementFactory)
    closes_on = factory.LazyFunction(lambda: _today() + timedelta(days=14))
    created_by = factory.SubFactory(UserFactory, role=Role.ENGINEER)
    asked_at = factory.LazyFunction(timezone.now)
    asked_by = factory.SelfAttribute("created_by")


class SurveyAnswerFactory(factory.django.DjangoModelFactory[SurveyAnswer]):
    """A client person's good mark, on screen."""

    class Meta:
        model = SurveyAnswer

    survey = factory.SubFactory(SurveyFactory)
    user = factory.SubFactory(UserFactory, role=Role.CLIENT)
    name = factory.SelfAttribute("user.name")
    overall = 4
    method = SurveyAnswer.Method.SCREEN
    answered_on = factory.LazyFunction(_today)


class LessonFactory(factory.django.DjangoModelFactory[Lesson]):
    """The article's lesson: permissions are confirmed beforehand."""

    class Meta:
        model = Lesson

    engagement = factory.SubFactory(EngagementFactory)
    title = factory.Sequence(lambda n: f"权限要提前确认{n}")
    what_happened = "上线当天三个角色没有权限，业务停了半天。"
    why = "权限清单只在口头确认过。"
    rule = "进场前请客户签署权限确认书。"
    written_by = factory.SubFactory(UserFactory, role=Role.ENGINEER)


class StandingRuleFactory(factory.django.DjangoModelFactory[StandingRule]):
    """A rule without a version: see `RuleVersionFactory`."""

    class Meta:
        model = StandingRule

    lesson = factory.SubFactory(LessonFactory)
    title = factory.SelfAttribute("lesson.title")
    promoted_by = factory.SubFactory(UserFactory, role=Role.MANAGER)


class RuleVersionFactory(factory.django.DjangoModelFactory[RuleVersion]):
    """Banks sign the permission confirmation letter before anybody works on site."""

    class Meta:
        model = RuleVersion

    rule = factory.SubFactory(StandingRuleFactory)
    number = 1
    text = "进场前由客户确认每个角色的权限。"
    form = RuleVersion.Form.SIGN_OFF
    content = factory.LazyFunction(
        lambda: {
            "title": "权限确认书",
            "paragraphs": ["我方确认下列权限已经开通。"],
            "points": ["录入", "审批", "查询"],
        }
    )
    industries = factory.LazyFunction(lambda: ["banking"])
    written_by = factory.SelfAttribute("rule.promoted_by")


class FollowUpVisitFactory(factory.django.DjangoModelFactory[FollowUpVisit]):
    """The visit one month after go-live, due today."""

    class Meta:
        model = FollowUpVisit

    engagement = factory.SubFactory(EngagementFactory)
    kind = FollowUpVisit.Kind.ONE_MONTH
    revision = 1
    anchor_on = factory.LazyFunction(lambda: _today() - timedelta(days=30))
    due_on = factory.LazyFunction(_today)
