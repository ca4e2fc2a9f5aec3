"""What the hospital's people doubt, suggest and remark; the deputy director says it in the corridor."""

from __future__ import annotations

from datetime import time

from reports.demo.voices import Doubt, Given, Impression, Proof, Remark, Thought, Voices
from standups.models import Mood

_ALLERGIES = Proof(
    "重新导入后，5,000 名患者过敏史的三种取值与旧系统对比",
    "影子库，第一批重导之后",
    "SELECT n.allergy, COUNT(*) AS new_count, SUM(o.alg_flag = n.expected) AS same_as_old\n"
    "FROM patient n JOIN old_patient o ON o.pid = n.pid\nWHERE n.batch = 1 GROUP BY n.allergy;",
    "allergy | new_count | same_as_old\n无      |      4286 |        4286\n有      |       593 |         593\n"
    "未知    |       121 |         121\n(3 rows)",
    "HashAggregate  rows=3  actual time=21.4..21.5 ms\n  ->  Hash Join  rows=5000  actual time=3.2..17.8 ms",
)
_BACKUPS = Proof(
    "最近一次备份恢复演练的用时与记录数",
    "测试环境，恢复到空库",
    "SELECT restored_minutes, tables_restored, rows_missing FROM restore_drill ORDER BY drilled_on DESC LIMIT 1;",
    "restored_minutes | tables_restored | rows_missing\n              18 |             412 |            0\n(1 row)",
)

VOICES = Voices(
    doubts=(
        Doubt(
            7,
            time(15, 30),
            "du",
            "过敏史跑到备注里去了，要不是我们正好核对到，病人用错药怎么办？后面几批怎么保证不再出这种事？",
            answers=(
                Given(
                    8,
                    "杜护士长，这是关系病人安全的事，您提得非常及时。我们当天就停止了导入，没有核实清楚之前不会继续。",
                    "第一批数据已全部回退，影子库没有对外使用，没有医生看到过错误的过敏史。映射表按现行表结构重做，"
                    "“未知”不再并入“无”。重新导入后 5,000 名患者的过敏史逐条比对，三种取值全部一致。",
                    (_ALLERGIES,),
                    (("每批先导 50 条，由护士长与信息科核对关键字段并签字，再导整批", 12),),
                    verdict_on=9,
                ),
            ),
        ),
        Doubt(
            8,
            time(17, 10),
            "zhou",
            "如果切换当晚导入失败，来不来得及在早上七点挂号之前恢复旧系统？",
            answers=(
                Given(
                    9,
                    "周主任，早上七点是不能退让的底线，我们按这个时间倒排了方案。",
                    "备份恢复演练用时 18 分钟，412 张表无一缺失。方案里写明凌晨三点为最后决定时间，"
                    "三点前核对不通过即恢复旧系统，留有四小时余量。",
                    (_BACKUPS,),
                    (("上线前按真实数据量再演练一次恢复，请信息科到场", 14),),
                    hour=time(9, 5),
                ),
            ),
        ),
        Doubt(
            9,
            time(8, 40),
            "shen",
            "高峰期挂号要是比现在还慢，大厅排起队来，我没法向患者交代。",
            heard="kun",
        ),
    ),
    thoughts=(
        Thought(
            "checklist",
            6,
            "du",
            "每批导入前，先由护士长核对 50 条样本的关键字段",
            "过敏史、血型、紧急联系人这三项，护士看一眼就知道对不对。",
            thanked_on=7,
            thanks="杜护士长，您的办法比我们原来的随机抽查更管用，谢谢您愿意花时间帮我们把关。",
            answered_on=8,
            answer="从第一批重导起采用：先导 50 条，护士长与信息科签字后再导整批，核对清单已写进驻场手册的每日检查。",
        ),
        Thought(
            "wait",
            6,
            "du",
            "分诊屏显示预计等候时间",
            "患者每隔几分钟就来问还要等多久，分诊台大半时间都在回答这一个问题。",
            thanked_on=6,
            thanks="谢谢杜护士长，这能让分诊台腾出手来做正事。我们去问屏幕厂家能不能接。",
        ),
        Thought(
            "card",
            9,
            "挂号处 李芳",
            "窗口机增加“医保码识别失败”的大字提示",
            "老年人听不清，看得清大字就不用反复解释。",
        ),
    ),
    impressions=(
        Impression(4, "du", Mood.TENSE, "护士不能因为换系统多加班；先看过真实流程再谈培训"),
        Impression(
            8, "du", Mood.TRUSTING, "病人安全第一，说到做到", "回退处理得快，态度转变明显，可以请她做科室示范。"
        ),
        Impression(9, "shen", Mood.NEUTRAL, "只关心高峰期大厅不排长队", "谈进度先谈挂号用时，用数字说话。"),
    ),
    remarks=(
        Remark(8, "zhou", "回退处理及时，请把核对清单发给各科护士长。"),
        Remark(8, "kun", "今天下班前发出，抄送您和护理部。"),
        Remark(9, "zhou", "医保地址的事我下午去医保中心催一次。"),
    ),
    readers=(("zhou", (6, 7, 8)), ("shen", (7,))),
)
