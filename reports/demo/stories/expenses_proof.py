"""The group's proof: a short one, from the rehearsal to the hand-over."""

from __future__ import annotations

from datetime import time

from reports.demo.proof import Access, HandedOver, Lent, Proof, Run, Sheet, Support

PROOF = Proof(
    sheet=Sheet(22, "报销库与凭证接口全备份，财务共享中心核对笔数", "数字化部 邓晓东 010-5553 7201", night_of=25),
    runs=(Run(23, time(13, 0), "按计划走完，无回退", over={6: -15}),),
    handed_over=HandedOver(
        27,
        "数字化部应用运维组",
        "工作日 9:00–18:00",
        "月结前两天不做参数变更。",
        "deng",
        contacts=(Support("孙一凡", "应用问题一线支持", "138-0512-3302", "工作日 9:00–18:00"),),
        lent=(Lent(Access.ACCOUNT, "测试账号 6 个", (27, "数字化部 邓晓东")),),
        met=("运维组独立完成一次月结支持",),
    ),
)
