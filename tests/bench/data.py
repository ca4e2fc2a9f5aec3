"""An engagement as it looks after some weeks on site: plan, goals, people, stand-ups and problems."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from engagements.models import ChecklistItem, Engagement, Environment, Question
from engagements.models.engagement import Phase
from engagements.preparedness import EMERGENCIES
from engagements.services.plan import lay_out_plan
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from standups.models import Section
from tests.factories import (
    EngagementFactory,
    LineFactory,
    MembershipFactory,
    ObjectiveFactory,
    ProblemFactory,
    ScopeItemFactory,
    StandUpFactory,
    UserFactory,
)
from tests.ready import make_contingency_plan, make_function

LINES_A_DAY = 8
FUNCTIONS = 30
CHECKS = 12


class Lived(NamedTuple):
    """An engagement, and one person of each side."""

    engagement: Engagement
    lead: User
    client_pm: User


def live_through(*, days: int) -> Lived:
    """Create an engagement in execution with `days` published stand-ups and as many open problems."""
    engagement = EngagementFactory(phase=Phase.EXECUTION)
    lead = _member(engagement, Part.LEAD, Role.ENGINEER)
    client_pm = _member(engagement, Part.CLIENT_PM, Role.CLIENT)
    _member(engagement, Part.BUSINESS_OWNER, Role.CLIENT)
    for _number in range(4):
        ObjectiveFactory(engagement=engagement)
        ScopeItemFactory(engagement=engagement)
    lay_out_plan(actor=lead, engagement=engagement)
    for ago in range(days):
        _day(engagement, lead, engagement.today() - timedelta(days=ago))
    return Lived(engagement, lead, client_pm)


def prepare(lived: Lived) -> None:
    """Add what makes a field manual of some twenty pages: functions with their rules, cards, environments, lists."""
    answer = "计划科排产员按销售订单与库存排出下周各车间的工单，周四十四时前发布，冻结期内的变更由生产副总经理批准。"
    for number in range(FUNCTIONS):
        make_function(
            lived.engagement, name=f"功能{number}", rules=answer * 2, **dict.fromkeys(Question.values, answer)
        )
    for emergency in EMERGENCIES:
        make_contingency_plan(lived.engagement, lived.lead, emergency)
    for number in range(CHECKS):
        ChecklistItem.objects.create(engagement=lived.engagement, moment="daily", text=f"检查{number}")
        Environment.objects.create(engagement=lived.engagement, name=f"环境{number}", access_kept="信息部密码箱")


def _member(engagement: Engagement, part: Part, role: Role) -> User:
    user = UserFactory(role=role)
    MembershipFactory(engagement=engagement, user=user, part=part)
    return user


def _day(engagement: Engagement, lead: User, day: date) -> None:
    stand_up = StandUpFactory(engagement=engagement, held_on=day, created_by=lead)
    sections = list(Section)
    for number in range(LINES_A_DAY):
        section = sections[number % len(sections)]
        LineFactory(stand_up=stand_up, section=section, is_internal=number % 4 == 3)
    ProblemFactory(engagement=engagement, raised_on=day, raised_by=lead)
