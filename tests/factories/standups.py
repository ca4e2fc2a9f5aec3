"""Days on site."""

from __future__ import annotations

import factory
from django.utils import timezone

from standups.models import Line, Problem, Section, StandUp
from tests.factories.accounts import UserFactory
from tests.factories.engagements import EngagementFactory


class StandUpFactory(factory.django.DjangoModelFactory[StandUp]):
    """Today's stand-up, published."""

    class Meta:
        model = StandUp

    engagement = factory.SubFactory(EngagementFactory)
    held_on = factory.LazyFunction(timezone.localdate)
    minutes = 12
    created_by = factory.SubFactory(UserFactory)
    published_by = factory.SelfAttribute("created_by")
    published_at = factory.LazyFunction(timezone.now)


class LineFactory(factory.django.DjangoModelFactory[Line]):
    """A shared line of today's plan."""

    class Meta:
        model = Line

    stand_up = factory.SubFactory(StandUpFactory)
    section = Section.PLAN
    text = factory.Sequence(lambda n: f"生产计划 UAT 第 {n} 轮")
    author = factory.SelfAttribute("stand_up.created_by")


class ProblemFactory(factory.django.DjangoModelFactory[Problem]):
    """A shared, open problem raised today."""

    class Meta:
        model = Problem

    engagement = factory.SubFactory(EngagementFactory)
    title = factory.Sequence(lambda n: f"MES 接口偶发超时{n}")
    raised_on = factory.LazyFunction(timezone.localdate)
    raised_by = factory.SubFactory(UserFactory)
