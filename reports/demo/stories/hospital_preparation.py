"""The hospital's world: patients, their import with its field mapping, and what must not stop at eight in the morning."""

from __future__ import annotations

from engagements.models import ChangeRequest, ChecklistItem, DocumentRequest, Emergency, StageKind
from reports.demo.preparation import (
    Area,
    Asked,
    Check,
    Does,
    Fitted,
    Frequency,
    Place,
    Preparation,
    Priority,
    Risk,
    Wish,
)

_CALLS = "信息科主任 周㛃 0512-5551 6012"

PREPARATION = Preparation(
    on=-9,
    areas=(
        Area(
            "患者信息",
            (
                Does(
                    "患者信息导入",
                    who="信息科数据管理员 2 人",
                    what="把旧系统 41 万条患者主索引导入新系统，逐批核对",
                    when="迁移期每天 20:00 至次日 5:00",
                    where="信息科机房",
                    why="错一条过敏史就可能伤人",
                    how="按字段映射表转换，先导入影子库比对，再切换",
                    rules="字段映射：旧 ALG_FLAG（0/1/9）→ 过敏史（无/有/未知），9 不得并入“无”。\n"
                    "旧 ID_TYPE 03 → 护照；证件号重复的先合并再导入。\n每批抽查 500 条，不一致超过 1 条即整批回退。",
                    pain_points="旧系统字段没有说明书",
                    risk=Risk.HIGH,
                    risk_reason="个人信息保护与医疗安全",
                    signed_off_by="信息科主任 周㛃",
                    serves=(0,),
                ),
                Does(
                    "患者主索引合并",
                    who="病案室 3 人",
                    what="确认疑似同一人的档案并合并",
                    when="每天上午",
                    where="病案室",
                    why="一人多档会漏看病史",
                    how="系统给出相似度，人工确认后合并，可撤销",
                    rules="合并须两人确认，30 天内可撤销。",
                    risk=Risk.HIGH,
                    risk_reason="合并错误会混淆病史",
                    signed_off_by="病案室主任",
                    serves=(0,),
                ),
            ),
        ),
        Area(
            "门诊",
            (
                Does(
                    "挂号与分诊",
                    who="挂号员 14 人、分诊护士 9 人",
                    what="建档、挂号、分诊叫号",
                    when="每天 7:00 至 17:30，8:00 至 10:00 最忙",
                    where="门诊楼一至四层",
                    why="高峰期每慢 10 秒，队伍多 40 人",
                    how="刷医保码，选科室医生，打印或推送号条",
                    rules="急诊与老年人优先号源保留 10%。",
                    signed_off_by="门诊护士长 杜文娟",
                    serves=(1,),
                ),
                Does(
                    "门诊医嘱与处方",
                    who="门诊医生 126 人",
                    what="开医嘱、处方、检查申请",
                    when="门诊时间",
                    where="各诊室",
                    why="处方不通过审核不能发药",
                    how="录入后系统审方，高警示药二次确认",
                    rules="抗菌药物按医师级别授权。\n麻精药品须双签。",
                    risk=Risk.HIGH,
                    risk_reason="处方权限受监管",
                    signed_off_by="医务科科长",
                ),
                Does(
                    "门诊报表",
                    who="门诊办公室",
                    when="每月 5 日前",
                    priority=Priority.COULD,
                    frequency=Frequency.MONTHLY,
                ),
            ),
        ),
        Area(
            "收费与医保",
            (
                Does(
                    "医保结算",
                    who="收费员 18 人",
                    what="结算、退费、对账",
                    when="每天，日终 18:00 对账",
                    where="收费处",
                    why="结算失败患者离不开医院",
                    how="调用医保接口，失败转自费挂账",
                    rules="当日对账差异须当日查清，不得跨日。",
                    risk=Risk.HIGH,
                    risk_reason="医保基金监管",
                    signed_off_by="财务科科长",
                ),
            ),
        ),
    ),
    fitted=(
        Fitted(Emergency.NETWORK, "kun", "he", _CALLS, -2, "启用应急挂号点，9 分钟恢复发号"),
        Fitted(Emergency.PERMISSION, "kun", "he", _CALLS),
        Fitted(Emergency.INTERFACE, "kun", "he", "医保中心值班 12393，抄送周㛃", -1, "转自费挂账流程走通"),
    ),
    asked=(
        Asked(
            "旧 HIS 数据字典",
            DocumentRequest.Kind.MANUAL,
            "编写字段映射表",
            -6,
            -7,
            -6,
            "过敏史取值 9 没有说明，已当面确认为“未知”",
        ),
        Asked("门诊高峰期排班表", DocumentRequest.Kind.DATA, "安排试运行班次", 5, 4),
        Asked("医保接口联调窗口通知", DocumentRequest.Kind.OTHER, "安排结算测试", 8),
    ),
    places=(
        Place("影子库", "导入后比对，不对外", "172.16.30.8", "信息科保密柜，借出登记", "信息科 周㛃"),
        Place("正式库", "门诊与住院使用", "172.16.30.2", "信息科与医务科各持一半", "信息科值班 6120"),
    ),
    checks=(Check(ChecklistItem.Moment.DAILY, "交班前确认昨夜导入批次已抽查并签字"),),
    wishes=(
        Wish(
            7,
            "分诊屏显示预计等候时间",
            "患者反复询问还要等多久",
            ChangeRequest.Origin.IDEA,
            "门诊护士长杜文娟",
            StageKind.TESTING,
            2,
            "需分诊屏厂家开放接口",
            idea="wait",
        ),
    ),
)
