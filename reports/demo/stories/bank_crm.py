"""A bank's CRM: live for three weeks, in review; its lesson: confirm permissions beforehand."""

from __future__ import annotations

from decimal import Decimal

from engagements.models import CoreTask, Direction, StageKind
from engagements.models.client import Industry
from onsite.accounts.roles import Part
from reports.demo.stories.bank_crm_days import DAYS
from reports.demo.stories.bank_crm_proof import PROOF
from reports.demo.stories.bank_crm_review import REVIEW
from reports.demo.stories.bank_crm_training import TRAINING
from reports.demo.stories.bank_preparation import CRM as PREPARATION
from reports.demo.story import Company, Freeze, Goal, Measured, Move, OnPaper, Paper, Scope, Seat, Story, WentLive
from reports.models import DocumentKind

BANK = Company("江海银行股份有限公司", "江海银行", Industry.BANKING)
_LATE = "等待《权限确认书》签署，普通客户经理的培训顺延 1 个工作日"

CRM = Story(
    company=BANK,
    name="零售 CRM 系统上线",
    core_task=CoreTask.GO_LIVE,
    purpose="把散落在三个系统和个人表格里的客户信息合到一处，让 46 家支行的客户经理每天都愿意用。",
    site="江海银行总行大厦 6 层零售业务部",
    known_from=-12,
    agreed_days=26,
    anchor=WentLive(27, days_ago=21),
    review_on=30,
    signs_on_paper=True,
    seats=(
        Seat("zheng", Part.LEAD, "138-0021-5501"),
        Seat("he", Part.TRAINER, "138-0512-4402"),
        Seat("xu", Part.CLIENT_PM, "021-5552 5160"),
        Seat("guo", Part.BUSINESS_OWNER, "021-5552 5008"),
        Seat("pan", Part.KEY_USER, "021-5552 5233"),
    ),
    regulars=("xu", "pan"),
    goals=(
        Goal(
            "客户信息重复率降到 0.5% 以下",
            "重复客户占比",
            "%",
            Decimal("6.8"),
            Decimal("0.5"),
            Direction.DOWN,
            "按证件号码与手机号比对全量客户",
        ),
        Goal(
            "客户经理周使用率不低于 90%",
            "每周登录并登记的客户经理占比",
            "%",
            Decimal(0),
            Decimal(90),
            Direction.UP,
            "由系统登录与登记日志统计",
            due_after=14,
        ),
        Goal(
            "登记一条商机不超过 3 分钟",
            "单条商机登记用时",
            "分钟",
            Decimal(12),
            Decimal(3),
            Direction.DOWN,
            "在三家支行各现场计时十次，取平均值",
            due_after=14,
        ),
    ),
    scope=(
        Scope("客户视图、商机管理、拜访登记、任务提醒"),
        Scope("三个来源系统的客户信息合并"),
        Scope("按总行、分行、支行三级配置数据权限"),
        Scope("理财产品推荐引擎", False, "依赖的数据平台尚未上线，列入二期"),
    ),
    freezes=(Freeze(-7, (OnPaper(-4, "xu", checked_by="wang"), OnPaper(-3, "guo", checked_by="wang"))),),
    preparation=PREPARATION,
    proof=PROOF,
    review=REVIEW,
    training=TRAINING,
    execution_on=0,
    moves=(
        Move(4, StageKind.ENVIRONMENT, 100),
        Move(7, StageKind.MIGRATION, 50),
        Move(10, StageKind.MIGRATION, 100),
        Move(14, StageKind.TESTING, 50),
        Move(18, StageKind.TESTING, 100),
        Move(20, StageKind.TRAINING, 30, finish=24, note=_LATE),
        Move(24, StageKind.TRAINING, 100, note=_LATE),
        Move(26, StageKind.GO_LIVE, 70),
        Move(27, StageKind.GO_LIVE, 100),
    ),
    days=DAYS,
    readings=(
        Measured(10, 0, Decimal("0.9"), "首次合并后比对全量 38.6 万名客户"),
        Measured(16, 0, Decimal("0.4"), "人工确认疑似重复 1,900 组后再次比对"),
        Measured(29, 1, Decimal(93), "上线后第一个整周的登录与登记日志"),
        Measured(29, 2, Decimal("3.4"), "三家支行各计时十次，平均 3.4 分钟"),
    ),
    papers=(
        Paper(
            DocumentKind.FIELD_MANUAL,
            "本手册写明零售 CRM 驻场的目标与范围、双方分工、五个阶段的计划和每日站会规则。",
            day=-1,
        ),
        Paper(
            DocumentKind.CLOSING_REPORT,
            "零售 CRM 已在 46 家支行上线，比约定日期晚 1 个工作日。三个目标中两个达成，"
            "商机登记用时平均 3.4 分钟，距目标还差 0.4 分钟，计划在一个月回访时复测。",
            (
                "权限分配需前置确认：今后项目在培训开始前由客户签署《权限确认书》",
                "商机登记页把两个必填项改为从客户视图自动带出，预计再省 40 秒",
                "每月公布一次各支行使用率，表扬前五名",
            ),
            narrative={
                "objectives": "前两个目标在上线后第二周即已达成。商机登记用时的差距来自两个必填项，改进方案已列入建议。",
                "course": "计划中唯一的一次延后发生在上线前：权限清单补签用去 1 个工作日，其余阶段均在约定窗口内完成。",
                "problems": "驻场期间最大的教训来自权限：清单只经口头确认，第二场培训中暴露出来，补签《权限确认书》后解决，并由此形成了新的前置要求。",
                "remaining": "遗留问题均不影响日常使用，责任方与日期如下，一个月回访时逐项核对。",
            },
        ),
        Paper(
            DocumentKind.APPENDIX,
            "客户关系良好，业务负责人愿意让本项目作为参考案例。复盘重点是权限确认的时点，以及支行培训的排期。",
        ),
    ),
)
