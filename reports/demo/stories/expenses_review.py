"""The group's review: everybody answered, one lesson, and a visit in which one objective had slipped back."""

from __future__ import annotations

from decimal import Decimal

from engagements.models import FollowUpVisit
from reports.demo.review import Ask, Asked, Condition, Learned, Opinion, Outcome, Review, Visited

REVIEW = Review(
    asked=Asked(
        29,
        (("培训是否够用？", Ask.MARK), ("最想先改进的一处", Ask.TEXT)),
        ("deng", "luo"),
        (
            Opinion(30, "deng", 5, {1: 5, 2: "预算预警短信再早一天"}, "每天站会都准时，问题当天有回音。"),
            Opinion(30, "luo", 4, {1: 3}, "希望新增单位上线时再来讲一次。"),
            Opinion(31, "zeng", 4, {1: 4}, "推进稳，凭证接口的对账再细一些。", on_paper=True),
        ),
        closes_in=0,
        last_day=32,
    ),
    learned=(
        Learned(
            30,
            "预算口径要按单位逐一确认",
            "测试中两家单位的超预算单据直接进入审批：它们的预算按项目编制，系统只按部门取数。",
            "需求阶段只问了总部的预算口径，默认下属单位与总部一致。",
            "推广类项目在配置前，按单位填写审批层级与预算口径表，由财务负责人签字。",
        ),
    ),
    visits=(
        Visited(
            FollowUpVisit.Kind.ONE_MONTH,
            "数字化部 邓晓东",
            Condition.TROUBLED,
            "系统每天稳定运行，月结当周提交量翻倍，付款环节排队，审批用时回升。",
            4,
            note="财务共享中心本月少两人，回升的主因在付款环节的人手，可在三个月回访时再看是否推动自动付款。",
            found={
                0: (Decimal(12), "12 家单位本月均有报销单"),
                1: (Decimal("3.4"), "回访前 30 天 2,130 张报销单平均 3.4 个工作日"),
                2: (Decimal("98.6"), "抽查 500 张票据，识别错误 7 张"),
            },
            heard={"seal": (Outcome.SOLVED, "两台旧电脑已更换，签章显示正常")},
            needs=("年底前把境外差旅报销纳入，先出一份税务规则清单",),
        ),
    ),
)
