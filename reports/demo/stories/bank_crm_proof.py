"""The bank's proof: everything on paper, two rounds where permissions were not confirmed, a cutover with its rehearsals."""

from __future__ import annotations

from datetime import time

from reports.demo.proof import (
    Access,
    Count,
    Group,
    HandedOver,
    Lent,
    Load,
    MovedData,
    Promise,
    Proof,
    Result,
    RoleOf,
    RolledOut,
    Run,
    Sheet,
    Support,
    Trial,
)
from standups.data.mapping import Field

_STAGE = "46 家支行"
_ADMIN, _MANAGER = "总行权限管理员", "支行客户经理"

PROOF = Proof(
    data=(
        MovedData(
            "零售客户",
            "核心系统、网银、信用卡三个来源",
            "CRM · customer",
            "零售业务部",
            (
                Load(
                    16,
                    "生产环境（未开放）",
                    (
                        Count("客户数", 386_412, 384_506, "疑似重复 1,906 组经支行人工确认后合并"),
                        Count("证件号码校验通过", 384_506, 384_506),
                    ),
                    fields=(
                        Field("CERT_NO", "id_number", "15 位升 18 位"),
                        Field("MOBILE", "mobile", "三个来源取最近更新的一个"),
                    ),
                    sample=500,
                    wrong=0,
                    checked="零售业务部 潘越",
                    signed_by="xu",
                ),
            ),
        ),
    ),
    rollout=RolledOut(
        on=11,
        roles=(
            RoleOf(_ADMIN, Group.ADMINISTRATOR, 2, ((11, 2),), "权限配置上机考核"),
            RoleOf(_MANAGER, Group.CORE, 246, ((23, 117), (24, 129)), "情景考核 80 分以上"),
        ),
        stages=(_STAGE,),
        modules=("权限管理", "客户经营"),
        trials=(
            Trial(12, "权限管理", _ADMIN, _STAGE, ("pan",), "验收环境 2.1", signed_by="xu"),
            Trial(13, "客户经营", _ADMIN, _STAGE, ("pan",), "验收环境 2.1", signed_by="xu"),
            Trial(
                20, "权限管理", _MANAGER, _STAGE, ("pan",), "验收环境 2.2", Result.REJECTED,
                "支行客户经理能看到其他支行的客户", "xu", failed={1: "在客户视图里查到了其他支行的客户"},
                override="培训需要真实账号，先开放给参训的 12 人",
            ),
            Trial(
                22, "权限管理", _MANAGER, _STAGE, ("pan",), "验收环境 2.3", Result.CONDITIONAL, "", "xu",
                promises=(
                    Promise("《权限确认书》归档到合规部", "零售业务部", 1, "", (24, "合规部收件回执第 118 号")),
                ),
                override="",
            ),
            Trial(
                24, "客户经营", _MANAGER, _STAGE, ("pan",), "验收环境 2.3", Result.CONDITIONAL, "", "xu",
                promises=(Promise("商机登记页两个必填项改为自动带出", "郑楠", 12, "zheng"),),
            ),
        ),
    ),
    sheet=Sheet(23, "三个来源系统快照与 CRM 全量备份，金融科技部核对校验值", "金融科技部 许蔓 021-5552 5160", night_of=27),
    runs=(
        Run(25, time(9, 30), "备份比计划慢 25 分钟；增量导入回退一次后重导成功，回退演练 40 分钟完成", over={6: 25, 10: 12, 14: -10},
            back={9: "增量文件少一家支行，恢复后重导"}),
        Run(27, time(20, 0), "6 点前对外开放，早班第一笔商机 8:41 登记", is_real=True, over={6: 10, 16: -8},
            back={13: "网银接口地址写错，改回后重切"}),
    ),
    handed_over=HandedOver(
        29,
        "金融科技部运行中心",
        "工作日 8:30–17:30；切换后一个月内 7×24 值守",
        "夜间批处理失败先重跑一次，再联系一线支持。",
        "xu",
        contacts=(
            Support("郑楠", "应用问题一线支持", "138-0021-5501", "工作日 8:30–17:30"),
            Support("明远软件值守电话", "夜间与节假日", "021-5553 0000", "7×24"),
        ),
        lent=(
            Lent(Access.REMOTE, "堡垒机账号 2 个", (29, "金融科技部 许蔓")),
            Lent(Access.CARD, "总行大厦门禁卡 2 张"),
        ),
        met=("运行中心按运行手册独立处理了 2 起工单",),
    ),
)  # fmt: skip
