"""A group's reimbursement roll-out: closed, live for six weeks, visited after one month."""

from __future__ import annotations

from decimal import Decimal

from engagements.models import CoreTask, Direction, StageKind
from engagements.models.client import Industry
from onsite.accounts.roles import Part
from reports.demo.stories.expenses_days import DAYS
from reports.demo.stories.expenses_preparation import PREPARATION
from reports.demo.stories.expenses_proof import PROOF
from reports.demo.stories.expenses_review import REVIEW
from reports.demo.story import (
    Company,
    Freeze,
    Goal,
    LetPass,
    Measured,
    Move,
    OnScreen,
    Paper,
    Scope,
    Seat,
    Story,
    WentLive,
)
from reports.models import DocumentKind

EXPENSES = Story(
    company=Company("新源集团股份有限公司", "新源集团", Industry.OTHER),
    name="费用报销系统推广",
    core_task=CoreTask.GO_LIVE,
    purpose="把总部已经用好的费用报销系统推广到 12 家下属单位，员工报销不跑腿，财务审核有预算依据。",
    site="新源集团总部财务共享中心",
    known_from=-10,
    agreed_days=25,
    anchor=WentLive(25, days_ago=45),
    review_on=28,
    closed_on=33,
    seats=(
        Seat("sun", Part.LEAD, "138-0512-3302"),
        Seat("deng", Part.CLIENT_PM, "010-5553 7201"),
        Seat("zeng", Part.BUSINESS_OWNER, "010-5553 7003"),
        Seat("luo", Part.KEY_USER, "010-5553 7118"),
    ),
    regulars=("deng", "luo"),
    goals=(
        Goal(
            "12 家下属单位全部上线",
            "已上线单位",
            "家",
            Decimal(0),
            Decimal(12),
            Direction.REACH,
            "以各单位首张报销单审批完成为准",
        ),
        Goal(
            "报销平均审批用时不超过 3 个工作日",
            "提交到付款的平均用时",
            "个工作日",
            Decimal(9),
            Decimal(3),
            Direction.DOWN,
            "上线后第一周由系统统计",
            due_after=7,
        ),
        Goal(
            "票据识别准确率不低于 98%",
            "票据识别准确率",
            "%",
            Decimal("91.5"),
            Decimal(98),
            Direction.UP,
            "抽查 1,000 张票据，由费用会计复核",
        ),
    ),
    scope=(
        Scope("差旅、招待、办公三类费用的申请与报销"),
        Scope("四级审批与部门预算控制"),
        Scope("与财务总账的凭证接口"),
        Scope("境外差旅报销", False, "境外税务规则未定，年内不做"),
    ),
    freezes=(Freeze(-6, (OnScreen(-5, "deng"), OnScreen(-4, "zeng"))),),
    preparation=PREPARATION,
    proof=PROOF,
    review=REVIEW,
    execution_on=0,
    moves=(
        Move(4, StageKind.ENVIRONMENT, 100),
        Move(10, StageKind.MIGRATION, 100),
        Move(17, StageKind.TESTING, 100),
        Move(22, StageKind.TRAINING, 100),
        Move(25, StageKind.GO_LIVE, 100),
    ),
    days=DAYS,
    readings=(
        Measured(16, 2, Decimal("98.4"), "抽查 1,000 张，识别错误 16 张"),
        Measured(25, 0, Decimal(12), "12 家单位首张报销单均已审批完成"),
        Measured(30, 1, Decimal("2.6"), "上线首周 486 张报销单平均 2.6 个工作日"),
    ),
    papers=(
        Paper(
            DocumentKind.FIELD_MANUAL, "本手册写明 12 家单位推广费用报销系统的目标、分工、计划与每日站会规则。", day=-1
        ),
        Paper(
            DocumentKind.CLOSING_REPORT,
            "12 家下属单位按约定日期全部上线，三个目标全部达成：平均审批用时由 9 个工作日降到 2.6 个工作日，"
            "票据识别准确率 98.4%。",
            (
                "每季度由财务共享中心复核一次预算控制规则",
                "新增单位沿用本次的上线清单，三个工作日内可以完成",
            ),
            day=32,
        ),
    ),
    closes_with=LetPass("closing_report.missing", "总结报告双方已确认，正在印制盖章", 5),
)
