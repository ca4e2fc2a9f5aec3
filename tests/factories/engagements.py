"""Clients, engagements and the people in them."""

from __future__ import annotations

from datetime import date, timedelta

import factory
from django.utils import timezone

from engagements.models import Client, Engagement, Membership, Objective, ScopeItem
from onsite.accounts.roles import Part, Role
from tests.factories.accounts import UserFactory


def _today() -> date:
    return timezone.localdate()


class ClientFactory(factory.django.DjangoModelFactory[Client]):
    """A manufacturer."""

    class Meta:
        model = Client

    name = factory.Sequence(lambda n: f"华东机械集团{n}")
    short_name = factory.Sequence(lambda n: f"华东机械{n}")
    industry = "manufacturing"


class EngagementFactory(factory.django.DjangoModelFactory[Engagement]):
    """An engagement in preparation that began two weeks ago; no stages (see `services.plan.lay_out_plan`)."""

    class Meta:
        model = Engagement

    client = factory.SubFactory(ClientFactory)
    name = factory.Sequence(lambda n: f"生产计划模块上线{n}")
    purpose = "生产计划模块稳定运行"
    site = "苏州工厂"
    start_on = factory.LazyFunction(lambda: _today() - timedelta(days=14))
    agreed_go_live_on = factory.LazyFunction(lambda: _today() + timedelta(days=28))
    created_by = factory.SubFactory(UserFactory, role=Role.MANAGER)


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """An on-site engineer of the engagement."""

    class Meta:
        model = Membership

    engagement = factory.SubFactory(EngagementFactory)
    user = factory.SubFactory(UserFactory)
    part = Part.ENGINEER


class ObjectiveFactory(factory.django.DjangoModelFactory[Objective]):
    """The article's second goal: five operators trained."""

    class Meta:
        model = Objective

    engagement = factory.SubFactory(EngagementFactory)
    title = factory.Sequence(lambda n: f"内部操作员培训合格{n}")
    metric = "合格人数"
    unit = "人"
    baseline = 0
    target = 5
    due_on = factory.LazyFunction(lambda: _today() + timedelta(days=28))


class ScopeItemFactory(factory.django.DjangoModelFactory[ScopeItem]):
    """Something in scope."""

    class Meta:
        model = ScopeItem

    engagement = factory.SubFactory(EngagementFactory)
    text = factory.Sequence(lambda n: f"生产计划模块{n}")
