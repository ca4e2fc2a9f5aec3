"""The bank's training: what every customer manager learned; those who come later learn from it by themselves."""

from __future__ import annotations

from decimal import Decimal

from reports.demo.lessons import ErrorRisk, Question, Shown, Step, Taught, Training

_GUIDE = """\
从客户视图直接登记商机：客户是谁、上次谈到哪、该谁跟进，系统都已经带出来。

## 怎么做

1. 在“客户视图”里搜证件号码后四位或手机号。
2. 确认右上角的**归属支行**是本支行。不是的话只能看到姓名，需要协办请点“申请协办”。
3. 点“登记商机”，选产品、填金额和下一步时间，三项必填。
4. 保存。到期前一天系统会提醒，经理在周会上看同一张表。

## 能看到谁

| 岗位 | 看到的客户 |
| --- | --- |
| 支行客户经理 | 本支行名下 |
| 支行行长 | 本支行全部 |
| 分行零售部 | 辖内各支行，不含证件号码 |

## 为什么这样设计

商机跟着客户走，不跟着人走：同事休假，别人接得上。权限按《权限确认书》配置，**培训前已逐岗位签字**，看不到不等于系统坏了。
"""

TRAINING = Training(
    courses=(
        Taught(
            day=19,
            title="登记商机：从客户视图到周会",
            module="客户经营",
            roles=("支行客户经理",),
            aim="客户经理能在 3 分钟内登记一条商机，并说得出自己能看到哪些客户。",
            why="商机跟着客户走，不跟着人走；周会上看的是同一张表。",
            minutes=60,
            trainer="he",
            functions=("商机登记",),
            cases=(
                Shown(
                    "老客户到期理财的续接",
                    "每位客户经理每月约 30 条，以前记在个人表格里，休假时没人接得上。",
                    30,
                    manual=(
                        Step("翻个人表格找客户和到期日", Decimal(4), 1, ErrorRisk.HIGH),
                        Step("打电话问上次谈到哪", Decimal(3), 2, ErrorRisk.MEDIUM),
                        Step("把商机抄进周报，交行长汇总", Decimal(5), 2, ErrorRisk.MEDIUM, 1),
                    ),
                    system=(
                        Step("在客户视图里打开到期提醒", Decimal(1), 1, ErrorRisk.LOW),
                        Step("登记商机，填产品、金额、下一步", Decimal(2), 1, ErrorRisk.LOW),
                    ),
                    lesson="一次登记，提醒、接手和周会都用它。",
                ),
            ),
            guide=_GUIDE,
            video=("五分钟演示：登记一条商机", "https://video.mingyuan.example/crm/opportunity"),
            questions=(
                Question("登记商机必填哪三项？", ("产品", "金额", "下一步时间"), ("客户生日",)),
                Question("客户不在本支行名下，需要一起跟进时怎么办？", ("点“申请协办”",), ("借同事的账号", "重新建一个客户")),
            ),
        ),
    ),
)  # fmt: skip
