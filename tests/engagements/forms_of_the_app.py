"""Every form of the engagements' pages with a body that is right, for the tests that make it wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse

from engagements.models import Engagement, Objective, ScopeItem, SignOff, Stage
from tests.engagements.conftest import a_scan

Body = dict[str, Any]


@dataclass(frozen=True)
class Post:
    """Where a form is posted, and a body that is right; `who` names the fixture of a person who may."""

    name: str
    body: Callable[[Engagement], Body]
    who: str = "manager"
    args: Callable[[Engagement], list[Any]] = lambda engagement: [engagement.pk]

    def url(self, engagement: Engagement) -> str:
        return reverse(f"engagements:{self.name}", args=self.args(engagement))


def _days(engagement: Engagement) -> Body:
    return {"start_on": str(engagement.start_on), "agreed_go_live_on": str(engagement.agreed_go_live_on)}


def _engagement(engagement: Engagement) -> Body:
    return _days(engagement) | {
        "name": "信贷审批流程优化", "core_task": "improve", "purpose": "压缩审批时间", "site": "江海银行",
        "time_zone": "Asia/Shanghai", "calendar": "CN", "language": "zh-hans", "stand_up_at": "09:00",
        "stand_up_weekdays": ["1", "3"], "stand_up_in_writing": "on", "signs_on_paper": "on",
        "file_quota_mb": "2048",
    }  # fmt: skip


def _objective(engagement: Engagement) -> Body:
    return {
        "title": "退回率", "metric": "退回补件率", "unit": "%", "baseline": "28", "target": "10", "direction": "down",
        "due_on": str(engagement.agreed_go_live_on), "how_measured": "抽取 100 笔",
    }  # fmt: skip


def _paper(engagement: Engagement) -> Body:
    return {
        "part": "client_pm", "signer_name": "陈镕", "signed_on": str(engagement.today()),
        "code": SignOff.objects.unscoped().get(engagement=engagement).code, "scan": a_scan(),
    }  # fmt: skip


def _row(model: Any) -> Callable[[Engagement], list[Any]]:
    return lambda engagement: [engagement.pk, model.objects.unscoped().filter(engagement=engagement).first().pk]


POSTS = [
    Post("client_create", lambda e: {"name": "江海银行", "short_name": "江海", "industry": "banking"}, args=lambda e: []),
    Post("client_edit", lambda e: {"name": "江海银行", "short_name": "江海", "industry": "banking"},
         args=lambda e: [e.client_id]),
    Post("create", lambda e: _engagement(e) | {"client": e.client_id}, args=lambda e: []),
    Post("edit", _engagement),
    Post("objective_create", _objective, "engineer"),
    Post("objective_edit", _objective, "engineer", _row(Objective)),
    Post("reading_create", lambda e: {"measured_on": str(e.today()), "value": "12.5", "evidence": "计时表"}, "engineer",
         _row(Objective)),
    Post("scope_create", lambda e: {"is_included": "out", "text": "个人贷款", "reason": "另立项目"}, "engineer"),
    Post("scope_edit", lambda e: {"is_included": "in", "text": "个人贷款", "reason": "已商定"}, "engineer", _row(ScopeItem)),
    Post("stage_edit", lambda e: {"start_on": str(e.start_on), "finish_on": str(e.start_on), "percent": "50", "note": "已开始"},
         "engineer", _row(Stage)),
    Post("paper_register", _paper, "engineer", _row(SignOff)),
    Post("waive", lambda e: {"reason": "签署流程进行中", "due_on": str(e.today() + timedelta(days=14))},
         args=lambda e: [e.pk, "goals.signed.client_pm"]),
    Post("colleague_add", lambda e: {"user": e.created_by_id, "part": "trainer"}),
    Post("client_person_invite", lambda e: {"name": "许蔓", "title": "经理", "part": "key_user",
                                            "email": "xu.man@jianghai.example", "phone": "5160"}),
    Post("go_live", lambda e: {"on": str(e.today())}),
]  # fmt: skip
BY_NAME = {post.name: post for post in POSTS}
