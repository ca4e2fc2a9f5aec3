"""What the tests of standing rules share: lessons, rules of each form, and engagements they may bind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engagements import gates
from engagements.models import Engagement, Lesson, Phase, RuleApplication, RuleVersion, SignOff, StandingRule
from engagements.models.engagement import CoreTask
from engagements.services import lifecycle, rules
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from tests.factories import ClientFactory, LessonFactory, MembershipFactory, UserFactory

LETTER = {
    "title": "权限确认书",
    "paragraphs": ["{client}就“{engagement}”确认："],
    "points": ["录入权限已开通", "审批权限已开通"],
}
DOCUMENT = {"title": "权限矩阵", "purpose": "核对角色", "kind": "other"}
LINE = {"text": "核对权限清单", "moment": "before"}
PLAN = {
    "title": "权限缺失应急", "emergency": "permission", "trigger": "上线当天缺权限", "minutes": 15,
    "steps": ["联系管理员", "临时授权"], "fallback": "代办",
}  # fmt: skip
CONTENT: dict[str, dict[str, Any]] = {"sign_off": LETTER, "document": DOCUMENT, "checklist": LINE, "plan": PLAN}


def bank_lesson() -> Lesson:
    """What a bank's CRM taught."""
    lesson: Lesson = LessonFactory(
        engagement__client=ClientFactory(industry="banking"),
        engagement__name="客户关系管理上线",
        title="权限要提前确认",
    )
    return lesson


def fields_of(form: str = "sign_off", **given: Any) -> dict[str, Any]:
    """Return a version's fields: for banks, before execution."""
    return {
        "text": "进场前由客户确认每个角色的权限。", "form": form, "content": CONTENT[form], "before_phase": "execution",
        "binds_all": False, "industries": ["banking"], "core_tasks": [], "modules": [], "clients": [],
    } | given  # fmt: skip


def promote(actor: User, lesson: Lesson | None = None, form: str = "sign_off", **given: Any) -> StandingRule:
    """Promote a lesson for banks unless told otherwise."""
    lesson = lesson or bank_lesson()
    title = given.pop("title", "进场前签署权限确认书")
    return rules.promote(actor=actor, lesson=lesson, title=title, **fields_of(form, **given))


def write_version(actor: User, rule: StandingRule, form: str = "sign_off", **given: Any) -> RuleVersion:
    rule.refresh_from_db()
    return rules.write_version(
        actor=actor, rule=rule, based_on=rule.version, note="措辞更明确", **fields_of(form, **given)
    )


def begin(actor: User, industry: str = "banking", **fields: Any) -> Engagement:
    """Create an engagement of a new client, by the service."""
    client = fields.pop("client", None) or ClientFactory(industry=industry)
    today = Engagement().today()
    given = {
        "name": f"{industry}上线", "site": "总部", "core_task": CoreTask.GO_LIVE, "start_on": today,
        "agreed_go_live_on": today + timedelta(days=60),
    }  # fmt: skip
    return lifecycle.create_engagement(actor=actor, client=client, **(given | fields))


def join(engagement: Engagement, part: Part, role: Role = Role.CLIENT) -> User:
    """Bring a new person in."""
    user: User = UserFactory(role=role)
    MembershipFactory(engagement=engagement, user=user, part=part)
    return user


def fresh(engagement: Engagement) -> Engagement:
    return Engagement.objects.unscoped().select_related("client").get(pk=engagement.pk)


def obstacles(engagement: Engagement, phase: Phase = Phase.EXECUTION) -> list[str]:
    """Return the codes of the standing rules' obstacles before this phase that block."""
    standing = gates.standing_before(fresh(engagement), phase)
    return [found.obstacle.code for found in standing if found.blocks and found.obstacle.code.startswith("rule.")]


def application_of(engagement: Engagement) -> RuleApplication:
    return RuleApplication.objects.unscoped().with_made().get(engagement=engagement)


def letter_in(engagement: Engagement) -> SignOff:
    """Return the letter that waits for its signature, or has it."""
    return SignOff.objects.unscoped().current().get(engagement=engagement, kind=SignOff.Kind.RULE)
