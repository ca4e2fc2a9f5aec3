"""The manufacturer's proof: work orders loaded twice, and the first cells of the matrix in acceptance."""

from __future__ import annotations

from reports.demo.proof import (
    Count,
    Group,
    Load,
    MovedData,
    Promise,
    Proof,
    Result,
    RoleOf,
    RolledOut,
    Sheet,
    Trial,
)
from standups.data.mapping import Field

_PILOT = "试点：二号厂房"
_ADMIN, _PLANNER, _LEADER = "系统管理员", "计划科排产员", "车间班组长"

PROOF = Proof(
    data=(
        MovedData(
            "生产工单",
            "旧排产系统 · WO_HEAD",
            "ERP · work_order",
            "计划科",
            (
                Load(
                    8,
                    "测试环境",
                    (
                        Count("工单总数", 2184, 2184),
                        Count("状态为“已关闭”的工单", 1630, 0, "状态 40 误映射为“暂停”，整批回退"),
                    ),
                    fields=(
                        Field("WO_NO", "order_no", "原样"),
                        Field("WO_STAT", "status", "10/20/40 → 下达/开工/暂停"),
                        Field("DUE_DT", "due_date", "原样"),
                    ),
                    sample=100,
                    wrong=74,
                    checked="计划科 吴晓燕",
                    explanation="状态字段映射错误，整批回退",
                ),
                Load(
                    12,
                    "测试环境",
                    (
                        Count("工单总数", 2184, 2181, "源系统 3 条重复工单已删除，计划科签认"),
                        Count("状态为“已关闭”的工单", 1630, 1630),
                        Count("计划数量合计", 418_260, 418_260, unit="件", is_sum=True),
                    ),
                    fields=(
                        Field("WO_NO", "order_no", "原样，唯一校验"),
                        Field("WO_STAT", "status", "10/20/40 → 下达/开工/关闭"),
                        Field("DUE_DT", "due_date", "原样"),
                    ),
                    reason="工单状态 40 应为“关闭”",
                    sample=100,
                    wrong=0,
                    checked="计划科 吴晓燕",
                    signed_by="chen",
                ),
            ),
        ),
    ),
    rollout=RolledOut(
        on=11,
        roles=(
            RoleOf(_ADMIN, Group.ADMINISTRATOR, 2, ((11, 2),), "现场带教，独立完成一次账号开通"),
            RoleOf(_PLANNER, Group.CORE, 5),
            RoleOf(_LEADER, Group.ORDINARY, 22),
        ),
        stages=(_PILOT, "推广：全部车间"),
        modules=("主数据", "生产计划", "车间执行"),
        trials=(
            Trial(12, "主数据", _ADMIN, _PILOT, ("wu",), "测试环境 1.4.2", signed_by="wu"),
            Trial(
                12, "生产计划", _ADMIN, _PILOT, ("wu",), "测试环境 1.4.2", Result.REJECTED,
                "工厂日历缺夜班，排产结果不可用", "chen", failed={1: "夜班工单排到了白班"},
            ),
            Trial(
                13, "生产计划", _ADMIN, _PILOT, ("wu",), "测试环境 1.4.3", Result.CONDITIONAL, "", "chen",
                promises=(
                    Promise("单次排产耗时降到 30 分钟以内，由计划科复测三次", "李喆", 6, "li"),
                    Promise("夜班日历补到年底", "孙一凡", 2, "sun", (14, "日历已补到 12 月 31 日，吴晓燕截图确认")),
                ),
            ),
            Trial(
                13, "主数据", _PLANNER, _PILOT, ("wu", "yoshida"), "测试环境 1.4.3", signed_by="wu",
                override="5 名排产员中 3 名已考核合格，先由他们试跑；其余 2 名在第 16 个工作日补训",
            ),
            Trial(
                14, "生产计划", _PLANNER, _PILOT, ("wu",), "测试环境 1.4.3", left=3,
                override="排产员先用实际计划试跑，系统管理员部分的遗留条件不影响试跑",
            ),
        ),
    ),
    sheet=Sheet(13, "应用与数据库全备份到异机，信息部值班员当晚恢复验证", "信息部主任 陈镕 0512-5550 8301"),
)  # fmt: skip
