"""The sample wiki: how we work, and what was solved, for colleagues and newcomers."""

from __future__ import annotations

from reports.demo.knowledge import Kind, Written
from reports.demo.stories.wiki_solutions import SOLUTIONS

CATEGORIES = ("驻场工作法", "数据迁移", "上线切换", "培训", "客户沟通")

_FIRST_WEEK = """\
第一周做得好，后面三周都轻松。按顺序做，做完一件划一件。

1. **先认人，再认系统**：当天见到客户项目经理、业务负责人、每个模块的关键用户，记下手机和谁能拍板。
2. **拿到三样东西**：网络与账号、一份真实数据样本、现行制度文件。第三天还没有，当天就写成待配合事项。
3. **约定站会**：几点、谁来、在哪；医院这类没有晨会的，改成书面。
4. **走一遍业务**：跟着一张真实单据从头走到尾，哪里等、哪里抄、哪里来回跑，都记成功能分析的痛点。
5. **把目标写成能测的数**：现在是多少、要到多少、谁怎么测。说不出怎么测的，先不写进目标。
6. **列风险**：至少写出人员、网络、数据三类应急预案，写清楚谁在几分钟内响应。
7. **周五发第一份周报**：哪怕内容很少，也让对方习惯按时收到。

> 最常见的失误：忙着装环境，一周没有见到业务负责人。到第三周才发现他要的不是这个。
"""

_STAND_UP = """\
站会是给客户看的进展，不是给自己记的流水账。目标：**15 分钟以内，每个人知道今天卡在哪。**

## 说什么

| 部分 | 说 | 不说 |
| --- | --- | --- |
| 昨天 | 做成了什么，差多少 | 忙了什么 |
| 今天 | 能验收的一件事 | “继续跟进” |
| 问题 | 现象、影响、要谁做什么、何时要 | 谁的责任 |

## 三条规矩

- 超过两分钟的讨论，记成问题，会后两个人谈。
- 需要客户配合的，当场说出部门和日期，不点个人的名。
- 内部的话写在内部行里；发布前看一遍预览。

## 客户不来怎么办

连续两次没来，第三次换到他的时间，或者改成书面。站会照发，别停：停了就再也起不来。
"""

_BAD_NEWS = """\
坏消息拖一天，信任少一分。**当天说，当面说，带着办法说。**

1. 先说事实：发生了什么，影响哪个目标，影响几天。
2. 再说已经做了什么。
3. 给两个选择，各自的代价写清楚，说明我们建议哪个。
4. 说清下次什么时候更新，然后准时更新。

不要说“应该没问题”。不要在群里第一次说。不要让业务负责人从别人那里听到。
"""

_CASE_TEMPLATE = """\
讲功能没人记得住，讲一张单据怎么变快，人人记得住。每门课至少一个案例，两种做法并排。

## 结构

1. **情景**：谁、什么事、一个月几次、慢了会怎样。
2. **手工做法**：一步一行，写分钟数、人数、出错风险、审批次数。
3. **系统做法**：同样的写法，只写学员真的要做的步骤。
4. **为什么这样设计**：一句话，讲给不愿意改的人听。

## 数字从哪来

- 现场掐表三次取平均，不要估。
- 打电话、等签字也算时间，两个人一起做就算两个人。

## 讲法

先让学员自己说手工要几步，写在白板上；再打开系统。省下多少，让他们自己算出来。

| 时间 | 内容 |
| --- | --- |
| 10 分钟 | 学员讲手工做法 |
| 15 分钟 | 演示系统做法 |
| 45 分钟 | 每人用真实单据做三遍 |
| 20 分钟 | 实操考核与测验 |
"""

_CONDITION = """\
A condition of acceptance is a debt with a date. Write it so that nobody has to argue later whether it was paid.

## Four parts

1. **What is true then** — "one planning run takes at most 30 minutes", not "performance is improved".
2. **Who measures it, and how** — "the planning department, three runs, average".
3. **By which day** — a working day at the site, agreed with the person who has to do it.
4. **What proves it** — a screenshot, a signed sheet, a log; name it now.

## Before you accept one

| Ask | If the answer is no |
| --- | --- |
| Can the users work without it until then? | It is not a condition; the test is rejected. |
| Is it ours to do? | Write it down as something the client gives. |
| Does it fit before go-live? | Take it to the Go decision. |

Three conditions a cell are enough. With five, nobody believes that it was accepted.
"""

_INTERVIEW = """\
访谈对象：零售业务部 3 人、支行客户经理 5 人，共两场，每场 90 分钟。

## 他们怎么说

- “登记一条要十几分钟，还不如写在自己的表里。”
- “登记了也没人看，周会还是问我。”
- “怕登记了，客户就成别人的了。”

## 我们听到的

1. **不是不会，是不值**：登记的人得不到好处，看的人才有好处。
2. **担心归属**：归属规则没有写在任何地方，各支行说法不一。
3. **两个必填项查不到**：来源渠道和预计金额，客户经理手里没有。

## 对方案的影响

- 客户视图自动带出已有字段，只留三项必填。
- 归属规则写进《权限确认书》，由业务负责人签字。
- 周会直接投屏系统的列表，不再收周报。
"""

ARTICLES = (
    Written(
        Kind.PRACTICE, "进场第一周要做的七件事", "驻场工作法", ("进场", "新人"), "li", _FIRST_WEEK, 120, "wang",
        read_first=1, helped=("sun", "he", "kun"),
    ),
    Written(
        Kind.PRACTICE, "每日站会怎样开到 15 分钟以内", "驻场工作法", ("站会", "新人"), "sun", _STAND_UP, 96, "li",
        read_first=2, helped=("kun", "zheng"), did_not=("he",),
    ),
    Written(
        Kind.TEMPLATE, "案例式培训模板：两种做法并排讲", "培训", ("培训", "案例", "模板"), "he", _CASE_TEMPLATE, 74, "wang",
        read_first=3, helped=("sun", "kun"),
    ),
    Written(
        Kind.PRACTICE, "给客户的坏消息怎么说", "客户沟通", ("沟通", "延期"), "zheng", _BAD_NEWS, 260, "wang", read_first=4,
        stale_since=20, helped=("li",),
    ),
    Written(
        Kind.PRACTICE, "Writing a condition of acceptance that can be met", "上线切换", ("UAT", "acceptance"), "li",
        _CONDITION, 41, "zheng", helped=("he",),
    ),
    Written(
        Kind.INTERVIEW, "访谈纪要：客户经理为什么不愿意登记商机", "客户沟通", ("访谈", "CRM"), "zheng", _INTERVIEW, 62, "he",
        story="零售 CRM 系统上线", of_client=True,
    ),
    *SOLUTIONS,
)  # fmt: skip
