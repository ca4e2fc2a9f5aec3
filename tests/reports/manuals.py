"""A whole field manual for tests: every chapter has something to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from reports.documents.field_manual import FieldManual
from reports.documents.manual_parts import (
    Checklist,
    ContingencyCard,
    Environment,
    FunctionEntry,
    ModuleEntry,
    Person,
    RolloutStep,
)
from tests.reports.test_documents import field_manual

SCHEDULE = FunctionEntry(
    name="周计划排产",
    who="计划科排产员",
    what="按销售订单与库存排出下周各车间的工单",
    when="每周四 14:00 前",
    where="计划科办公室",
    why="车间按计划备料，减少换线",
    how="导出订单，在系统中运行排程，人工调整后发布",
    rules="加急订单由生产副总经理批准。\n超出月度预算 5% 的采购由财务总监批准。",
    risk="high",
    priority="must",
    frequency="daily",
    signed_off_by="计划科科长",
)
REPORT_WORK = FunctionEntry(name="工单报工", priority="should", frequency="weekly")
NETWORK = ContingencyCard(
    title="网络中断",
    trigger="项目室或车间无法访问系统超过 5 分钟",
    respond_within_minutes=15,
    steps=("确认影响范围", "切换到备用线路", "通知客户信息部", "记录恢复时间"),
    owner=Person(name="李喆", phone="138 0000 1111"),
    deputy=Person(name="孙一凡", phone="138 0000 2222"),
    escalation="陈镕 0512-5550 8301",
    fallback="改用纸质工单，恢复后补录",
    rehearsed_on=date(2026, 11, 10),
    rehearsal_result="12 分钟恢复",
)
PERMISSION = replace(NETWORK, title="权限异常", owner=None, deputy=None, rehearsed_on=None, fallback="")


def whole_manual(**changes: Any) -> FieldManual:
    """The manual of `test_documents` with the chapters that came later."""
    added: dict[str, Any] = {
        "modules": (ModuleEntry(name="生产 › 计划", functions=(SCHEDULE, REPORT_WORK)),),
        "rollout": (
            RolloutStep(function="周计划排产", module="计划", frequency="daily", priority="must", risk="high"),
            RolloutStep(function="工单报工", module="计划", frequency="weekly", priority="should", risk="none"),
        ),
        "contingency": (NETWORK, PERMISSION),
        "environments": (
            Environment(
                name="正式环境",
                purpose="上线后使用",
                address="10.20.0.5",
                access_kept="信息部密码箱，编号 07",
                contact="信息部值班室",
            ),
        ),
        "checklists": (
            Checklist(moment="before", lines=("门禁卡已办理", "测试账号已开通")),
            Checklist(moment="go_live", lines=("备份已核对",)),
        ),
    }
    return field_manual(**(added | changes))
