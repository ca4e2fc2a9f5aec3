"""The manufacturer's training: purchase requests for the five planners, three of whom passed so far."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from reports.demo.lessons import (
    Checked,
    ErrorRisk,
    Lesson,
    Named,
    Question,
    Said,
    Shown,
    Step,
    Taught,
    Training,
    Tried,
)

_PLANNER = "计划科排产员"
_WU, _MA, _QIAN, _YE, _FANG = "吴晓燕", "马志强", "钱雨桐", "叶喆", "方宏伟"

_GUIDE = """\
从缺料提示到采购申请，全程在一个页面里完成。请在测试环境先做一遍，再到正式环境操作。

## 什么时候用

每天 8:00 复核完物料需求计划之后。看到红色的“缺料”标记，就从这里开始，不要再填纸质申请单。

## 怎么做

1. 打开“计划 → 例外信息”，筛选“缺料”。
2. 勾选要买的物料，点“转采购申请”。库存、在途和供应商由系统带出。
3. 核对三个数：**需求数量、在途数量、需求日期**。在途已经够用的，取消勾选。
4. 点“提交”。系统当场检查部门月度预算。
5. 在“我的申请”里看状态。被退回的，退回原因写在第一行。

## 谁来批

| 情况 | 谁批 | 时限 |
| --- | --- | ---: |
| 预算内，50 万元以下 | 计划科科长 | 4 小时 |
| 超出部门月度预算 5% | 财务总监 | 1 个工作日 |
| 单笔 50 万元以上 | 总经理 | 2 个工作日 |

## 为什么这样设计

以前预算到审批最后一步才查，一张单要来回跑三趟。现在**提交时就检查**，超了马上知道，可以先改数量再提交。

> 提交后发现写错了：审批前可以自己“撤回”；审批后请联系计划科科长作废，不要重复提交。

## 常见问题

- **看不到“转采购申请”按钮**：账号还没有排产员权限，找信息部 8310 开通。
- **提示“预算不足”**：先看是不是把下个月的需求也勾上了。
- **供应商是空的**：物料没有维护主供应商，告诉采购部，不要随便选一个。
"""

_CASE = Shown(
    "数控车间申请采购刀具",
    "每月约 40 次。刀具停产一天，数控车间两条线停工；纸质申请单平均 2.5 天才到采购部。",
    40,
    manual=(
        Step("手填《采购申请单》一式三联", Decimal(20), 1, ErrorRisk.HIGH),
        Step("打电话向仓库核对库存与在途", Decimal(15), 2, ErrorRisk.MEDIUM),
        Step("送计划科科长签字", Decimal(10), 1, ErrorRisk.NONE, 1),
        Step("送财务部核对月度预算并签字", Decimal(25), 2, ErrorRisk.MEDIUM, 1),
        Step("采购员把申请单录入台账", Decimal(15), 1, ErrorRisk.HIGH),
    ),
    system=(
        Step("在例外信息里勾选缺料，转成采购申请", Decimal(2), 1, ErrorRisk.LOW),
        Step("核对系统带出的库存、在途与需求日期", Decimal(3), 1, ErrorRisk.LOW),
        Step("提交：系统检查预算，计划科科长在线审批", Decimal("2.5"), 2, ErrorRisk.NONE, 1),
    ),
    lesson="预算在提交时就检查，超了当场改数量，不必等到最后一步才被退回。",
)

_QUIZ = (
    Question(
        "系统在什么时候检查部门预算？",
        ("提交采购申请时",),
        ("审批通过之后", "财务付款时"),
        "提交时就检查，超了可以当场改数量。",
    ),
    Question(
        "超出部门月度预算 5% 的申请由谁批准？",
        ("财务总监",),
        ("计划科科长", "采购部经理"),
        "《物料需求计划》业务规则：超出 5% 须财务总监批准。",
    ),
    Question(
        "提交之前要核对哪几项？",
        ("需求数量", "在途数量", "需求日期"),
        ("供应商的开户银行",),
        "这三项不对，就会多买或者买晚。",
    ),
    Question(
        "提交后发现数量写错，还没有审批，应该怎么办？",
        ("自己撤回，改好再提交",),
        ("再提交一张正确的", "打电话让采购员改"),
        "重复提交会占用两份预算。",
    ),
    Question(
        "供应商一栏是空的，应该怎么办？",
        ("告诉采购部维护主供应商",),
        ("随便选一家", "先空着提交"),
        "没有主供应商的申请到了采购部也下不了单。",
    ),
)

TRAINING = Training(
    people=(
        Named(6, _PLANNER, _WU, "wu.xiaoyan@huadong.example"),
        Named(6, _PLANNER, _MA, "ma.zhiqiang@huadong.example"),
        Named(6, _PLANNER, _QIAN, "qian.yutong@huadong.example"),
        Named(6, _PLANNER, _YE, "ye.zhe@huadong.example"),
        Named(6, _PLANNER, _FANG, "fang.hongwei@huadong.example"),
    ),
    courses=(
        Taught(
            day=7,
            title="采购申请：从缺料提示到提交审批",
            module="生产计划",
            roles=(_PLANNER,),
            aim="排产员能独立把缺料转成采购申请，看懂预算提示，并跟踪到审批完成。",
            why="缺料停线每小时损失约 4 万元。预算提前到提交时检查，申请不再在最后一步被退回。",
            prerequisites="会登录系统，看得懂物料需求计划的例外信息",
            minutes=90,
            trainer="sun",
            functions=("物料需求计划",),
            cases=(_CASE,),
            guide=_GUIDE,
            video=("三分钟演示：提交一张采购申请", "https://video.mingyuan.example/erp/purchase-request"),
            questions=_QUIZ,
            lessons=(
                Lesson(
                    8, 10, time(14, 0), "二号厂房三楼培训室", "sun", (_WU, _MA, _QIAN, _YE, _FANG), (_WU, _MA, _QIAN, _YE),
                    notes="用上周 12 条真实缺料做练习。大家最常错的是把已在途的物料又勾上。方宏伟当天值班，改约补训。",
                    feedback=(
                        (_WU, Said(5, 5, 5, "希望例外信息能按车间分开显示")),
                        (_MA, Said(5, 4, 4)),
                        (_QIAN, Said(4, 4, 3, "预算提示的字太小")),
                        (_YE, Said(4, 3, 3, "想再练一次撤回")),
                    ),
                ),
                Lesson(14, 16, time(14, 0), "二号厂房三楼培训室", "sun", (_YE, _FANG)),
            ),
            tried=(
                Tried(10, _WU),
                Tried(10, _MA, (3,)),
                Tried(10, _QIAN, (2, 4)),
                Tried(10, _YE, (3, 4)),
                Tried(12, _QIAN),
                Tried(13, _YE, (5,)),
            ),
            checked=(
                Checked(10, _WU, True),
                Checked(10, _MA, True),
                Checked(10, _QIAN, False, "没有核对在途数量，多申请了 30 把"),
                Checked(13, _QIAN, True, "独立完成 5 张，全部正确"),
                Checked(13, _YE, False, "撤回后忘记重新提交，补训后再考"),
            ),
        ),
    ),
)  # fmt: skip
