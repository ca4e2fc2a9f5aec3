"""The hospital's training: the nurses' course is accepted, their first session lies ahead."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from reports.demo.lessons import ErrorRisk, Lesson, Named, Question, Shown, Step, Taught, Training

_NURSE = "门诊护士"

_GUIDE = """\
分诊台的每一步都在一个屏幕上完成。**先核对身份，再看过敏史，最后分诊**，顺序不能换。

## 怎么做

1. 扫腕带或就诊卡，系统调出患者。
2. 念出姓名，请患者自己说出生日期，两项都对才继续。
3. 看屏幕右上角的过敏标记：
   - 红色：有过敏史，点开念给患者听，请他确认；
   - 灰色：没有记录，必须问一次“有没有药物过敏”；
   - 没有标记：数据还没核对，按灰色处理。
4. 选分诊级别，点“完成”，叫号屏自动排队。

## 为什么这样设计

旧系统的过敏史写在备注里，一忙就看不见。新系统把它放在分诊之前，不确认就不能往下走：慢三秒，换来不用错药。

## 出了问题

| 现象 | 先做什么 | 找谁 |
| --- | --- | --- |
| 扫不出患者 | 手输就诊卡号 | 信息科 6012 |
| 有两条同名记录 | 不要自己选，按“疑似重复”上报 | 信息科 6012 |
| 叫号屏不动 | 口头叫号，登记时间 | 门诊办 6100 |
"""

TRAINING = Training(
    people=(
        Named(9, _NURSE, "杜文娟", "du.wenjuan@renhe.example"),
        Named(9, _NURSE, "韩雪", "han.xue@renhe.example"),
        Named(9, _NURSE, "姚瑶", "yao.yao@renhe.example"),
        Named(9, _NURSE, "程媛媛", "cheng.yuanyuan@renhe.example"),
        Named(9, _NURSE, "贺玲", ""),
        Named(9, _NURSE, "丁莹莹", ""),
    ),
    courses=(
        Taught(
            day=9,
            title="门诊分诊：先核对身份与过敏史",
            module="门诊",
            roles=(_NURSE,),
            aim="护士能在 40 秒内完成身份核对、过敏史确认与分诊，并知道三种异常找谁。",
            why="过敏史不确认就不能分诊：慢三秒，换来不用错药。",
            prerequisites="有分诊台工作经验，会用扫码枪",
            minutes=60,
            trainer="he",
            functions=("挂号与分诊",),
            cases=(
                Shown(
                    "高峰期给一位有青霉素过敏史的患者分诊",
                    "周一上午 8:00 至 10:00 平均 210 人分诊，其中约 9% 有过敏史。",
                    3600,
                    manual=(
                        Step("问姓名、翻病历本找旧记录", Decimal("1.5"), 1, ErrorRisk.MEDIUM),
                        Step("在备注里找过敏史，找不到就再问", Decimal("1.2"), 1, ErrorRisk.HIGH),
                        Step("手写分诊单并抄到叫号本", Decimal(1), 1, ErrorRisk.MEDIUM),
                    ),
                    system=(
                        Step("扫腕带，核对姓名与出生日期", Decimal("0.2"), 1, ErrorRisk.LOW),
                        Step("看过敏标记并请患者确认", Decimal("0.3"), 1, ErrorRisk.LOW),
                        Step("选分诊级别，叫号屏自动排队", Decimal("0.2"), 1, ErrorRisk.LOW),
                    ),
                    lesson="把最要紧的一项放到流程里，而不是放在备注里。",
                ),
            ),
            guide=_GUIDE,
            questions=(
                Question("身份核对要核对哪两项？", ("姓名", "出生日期"), ("科室", "医保类型")),
                Question(
                    "过敏标记是灰色，应该怎么办？",
                    ("当面问一次有没有药物过敏",),
                    ("当作没有过敏", "等医生去问"),
                    "灰色只表示系统里没有记录。",
                ),
                Question("出现两条同名记录，应该怎么办？", ("按“疑似重复”上报信息科",), ("选就诊次数多的那条", "新建一条")),
            ),
            lessons=(
                Lesson(9, 12, time(13, 30), "门诊楼三层示教室", "he", ("杜文娟", "韩雪", "姚瑶", "程媛媛", "贺玲", "丁莹莹")),
            ),
        ),
    ),
)  # fmt: skip
