"""What the gates demand before execution, before the review and before the end, put there cheaply: rows, and documents that
were issued without being printed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from engagements.models import Baseline, ContingencyPlan, Engagement, Function, Module, Question
from engagements.preparedness import EMERGENCIES
from onsite.accounts.models import User
from reports.models import Document, DocumentKind
from tests.factories import HandOverFactory, LessonFactory, ReturnedAccessFactory, SurveyFactory, go_decision_of


def make_ready_for_execution(engagement: Engagement, lead: User) -> None:
    """Everything but a lead, the plan, and agreed goals: an analysed function, three contingency plans, an issued manual,
    and a baseline where none was kept (signatures that are waived leave none)."""
    make_function(engagement)
    for emergency in EMERGENCIES:
        make_contingency_plan(engagement, lead, emergency)
    make_manual(engagement, lead)
    if engagement.stages.exists() and not engagement.baselines.exists():
        Baseline.objects.create(engagement=engagement, number=1, reason="已约定")


def make_ready_for_review(engagement: Engagement) -> None:
    """Everything but the go-live day and solved problems: the client's signed Go for today, and a day for the hand-over."""
    go_decision_of(engagement, go_live_on=engagement.today())
    HandOverFactory(engagement=engagement, planned_on=engagement.today())


def make_ready_for_closing(engagement: Engagement) -> None:
    """Everything that the closing asks: an issued report, a survey that was asked, a lesson, and an account given back."""
    author = engagement.created_by
    make_manual(engagement, author, kind=DocumentKind.CLOSING_REPORT, pdf="r.pdf", pdf_hash="0" * 64)
    SurveyFactory(engagement=engagement, created_by=author)
    LessonFactory(engagement=engagement, written_by=author)
    ReturnedAccessFactory(engagement=engagement, returned_on=engagement.today(), received_by="信息科")


def make_function(engagement: Engagement, *, name: str = "周计划排产", **fields: Any) -> Function:
    """A function of daily use, fully analysed unless told otherwise."""
    module, _created = Module.objects.unscoped().get_or_create(engagement=engagement, parent=None, name="生产计划")
    answers = {question.value: "已确认" for question in Question}
    return Function.objects.create(
        engagement=engagement, module=module, name=name, **({"frequency": "daily"} | answers | fields)
    )


def make_contingency_plan(engagement: Engagement, owner: User, emergency: str, **fields: Any) -> ContingencyPlan:
    """A plan that is ready; owned by the lead where `owner` is not in the engagement, as a manager need not be."""
    here = engagement.memberships.unscoped().active()
    if not here.filter(user=owner).exists() and (lead := here.filter(part="lead").select_related("user").first()):
        owner = lead.user
    given = {
        "title": f"应急：{emergency}", "trigger": "系统无法访问", "respond_within_minutes": 15,
        "steps": ["确认范围", "切换线路"], "owner": owner, "escalation": "陈镕 0512-5550 8301",
    }  # fmt: skip
    return ContingencyPlan.objects.create(engagement=engagement, emergency=emergency, **(given | fields))


def make_manual(engagement: Engagement, issuer: User, **fields: Any) -> Document:
    """A frozen manual, or another document; nothing is printed."""
    given = {"kind": DocumentKind.FIELD_MANUAL, "version": 1, "language": "zh-hans", "snapshot": {}} | fields
    return Document.objects.create(
        engagement=engagement, snapshot_hash="0" * 64, issued_by=issuer, issued_at=timezone.now(), **given
    )
