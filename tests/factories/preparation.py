"""What is prepared before the first day on site."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone

from engagements.models import (
    ChangeRequest,
    ChecklistItem,
    ContingencyModel,
    ContingencyPlan,
    DocumentRequest,
    Emergency,
    Environment,
    Function,
    Interview,
    Module,
    Task,
)
from tests.factories.accounts import UserFactory
from tests.factories.engagements import EngagementFactory


class ChangeRequestFactory(factory.django.DjangoModelFactory[ChangeRequest]):
    """A wish that nobody decided on yet; it costs no day."""

    class Meta:
        model = ChangeRequest

    engagement = factory.SubFactory(EngagementFactory)
    number = factory.Sequence(lambda n: n % 32_000 + 1)
    title = factory.Sequence(lambda n: f"增加移动审批{n}")
    reason = "车间主任出差多"
    origin = ChangeRequest.Origin.IDEA
    raised_by = factory.SubFactory(UserFactory)


class TaskFactory(factory.django.DjangoModelFactory[Task]):
    """A task of one day on the first day of its stage; `reschedule` puts it where it belongs."""

    class Meta:
        model = Task

    engagement = factory.SelfAttribute("stage.engagement")
    number = factory.Sequence(lambda n: n % 32_000 + 1)
    name = factory.Sequence(lambda n: f"接口联调{n}")
    start_on = factory.SelfAttribute("stage.start_on")
    finish_on = factory.SelfAttribute("start_on")


class ContingencyPlanFactory(factory.django.DjangoModelFactory[ContingencyPlan]):
    """An answer to a network outage with three steps; nobody owns it yet."""

    class Meta:
        model = ContingencyPlan

    engagement = factory.SubFactory(EngagementFactory)
    emergency = Emergency.NETWORK
    title = factory.Sequence(lambda n: f"车间断网{n}")
    trigger = "车间终端连续五分钟无法访问系统"
    respond_within_minutes = 10
    steps = factory.LazyFunction(lambda: ["确认影响范围", "联系网络管理员", "切换备用线路"])
    fallback = "改用纸质单据，当日补录"


class ContingencyModelFactory(factory.django.DjangoModelFactory[ContingencyModel]):
    """A plan of the company's library."""

    class Meta:
        model = ContingencyModel

    title = factory.Sequence(lambda n: f"服务器宕机{n}")
    trigger = "应用服务器无响应"
    respond_within_minutes = 15
    steps = factory.LazyFunction(lambda: ["联系机房", "切换备机"])
    created_by = factory.SubFactory(UserFactory)


class ModuleFactory(factory.django.DjangoModelFactory[Module]):
    """A module at the root of the tree."""

    class Meta:
        model = Module

    engagement = factory.SubFactory(EngagementFactory)
    name = factory.Sequence(lambda n: f"生产计划{n}")


class FunctionFactory(factory.django.DjangoModelFactory[Function]):
    """A function used weekly of which only "who" is answered; pass `module`, or `in_engagement`."""

    class Meta:
        model = Function

    class Params:
        in_engagement = factory.SubFactory(EngagementFactory)

    module = factory.SubFactory(ModuleFactory, engagement=factory.SelfAttribute("..in_engagement"))
    engagement = factory.SelfAttribute("module.engagement")
    name = factory.Sequence(lambda n: f"周计划排产{n}")
    who = "计划员"


class DocumentRequestFactory(factory.django.DjangoModelFactory[DocumentRequest]):
    """A manual that is on the list and not asked for yet."""

    class Meta:
        model = DocumentRequest

    engagement = factory.SubFactory(EngagementFactory)
    kind = DocumentRequest.Kind.MANUAL
    title = factory.Sequence(lambda n: f"生产计划业务手册{n}")
    purpose = "了解排产规则"
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=7))


class InterviewFactory(factory.django.DjangoModelFactory[Interview]):
    """A talk of today with nothing noted yet."""

    class Meta:
        model = Interview

    engagement = factory.SubFactory(EngagementFactory)
    person = factory.Sequence(lambda n: f"车间主任{n}")
    held_on = factory.LazyFunction(timezone.localdate)
    held_by = factory.SubFactory(UserFactory)


class EnvironmentFactory(factory.django.DjangoModelFactory[Environment]):
    """A test system whose access lies in the client's password safe."""

    class Meta:
        model = Environment

    engagement = factory.SubFactory(EngagementFactory)
    name = factory.Sequence(lambda n: f"测试环境{n}")
    purpose = "UAT"
    address = "10.0.0.3:8443"
    access_kept = "客户信息部 KeePass"
    contact = "信息部张工"


class ChecklistItemFactory(factory.django.DjangoModelFactory[ChecklistItem]):
    """Something to check before the first day on site."""

    class Meta:
        model = ChecklistItem

    engagement = factory.SubFactory(EngagementFactory)
    moment = ChecklistItem.Moment.BEFORE
    text = factory.Sequence(lambda n: f"门禁卡已办理{n}")
