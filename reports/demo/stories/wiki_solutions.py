"""The sample wiki's problems and solutions."""

from __future__ import annotations

from reports.demo.knowledge import Kind, Written

_MAPPING = """\
## 现象

工单导入后，状态为“已关闭”的数量对不上，一千多条变成了“暂停”，排产把已完工的工单又排了一遍。

## 原因

来源系统的状态字段有 11 种取值，映射表只写了常见的 3 种；没写到的取值落到了默认值，导入程序没有报错。

## 处理

1. 整批回退，不在目标系统里手工改。
2. 导出来源字段的**全部取值和数量**，逐个请业务确认对应关系。
3. 映射表升一个版本，写上修改原因，再导一次。
4. 按状态分组核对数量，另抽 100 条逐字段比对。

```sql
select status, count(*) from work_order group by status order by 2 desc;
```

## 以后怎么避免

- 映射表没有列出全部取值，就不许导入。
- 未知取值一律**报错停下**，不给默认值。
- 第一次导入之后，先核对分组数量，再核对总数。
"""

_BACKUP = """\
## 现象

切换当晚备份比计划慢 25 分钟，后面的导入和验证全部被挤压，离最后回退时间只剩一个小时。

## 原因

演练时用的是上周的库，正式那天多了一个月末的账；备份盘和别的系统共用，晚上八点正好有另一个备份。

## 处理

1. 现场指挥当场宣布顺延，后面每一步的最晚时间重新念一遍。
2. 与导入无关的检查提前并行做。
3. 到最后回退时间前 30 分钟再判断一次，**不到点不硬撑**。

## 三个预案

| 预案 | 什么时候用 | 代价 |
| --- | --- | --- |
| 提前一天做全量，当晚只做增量 | 库大于 200 GB | 多占一份空间 |
| 用独立备份盘 | 与别的系统共用时 | 需要客户提前一周准备 |
| 快照代替备份 | 存储支持时 | 快照前要停写 1 分钟 |

演练时记下每一步的实际分钟数，正式那天按**最慢的一次**排。
"""

_DUPLICATES = """\
## 现象

合并三个来源的客户后，重复率停在 0.9% 下不去；按姓名加手机号再合并，又把父子两人合成了一个。

## 原因

老系统里一家人留同一个手机号；证件号码有 15 位和 18 位两种写法。

## 处理

1. 证件号码先统一成 18 位，再比对。
2. 手机号相同而证件不同的，只标“疑似重复”，不自动合并。
3. 疑似组按金额从大到小，请业务每天确认 200 组。
4. 合并保留旧编号，三个月内可以拆开。

## 结果

一周内人工确认 1,900 组，重复率降到 0.4%，没有一起误合并的投诉。
"""

_PERSONAL = """\
## What happened

A log that was added as evidence held names and phone numbers of patients. The scanner held the file back before
anybody at the client's could open it.

## The first ten minutes

1. **Do not send the file again** by chat or mail, not even to a colleague.
2. Open what was found and look at the kinds: names, phone numbers, ID numbers, passwords.
3. Mask it and add the masked copy; the original stays held back.
4. Tell the client's PM in one sentence: what it was, who could have seen it (nobody), what you did.

## Afterwards

- Find out where the log came from, and turn that logging off.
- Where a password was in it, have it changed today, not tomorrow.
- Write down the query that gives the same facts without people in it.

| Found | Keep the file? | Who decides |
| --- | --- | --- |
| Phone numbers in a screenshot | masked | lead |
| Export of a whole table | no | delivery manager |
| A key or a token | no, and rotate it | delivery manager |
"""

_PERIOD = """\
## 现象

月末最后一天，审批通过的报销单不能生成凭证，页面只提示“期间已关闭”，员工以为是自己填错了。

## 原因

财务在 18:00 关闭了会计期间，而审批流没有检查期间；晚上通过的单据落在已关闭的月份。

## 处理

1. 审批通过时检查期间，已关闭的自动记到下月 1 日，并在单据上写明。
2. 月末前三天，填报页面提示最晚审批时间。
3. 已卡住的单据由财务统一改期，不让员工重填。

## 还要确认

- 跨年那一次能不能顺延？（等财务答复）
"""

SOLUTIONS = (
    Written(
        Kind.SOLUTION, "状态字段映射不全：先列全部取值，再导数据", "数据迁移", ("数据迁移", "映射", "核对"), "li", _MAPPING,
        12, "kun", story="ERP 生产计划模块上线", helped=("sun", "kun", "zheng"),
    ),
    Written(
        Kind.SOLUTION, "切换当晚备份变慢：三个预案", "上线切换", ("切换", "备份", "回退"), "zheng", _BACKUP, 19, "wang",
        story="零售 CRM 系统上线", helped=("li",),
    ),
    Written(
        Kind.SOLUTION, "客户信息合并：疑似重复不要自动合", "数据迁移", ("数据迁移", "去重"), "zheng", _DUPLICATES, 33, "he",
        story="零售 CRM 系统上线", of_client=True,
    ),
    Written(
        Kind.SOLUTION, "Personal data in a log: the first ten minutes", "客户沟通", ("privacy", "evidence"), "kun", _PERSONAL,
        27, "wang", helped=("li", "zheng"),
    ),
    Written(
        Kind.SOLUTION, "月末关账后审批通过的单据生成不了凭证", "上线切换", ("报销", "会计期间"), "sun", _PERIOD, 2,
        story="费用报销系统推广",
    ),
)  # fmt: skip
