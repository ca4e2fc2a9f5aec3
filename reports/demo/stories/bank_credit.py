"""The same bank's second engagement: in preparation, its goals on paper and not all signed."""

from __future__ import annotations

from decimal import Decimal

from engagements.models import CoreTask, Direction
from onsite.accounts.roles import Part
from reports.demo.stories.bank_crm import BANK
from reports.demo.stories.bank_preparation import CREDIT as PREPARATION
from reports.demo.story import Freeze, Goal, OnPaper, Scope, Seat, Story, TodayIs

CREDIT = Story(
    company=BANK,
    name="信贷审批流程优化",
    core_task=CoreTask.IMPROVE,
    purpose="把对公授信从受理到批复的时间压缩一半，并让每一级审批权限在系统中有据可查。",
    site="江海银行总行大厦 11 层信贷管理部",
    known_from=-17,
    agreed_days=26,
    anchor=TodayIs(-6),
    signs_on_paper=True,
    seats=(
        Seat("zheng", Part.LEAD, "138-0021-5501"),
        Seat("xu", Part.CLIENT_PM, "021-5552 5160"),
        Seat("feng", Part.BUSINESS_OWNER, "021-5552 5002"),
    ),
    goals=(
        Goal(
            "对公授信平均批复时间不超过 5 个工作日",
            "受理到批复的平均用时",
            "个工作日",
            Decimal("11.5"),
            Decimal(5),
            Direction.DOWN,
            "由信贷系统按月统计，剔除补件等待时间",
            due_after=30,
        ),
        Goal(
            "退回补件率降到 10% 以下",
            "退回补件率",
            "%",
            Decimal(28),
            Decimal(10),
            Direction.DOWN,
            "抽取交接日前后各 100 笔业务对比",
            due_after=30,
        ),
    ),
    scope=(
        Scope("对公授信受理、调查、审查、批复四个环节"),
        Scope("四级审批权限与额度的系统配置"),
        Scope("个人贷款流程", False, "个贷中心正在更换系统，本次不动"),
        Scope("核心系统接口改造", False, "由行内科技部另行排期"),
    ),
    preparation=PREPARATION,
    freezes=(Freeze(-9, (OnPaper(-7, "xu"),)),),
)
