"""A manufacturer's production planning module: in execution, working day 14, two working days late."""

from __future__ import annotations

from decimal import Decimal

from engagements.models import CoreTask, Direction, StageKind
from engagements.models.client import Industry
from onsite.accounts.roles import Part
from reports.demo.stories.erp_days import DAYS
from reports.demo.stories.erp_preparation import PREPARATION
from reports.demo.stories.erp_proof import PROOF
from reports.demo.stories.erp_training import TRAINING
from reports.demo.stories.erp_voices import VOICES
from reports.demo.story import Company, Freeze, Goal, Measured, Move, OnScreen, Paper, Scope, Seat, Story, TodayIs
from reports.models import DocumentKind

ERP = Story(
    company=Company("华东机械集团有限公司", "华东机械", Industry.MANUFACTURING),
    name="ERP 生产计划模块上线",
    core_task=CoreTask.GO_LIVE,
    purpose="用 ERP 生产计划模块取代手工排产表：上线后连续稳定运行 30 天，并让至少 5 名内部操作员能独立排产。",
    site="江州市高新区机械大道 88 号，二号厂房三楼项目室",
    known_from=-12,
    agreed_days=27,
    anchor=TodayIs(14),
    today_is_open=True,
    seats=(
        Seat("li", Part.LEAD, "138-0512-3301"),
        Seat("sun", Part.ENGINEER, "138-0512-3302"),
        Seat("chen", Part.CLIENT_PM, "0512-5550 8301"),
        Seat("lin", Part.BUSINESS_OWNER, "0512-5550 8008"),
        Seat("yoshida", Part.KEY_USER, "0512-5550 8326"),
        Seat("wu", Part.KEY_USER, "0512-5550 8342"),
    ),
    regulars=("chen", "wu"),
    goals=(
        Goal(
            "生产计划模块连续稳定运行 30 天",
            "连续稳定运行天数",
            "天",
            Decimal(0),
            Decimal(30),
            Direction.UP,
            "上线次日起由系统监控逐日统计，出现一级故障则重新计数",
            due_after=32,
        ),
        Goal(
            "内部操作员培训合格不少于 5 人",
            "培训并考核合格的操作员",
            "人",
            Decimal(0),
            Decimal(5),
            Direction.UP,
            "到课、测验 80 分以上并通过上机考核，由培训师在系统中登记",
            role="计划科排产员",
        ),
        Goal(
            "单次排产耗时降到 30 分钟以内",
            "单次排产耗时",
            "分钟",
            Decimal(180),
            Decimal(30),
            Direction.DOWN,
            "由计划科现场计时三次，取平均值",
        ),
    ),
    scope=(
        Scope("主数据：物料、BOM、工艺路线、工作中心"),
        Scope("主生产计划与物料需求计划"),
        Scope("工单下达、报工与状态跟踪"),
        Scope("与现有 MES 的工单接口"),
        Scope("车间设备数据自动采集", False, "设备联网改造要到明年才完成，另立项目"),
        Scope("成本核算模块", False, "财务部计划在月结流程梳理之后再启动"),
    ),
    freezes=(Freeze(-6, (OnScreen(-4, "chen"), OnScreen(-3, "lin"))),),
    preparation=PREPARATION,
    proof=PROOF,
    training=TRAINING,
    voices=VOICES,
    execution_on=0,
    moves=(
        Move(2, StageKind.ENVIRONMENT, 40),
        Move(4, StageKind.ENVIRONMENT, 100),
        Move(5, StageKind.MIGRATION, 15),
        Move(7, StageKind.MIGRATION, 45),
        Move(9, StageKind.MIGRATION, 60, finish=12, note="工单状态字段映射错误，2,184 条工单需要重新导入并逐条核对"),
        Move(11, StageKind.MIGRATION, 85, note="工单状态字段映射错误，2,184 条工单需要重新导入并逐条核对"),
        Move(12, StageKind.MIGRATION, 100, note="工单状态字段映射错误，2,184 条工单已重新导入并逐条核对"),
        Move(13, StageKind.TESTING, 10),
    ),
    days=DAYS,
    readings=(Measured(13, 2, Decimal(65), "测试环境现场计时三次，平均 65 分钟"),),
    papers=(
        Paper(
            DocumentKind.FIELD_MANUAL,
            "本手册写明驻场期间双方的目标、分工、计划与每日站会规则，供华东机械集团与明远软件的项目成员共同使用。",
            day=-1,
        ),
        Paper(
            DocumentKind.FIELD_MANUAL,
            "本手册写明驻场期间双方的目标、分工、计划与每日站会规则，供华东机械集团与明远软件的项目成员共同使用。",
            day=12,
            changes="变更申请 1 签署后重新发布",
        ),
        Paper(
            DocumentKind.WEEKLY_REPORT,
            "本周各项工作按站会计划推进。需要贵方配合的事项列在“待配合”一栏，请协助按期完成。",
            day=14,
        ),
    ),
)
