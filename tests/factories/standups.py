"""Days on site."""

from __future__ import annotations

import factory
from django.utils import timezone

from engagements.models import Scan
from standups.models import (
    ConcernState,
    Evidence,
    Idea,
    Kind,
    Line,
    Problem,
    Reply,
    Section,
    Source,
    StandUp,
)
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


class IdeaFactory(factory.django.DjangoModelFactory[Idea]):
    """An open idea of somebody without an account, noted today."""

    class Meta:
        model = Idea

    engagement = factory.SubFactory(EngagementFactory)
    title = factory.Sequence(lambda n: f"把打印单据改成一页{n}")
    said_by_name = "车间统计员 孙丽"
    said_on = factory.LazyFunction(timezone.localdate)
    noted_by = factory.SubFactory(UserFactory)


class ConcernFactory(ProblemFactory):
    """A shared concern that one of the client's people voiced today, and nobody answered yet."""

    title = "系统很慢"
    words = "系统很慢"
    kind = Kind.CONCERN
    source = Source.CLIENT
    concern_state = ConcernState.OPEN
    said_by_name = "车间主任 刘强"
    said_at = factory.LazyFunction(timezone.now)


class EvidenceFactory(factory.django.DjangoModelFactory[Evidence]):
    """A query with its result that the client sees: nothing was found in it."""

    class Meta:
        model = Evidence

    problem = factory.SubFactory(ConcernFactory)
    kind = Evidence.Kind.QUERY
    title = factory.Sequence(lambda n: f"计划列表响应时间{n}")
    environment = "生产环境"
    taken_at = factory.LazyFunction(timezone.now)
    query = "select percentile_cont(0.95) from calls"
    result = "412 ms"
    sha256 = "a" * 64
    scan = Scan.CLEAN
    added_by = factory.SelfAttribute("problem.raised_by")


class ReplyFactory(factory.django.DjangoModelFactory[Reply]):
    """A whole draft of the first answer."""

    class Meta:
        model = Reply

    problem = factory.SubFactory(ConcernFactory)
    acknowledgement = "感谢您直接告诉我们，我们非常重视。"
    facts = "95% 的请求在 412 毫秒内完成。"
    written_by = factory.SelfAttribute("problem.raised_by")
