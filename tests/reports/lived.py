"""An engagement that was lived through and went live, with internal rows between the shared ones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from engagements.models import Engagement, FollowUpVisit, Phase, Reading, Waiver
from engagements.services import plan, signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from standups.models import Party, ProblemAnswer, Section, Severity
from tests.factories import (
    ClientFactory,
    EngagementFactory,
    LineFactory,
    MembershipFactory,
    ObjectiveFactory,
    ProblemFactory,
    ScopeItemFactory,
    StandUpFactory,
    UserFactory,
)
from tests.factories.accounts import PASSWORD
from tests.world import CANARY_INTERNAL

FIRST_ON, AGREED_ON, LIVE_ON = date(2026, 9, 7), date(2026, 10, 14), date(2026, 10, 16)
MARK = CANARY_INTERNAL


def lived_through() -> Engagement:
    """In review: signed, planned, moved, live two days late; some objectives met, some not, one not measured.

    Every text a client must not read is MARK. Its lead is "李喆", its client PM "陈镕", its manager "王海明".
    """
    manager = UserFactory(role=Role.MANAGER, name="王海明")
    engagement: Engagement = EngagementFactory(
        client=ClientFactory(name="江海银行", short_name="江海"), name="CRM 上线", created_by=manager, calendar="WEEK",
        start_on=FIRST_ON, agreed_go_live_on=AGREED_ON, phase=Phase.EXECUTION,
    )  # fmt: skip
    lead = _member(engagement, Part.LEAD, Role.ENGINEER, "李喆")
    pm = _member(engagement, Part.CLIENT_PM, Role.CLIENT, "陈镕")
    MembershipFactory(engagement=engagement, user=pm, part=Part.BUSINESS_OWNER)
    plan.lay_out_plan(actor=lead, engagement=engagement)
    _agree(engagement, lead, pm)
    _measure(engagement, lead)
    _hold_stand_ups(engagement, lead)
    _meet_problems(engagement, lead)
    engagement.stages.update(percent=100)
    engagement.stages.filter(kind="migration").update(note="状态字段映射错误，重新导入")
    engagement.stages.filter(kind="go_live").update(finish_on=LIVE_ON)
    for kind, due_on in (("1m", date(2026, 11, 16)), ("3m", date(2027, 1, 18))):
        FollowUpVisit.objects.create(engagement=engagement, kind=kind, revision=1, anchor_on=LIVE_ON, due_on=due_on)
    Waiver.objects.create(
        engagement=engagement, before_phase="execution", obstacle="goals.signed.client_pm", obstacle_text=MARK,
        reason=MARK, due_on=AGREED_ON, granted_by=manager,
    )  # fmt: skip
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.REVIEW, go_live_on=LIVE_ON)
    return Engagement.objects.unscoped().select_related("client", "created_by").get(pk=engagement.pk)


def person_of(engagement: Engagement, part: Part) -> User:
    return engagement.memberships.unscoped().select_related("user").get(part=part).user


def _member(engagement: Engagement, part: Part, role: Role, name: str) -> User:
    user: User = UserFactory(role=role, name=name)
    MembershipFactory(engagement=engagement, user=user, part=part)
    return user


def _agree(engagement: Engagement, lead: User, pm: User) -> None:
    for title, target, direction in (
        ("响应时间", 2, "down"),
        ("培训合格", 20, "up"),
        ("零错配", 0, "reach"),
        ("满意", 9, "up"),
    ):
        ObjectiveFactory(
            engagement=engagement, title=title, target=target, direction=direction, baseline=10, unit="点"
        )
    ScopeItemFactory(engagement=engagement, text="客户视图")
    ScopeItemFactory(engagement=engagement, text="信贷审批", is_included=False, reason="第二期")
    text = signing.freeze_goals(actor=lead, engagement=engagement)
    signing.sign_on_screen(actor=pm, sign_off=text, text_hash=text.text_hash, proof=PASSWORD)


def _measure(engagement: Engagement, lead: User) -> None:
    readings = {"响应时间": [8, 3, 1], "培训合格": [21, 17], "零错配": [4, 0]}
    for title, values in readings.items():
        objective = engagement.objectives.unscoped().get(title=title)
        for number, value in enumerate(values):
            Reading.objects.create(
                objective=objective, measured_on=LIVE_ON + timedelta(days=number), value=value, evidence=f"报告 {value}",
                recorded_by=lead,
            )  # fmt: skip


def _hold_stand_ups(engagement: Engagement, lead: User) -> None:
    for number in range(20):
        day = FIRST_ON + timedelta(days=number)
        minutes: Any = {"minutes": 10 + number % 7} if number % 3 else {"minutes": None, "in_writing": True}
        if day.isoweekday() > 5 and number != 6:  # one Sunday was worked
            continue
        stand_up = StandUpFactory(engagement=engagement, held_on=day, created_by=lead, **minutes)
        for section in Section:
            LineFactory(stand_up=stand_up, section=section, text=MARK, is_internal=True)
    draft = StandUpFactory(
        engagement=engagement, held_on=FIRST_ON + timedelta(days=30), published_at=None, minutes=200
    )
    LineFactory(stand_up=draft, text=MARK)


def _meet_problems(engagement: Engagement, lead: User) -> None:
    story = {
        "symptom": "试运行第一天无法提交审批",
        "cause": "权限没有事先确认",
        "fix": "当日补齐",
        "prevention": "签署《权限确认书》",
    }
    here = {"engagement": engagement, "raised_by": lead}
    key = ProblemFactory(
        **here, title="缺少审批权限", is_key=True, raised_on=FIRST_ON, solved_on=FIRST_ON + timedelta(days=1), **story
    )
    ProblemFactory(
        **here, title="报表超时", raised_on=FIRST_ON + timedelta(days=2), owner_role="驻场工程师", due_on=LIVE_ON
    )
    ProblemFactory(**here, title="历史标签", raised_on=FIRST_ON + timedelta(days=3), next_step_with=Party.CLIENT)
    secret = {name: MARK for name in ("title", "symptom", "cause", "fix", "prevention", "owner_role")}
    ProblemFactory(**here, **secret, is_key=True, is_internal=True, raised_on=FIRST_ON, severity=Severity.CRITICAL)
    day = engagement.stand_ups.unscoped().filter(published_at__isnull=False).first()
    assert day is not None
    ProblemAnswer.objects.create(stand_up=day, problem=key, note=MARK, author=lead, is_internal=True)
