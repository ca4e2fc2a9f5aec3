"""The manufacturer's world: production planning from demand to reporting, approvals and budget, and what was asked for later."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from engagements.models import ChangeRequest, ChecklistItem, DocumentRequest, Emergency, StageKind
from reports.demo.preparation import (
    Area,
    Asked,
    Check,
    Does,
    Fitted,
    Frequency,
    Happened,
    Place,
    Preparation,
    Priority,
    Risk,
    Wish,
)

_CALLS = "信息部主任 陈镕 0512-5550 8301"
_MASTER = Area(
    "主数据",
    (
        Does(
            "物料与 BOM 维护",
            who="技术科工艺员 3 人",
            what="新建、变更物料与 BOM，发布前核对版本",
            when="每天，设计变更后 4 小时内",
            where="技术科办公室，二号厂房二楼",
            why="BOM 错一行，整批工单领错料",
            how="在系统中建变更单，工艺主管审核后自动生效",
            rules="BOM 变更须由工艺主管审核。\n已下达工单的 BOM 不得直接修改，只能走变更单。",
            pain_points="现在用邮件传 Excel，常有人用旧版本",
            risk=Risk.MEDIUM,
            risk_reason="出口件 BOM 须可追溯三年",
            signed_off_by="技术科科长",
        ),
        Does(
            "工作中心与产能",
            who="计划科",
            what="维护各工作中心班次与可用工时",
            when="每月末，换班时随时",
            where="计划科办公室",
            why="产能不准，排产就不准",
            how="按设备科的检修计划更新日历",
            frequency=Frequency.MONTHLY,
            priority=Priority.SHOULD,
            signed_off_by="计划科科长",
        ),
    ),
)
_PLANNING = Area(
    "生产计划",
    (
        Does(
            "主生产计划",
            who="计划科排产员 吴晓燕等 5 人",
            what="把销售订单与预测汇成十二周滚动计划，逐周冻结最近两周",
            when="每周四 14:00 前",
            where="计划科办公室",
            why="采购与车间都按它备料、排班",
            how="系统汇总需求后人工调整，周会上由生产副总经理确认发布",
            rules="冻结期内的变更由生产副总经理批准。\n冻结期外的变更由计划科科长批准。\n每次发布留存版本，不得覆盖。",
            pain_points="手工排产表要三个小时，改一单全表重算",
            risk=Risk.HIGH,
            risk_reason="上市公司内控要求计划变更留痕",
            frequency=Frequency.WEEKLY,
            signed_off_by="生产副总经理 林国栋",
        ),
        Does(
            "物料需求计划",
            who="计划科、采购部各 2 人",
            what="按主生产计划与库存算出采购与自制建议",
            when="每天 6:30 自动运行，8:00 前复核",
            where="系统后台，计划科复核",
            why="缺料停线每小时损失约 4 万元",
            how="夜间自动运算，例外信息由排产员逐条处理",
            rules="采购建议超出部门月度预算 5% 时，须财务总监批准后才能转采购申请。\n单笔 50 万元以上须总经理批准。",
            pain_points="缺料常到领料当天才发现",
            risk=Risk.HIGH,
            risk_reason="预算控制是年度审计重点",
            signed_off_by="计划科科长",
        ),
        Does(
            "加急插单",
            who="排产员提出，计划科科长审批",
            what="把加急订单插入已冻结的计划，并给出受影响的订单",
            when="每周约三次，不定时",
            where="计划科办公室",
            why="大客户交期违约要赔款",
            how="在系统中试排，列出被推迟的订单，审批后生效",
            rules="影响 3 张以内订单由计划科科长批准，3 张以上由生产副总经理批准。",
            risk=Risk.MEDIUM,
            frequency=Frequency.WEEKLY,
            signed_off_by="生产副总经理 林国栋",
        ),
        Does(
            "计划达成分析",
            who="计划科科长",
            what="每周、每月的计划达成率与未达成原因",
            when="每周一，每月 3 日前",
            why="生产例会要用",
            rules="达成率低于 85% 的车间须在例会上说明。",
            priority=Priority.COULD,
            frequency=Frequency.MONTHLY,
        ),
    ),
)
_SHOP = Area(
    "车间执行",
    (
        Does(
            "工单下达",
            who="各车间调度 6 人",
            what="把当日工单下达到班组并齐套检查",
            when="每天 7:20 班前会",
            where="一至三号车间调度室",
            why="没有齐套就开工会造成半成品堆积",
            how="系统列出齐套工单，调度确认后打印流转卡",
            rules="齐套率低于 95% 的工单不得下达，特批由车间主任签字。",
            signed_off_by="二号车间主任",
        ),
        Does(
            "报工与状态跟踪",
            who="班组长 22 人",
            what="按工序报完工、报废与工时",
            when="每班结束前 15 分钟",
            where="车间触摸屏",
            why="在制品与成本都从这里来",
            how="扫流转卡、录数量，异常当场选原因",
            rules="报废数量超过 2% 须质量员确认。",
            pain_points="旧系统状态字段含义不清，报表对不上",
            signed_off_by="生产副总经理 林国栋",
        ),
    ),
)
_MES = Area(
    "MES 接口",
    (
        Does(
            "工单同步",
            who="系统自动，信息部监控",
            what="下达的工单 5 分钟内到 MES，完工数量回传",
            when="全天",
            where="信息部机房",
            why="两边数量不一致就要停下对账",
            how="消息队列，失败自动重试三次后告警",
            rules="接口停用超过 30 分钟，启动第三方接口故障预案。",
            risk=Risk.MEDIUM,
            signed_off_by="信息部主任 陈镕",
        ),
        Does("设备状态查询", who="车间主任", priority=Priority.COULD, frequency=Frequency.RARELY),
    ),
    inside="车间执行",
)

PREPARATION = Preparation(
    on=-8,
    has_tasks=True,
    areas=(_MASTER, _PLANNING, _SHOP, _MES),
    fitted=(
        Fitted(Emergency.NETWORK, "li", "sun", _CALLS, -2, "切换备用线路用时 11 分钟"),
        Fitted(Emergency.PERMISSION, "li", "sun", _CALLS, -2, "由信息部代授权，8 分钟恢复"),
        Fitted(Emergency.INTERFACE, "sun", "li", "MES 厂家值班 400-555-0136，抄送陈镕"),
    ),
    asked=(
        Asked(
            "生产计划管理制度（2026 版）",
            DocumentRequest.Kind.MANUAL,
            "弄清审批权限与冻结规则",
            -5,
            -7,
            -6,
            "冻结期两周，变更权限分两级；与计划科口径一致",
        ),
        Asked("主生产流程图", DocumentRequest.Kind.CHART, "核对系统流程", -5, -6, -5, "缺返工流程，已在访谈中补齐"),
        Asked(
            "近三个月工单数据",
            DocumentRequest.Kind.DATA,
            "数据迁移演练",
            -3,
            -3,
            -2,
            "状态字段有 11 种取值，映射表待双方确认",
        ),
        Asked("历史问题记录", DocumentRequest.Kind.PROBLEMS, "避免旧问题重演", -3, -2),
        Asked("MES 接口说明书", DocumentRequest.Kind.OTHER, "安排接口联调", 12),
    ),
    places=(
        Place(
            "测试环境", "功能测试与培训", "10.20.8.15", "信息部密码箱，编号 07，凭工牌登记领取", "信息部值班室 8310"
        ),
        Place("正式环境", "上线后生产使用", "10.20.8.20", "信息部主任办公室保险柜，双人开启", "信息部主任 陈镕"),
        Place("MES 对接环境", "接口联调", "10.20.9.4", "MES 厂家工单系统，按次申请", "MES 厂家 400-555-0136"),
    ),
    checks=(
        Check(ChecklistItem.Moment.BEFORE, "车间劳保鞋与安全帽已领取，安全教育已签到"),
        Check(ChecklistItem.Moment.GO_LIVE, "冻结期内的手工排产表已归档并停用"),
    ),
    wishes=(
        Wish(
            10,
            "加急插单增加影响订单提示",
            "插单后不知道推迟了哪些订单，要逐张核对",
            ChangeRequest.Origin.IDEA,
            "计划科吴晓燕，第 9 天提出",
            StageKind.TESTING,
            2,
            "增加一个提示页，测试期多 2 个工作日",
            "加急插单时列出受影响的订单",
            Decimal(18000),
            12,
            "对交期影响大，双方同意本期做",
            ("chen", "lin"),
            idea="insert",
        ),
        Wish(
            13,
            "车间大屏显示当日计划达成率",
            "车间主任希望班前会直接看到",
            ChangeRequest.Origin.IDEA,
            "二号车间主任何建军，巡线时提出",
            StageKind.TESTING,
            3,
            "要接入三块大屏，需客户先确定网络点位",
            "车间大屏看板",
            Decimal(26000),
            idea="screen",
        ),
    ),
    happened=(
        Happened(
            Emergency.NETWORK,
            7,
            time(14, 6),
            4,
            (6, 9, 13, 16),
            41,
            "二号厂房核心交换机电源模块损坏，信息部更换备件后恢复",
        ),
    ),
)
