"""A hospital's HIS: in data migration, in writing; a stand-up found the wrong field mapping before data was lost."""

from __future__ import annotations

from decimal import Decimal

from engagements.models import CoreTask, Direction, StageKind
from engagements.models.client import Industry
from onsite.accounts.roles import Part
from reports.demo.stories.hospital_days import DAYS
from reports.demo.stories.hospital_preparation import PREPARATION
from reports.demo.stories.hospital_proof import PROOF
from reports.demo.stories.hospital_training import TRAINING
from reports.demo.stories.hospital_voices import VOICES
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
    TodayIs,
)
from reports.models import DocumentKind

HOSPITAL = Story(
    company=Company("江州市仁和医院", "仁和医院", Industry.HEALTHCARE),
    name="HIS 门诊与住院系统上线",
    core_task=CoreTask.GO_LIVE,
    purpose="用新 HIS 替换使用了十二年的旧系统，患者信息一条不丢，门诊高峰期挂号不排长队。",
    site="江州市仁和医院门诊楼五层信息科",
    known_from=-14,
    agreed_days=30,
    anchor=TodayIs(9),
    in_writing=True,
    seats=(
        Seat("kun", Part.LEAD, "138-0512-4401"),
        Seat("he", Part.TRAINER, "138-0512-4402"),
        Seat("zhou", Part.CLIENT_PM, "0512-5551 6012"),
        Seat("shen", Part.BUSINESS_OWNER, "0512-5551 6001"),
        Seat("du", Part.KEY_USER, "0512-5551 6125"),
    ),
    goals=(
        Goal(
            "患者主索引迁移准确率 100%",
            "抽查一致率",
            "%",
            Decimal("96.4"),
            Decimal(100),
            Direction.REACH,
            "每批随机抽查 500 条，与旧系统逐字段比对",
        ),
        Goal(
            "高峰期挂号平均用时不超过 40 秒",
            "单次挂号平均用时",
            "秒",
            Decimal(75),
            Decimal(40),
            Direction.DOWN,
            "上线后第二周，每天 8:00 至 10:00 由系统统计",
            due_after=14,
        ),
        Goal(
            "各科室骨干护士培训合格不少于 24 人",
            "培训并考核合格的护士",
            "人",
            Decimal(0),
            Decimal(24),
            Direction.UP,
            "情景考核合格，成绩由护理部存档",
        ),
    ),
    scope=(
        Scope("患者主索引与历史就诊记录迁移"),
        Scope("门诊医生站、住院医生站、护士站"),
        Scope("收费、药房与医保结算接口"),
        Scope("影像归档系统改造", False, "影像系统仍由原厂家维护，本次只保留调阅链接"),
    ),
    freezes=(
        Freeze(-7, (OnScreen(-5, "zhou"), OnScreen(3, "shen"))),
        Freeze(8, (OnScreen(9, "shen"),), adds=(Scope("分诊叫号屏接口，门诊试运行前完成"),)),
    ),
    lets_pass=(
        LetPass("goals.signed.business_owner", "沈院长在外地学习，返院后签署，已电话确认内容", 4),
        LetPass("plan.baseline", "签署齐全后自动保存计划基线", 4),
    ),
    preparation=PREPARATION,
    proof=PROOF,
    training=TRAINING,
    voices=VOICES,
    execution_on=0,
    moves=(
        Move(3, StageKind.ENVIRONMENT, 60),
        Move(5, StageKind.ENVIRONMENT, 100),
        Move(6, StageKind.MIGRATION, 20),
        Move(8, StageKind.MIGRATION, 45, note="第一批患者信息已回退重导，总工期不变"),
        Move(9, StageKind.MIGRATION, 60, note="第一批患者信息已回退重导，总工期不变"),
    ),
    days=DAYS,
    readings=(
        Measured(7, 0, Decimal("97.2"), "第一批抽查 500 条，14 条过敏史字段不一致"),
        Measured(9, 0, Decimal("99.8"), "重导后抽查 500 条，1 条证件类型待核实"),
    ),
    papers=(
        Paper(
            DocumentKind.FIELD_MANUAL,
            "医院没有固定晨会，驻场进展每天上午以书面方式通报；本手册写明双方目标、分工、计划与联系方式。",
            day=-1,
        ),
    ),
)
