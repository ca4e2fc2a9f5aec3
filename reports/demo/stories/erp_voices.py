"""What the manufacturer's people doubt, suggest and remark, from the planner to the deputy manager."""

from __future__ import annotations

from datetime import time

from reports.demo.voices import Doubt, Given, Impression, Proof, Remark, Thought, Voices
from standups.models import Mood

_STATUSES = Proof(
    "2,184 条工单的状态分布，与旧系统逐类对比",
    "测试环境，重新导入后的库",
    "SELECT s.status, COUNT(*) AS new_count, o.old_count\n"
    "FROM work_order s JOIN old_status_count o ON o.status = s.status\n"
    "GROUP BY s.status, o.old_count ORDER BY s.status;",
    "status | new_count | old_count\n待下达 |       412 |       412\n已下达 |       655 |       655\n"
    "生产中 |       291 |       291\n完工   |       538 |       538\n关闭   |       288 |       288\n(5 rows)",
    "HashAggregate  (cost=96.40..97.15 rows=5)  actual time=6.1..6.2 ms\n"
    "  ->  Seq Scan on work_order s  rows=2184  actual time=0.0..2.9 ms",
)
_RETRIES = Proof(
    "昨天 MES 接口的失败请求，是否都重发成功",
    "正式环境 MES 接口的镜像日志，只读",
    "SELECT outcome, COUNT(*) AS calls, COUNT(DISTINCT order_no) AS orders\n"
    "FROM mes_call WHERE called_on = CURRENT_DATE - 1 GROUP BY outcome;",
    "outcome    | calls | orders\n一次成功   |  4127 |   1386\n重发后成功 |    83 |     71\n失败未重发 |     0 |      0\n(3 rows)",
    "GroupAggregate  rows=3  actual time=11.8..12.4 ms\n  ->  Index Scan using mes_call_called_on  rows=4210",
)
_LINE_A = Proof(
    "A 线一周排产与手工排产表的差异",
    "测试环境，第 12 天的数据",
    "SELECT line, SUM(planned_qty) AS system_qty, SUM(manual_qty) AS manual_qty\n"
    "FROM plan_compare WHERE line = 'A' GROUP BY line;",
    "line | system_qty | manual_qty\nA    |       5820 |       5998\n(1 row)",
)

VOICES = Voices(
    doubts=(
        Doubt(
            9,
            time(10, 5),
            "wu",
            "工单导进来状态是错的，我们担心别的数据也被动过：已经完工的单子，会不会又排进计划里重做一遍？",
            answers=(
                Given(
                    10,
                    "吴工，谢谢您直接说出来。重做一遍已经完工的单子，损失要车间承担，这个担心很有道理，我们逐条核对了再回复您。",
                    "出错的只有状态这一个字段。2,184 条工单已全部重新导入，五种状态的数量与旧系统完全一致；"
                    "538 条完工工单没有一条进入排产范围。原因是两个状态码的映射写反，已改正，并在导入前增加了分布核对。",
                    (_STATUSES,),
                    (("每批导入前核对状态分布，差异超过 0.5% 即停止，计划科签字后再导", 15),),
                    verdict_on=11,
                ),
            ),
        ),
        Doubt(
            11,
            time(14, 40),
            "chen",
            "系统排产和手工表差 3%，上线以后产量会不会跟着少 3%？这个数我没法向林总解释。",
            answers=(
                Given(
                    12,
                    "陈主任，产量是您要向上面交代的数字，我们理解。先把能确认的事实摆出来，没核完的也如实告诉您。",
                    "差异不在产能，而在换线时间：系统按标准 40 分钟计算，手工表按熟练班组的 25 分钟。"
                    "A 线一周少排 178 件，全部来自换线。",
                    (_LINE_A,),
                    (("与工艺科重新测定各产线换线时间", 16),),
                    verdict_on=13,
                    verdict_note="只核对了 A 线，B 线和 C 线班组不一样，也要看。",
                ),
            ),
        ),
        Doubt(
            12,
            time(11, 15),
            "chen",
            "MES 接口高峰时有 2% 的请求失败，失败的那些工单会不会就丢了，车间收不到？",
            answers=(
                Given(
                    13,
                    "您问到了要害：超时本身不可怕，可怕的是没人知道丢了哪一张。我们查的正是这一点。",
                    "昨天共 4,210 次请求，83 次首次超时，全部在三分钟内自动重发成功，没有一张工单丢失。"
                    "厂家补丁到之前，重发由我方程序负责，每天 8:00 生成未送达清单，正常时为空。",
                    (_RETRIES,),
                    (("未送达清单每天 8:00 发给信息部", 15), ("厂家补丁上线后复测一次高峰", 18)),
                ),
            ),
        ),
        Doubt(
            13,
            time(16, 50),
            "lin",
            "要是在月底结账那几天切换出了问题，多久能退回旧系统？这个演练我没有看到过。",
            heard="li",
        ),
    ),
    thoughts=(
        Thought(
            "insert",
            9,
            "wu",
            "加急插单时直接列出会被推迟的订单",
            "现在插一张加急单，要把后面三天的排产表逐张翻一遍才知道影响了谁，经常漏通知销售。",
            thanked_on=9,
            thanks="吴工，这个想法来自您每天的实际工作，我们坐在电脑前想不到。已经记下，怎么做、要多少天，明天给您答复。",
        ),
        Thought(
            "screen",
            12,
            "二号车间主任 何建军",
            "车间大屏显示当日计划达成率",
            "班前会不用再抄白板，三条线谁快谁慢一眼能看到。",
            thanked_on=12,
            thanks="谢谢何主任，班前会最需要的就是一眼能看明白。我们先算一下工作量，再由双方商量。",
        ),
        Thought(
            "colour",
            11,
            "chen",
            "排产结果里把外协工序标成另一种颜色",
            "外协的交期我们控制不了，混在一起看不出风险在哪里。",
            thanked_on=11,
            thanks="陈主任，这个建议好，我们自己测试时也被混在一起的工序绕晕过。",
            answered_on=13,
            answer="不需要变更：排产视图的“工序类型”可以设置颜色，已在测试环境配好，外协为橙色并带“外协”字样，"
            "UAT 第 1 轮请一起看看是否合适。",
        ),
        Thought(
            "template",
            13,
            "yoshida",
            "把换线时间做成按班组选择的模板",
            "熟练班组和新班组差 15 分钟，用一个标准值总会有偏差。",
        ),
    ),
    impressions=(
        Impression(
            2,
            "chen",
            Mood.TENSE,
            "月底结账不能受影响；遇到问题希望先听到退路，再听进度",
            "去年换 OA 时被中断过两天，当时是他向林总解释的。",
        ),
        Impression(9, "wu", Mood.UPSET, "不愿意重复录入；数据要能自己核对", "数据错了之后情绪较大，先听完再解释。"),
        Impression(11, "wu", Mood.TRUSTING, "喜欢自己先试一遍再讲给别人", "看过核对结果后主动要求当培训助教。"),
        Impression(13, "车间班组长们", Mood.NEUTRAL, "不想多填一张表", "大屏的提议来自他们，值得跟进。"),
    ),
    remarks=(
        Remark(12, "chen", "5 条缺失的交期，计划科明天中午前补齐。"),
        Remark(12, "li", "收到，补齐后我们当天下午复核，结果写进明天的站会。"),
        Remark(13, "chen", "网络中断的原因找到了吗？是不是还会再断？"),
    ),
    readers=(("chen", (8, 9, 10, 11, 12, 13)), ("lin", (8,))),
)
