"""The bank's review: the lesson that became a rule, the delay of which both sides spoke, and two opinions of three."""

from __future__ import annotations

from engagements.models.client import Industry
from reports.demo.review import Ask, Asked, Learned, Ledger, Letter, Opinion, Review, Word

_LETTER = Letter(
    32,
    title="进场前签署《权限确认书》",
    text="银行客户的数据权限分层多、责任重。第一次给真实用户开账号之前，客户必须书面确认每个角色能看什么、能做什么。",
    industry=Industry.BANKING,
    heading="权限确认书",
    paragraphs=(
        "就“{engagement}”，{client}确认：下列各角色的权限已逐项商定，并在驻场工作开始前按此配置。",
        "签署人已逐角色核对。此后的调整由客户书面提出，双方以同样方式确认。",
    ),
    points=(
        "每个角色可查看的数据范围与可办理的步骤已列全，没有遗漏的角色。",
        "谁审批、谁只读、缺席时由谁代办，均已明确。",
        "每个角色各用一个真实账号试过：该办的能办，不该看的看不到。",
        "离岗与调岗人员的账号已停用。",
        "客户指定一人，今后统一负责权限的授予与收回。",
    ),
)

REVIEW = Review(
    asked=Asked(
        31,
        (("培训是否够用？", Ask.MARK), ("数据合并的过程是否让您放心？", Ask.MARK)),
        ("xu", "pan"),
        (
            Opinion(32, "xu", 4, {1: 3, 2: 5}, "权限这件事耽误了一天，之后的处理很快。"),
            Opinion(33, "guo", 5, {1: 4, 2: 5}, "客户经理愿意用，这是最要紧的。", on_paper=True),
        ),
    ),
    learned=(
        Learned(
            31,
            "权限分配需前置确认",
            "第二场培训中，客户经理在客户视图里查到了其他支行的客户，培训当场暂停，上线推迟一个工作日。",
            "三级数据权限只按总行的口头说明配置，支行一级没有书面确认，测试又只用了总行账号。",
            "培训开始前由客户签署《权限确认书》，并用每一级的真实账号各测一遍。",
            letter=_LETTER,
        ),
        Learned(
            31,
            "登记用时的目标要先看原型再定",
            "“三分钟”的目标在见到登记页之前就写进了《目标与范围》，上线后平均 3.4 分钟，未达成。",
            "谈目标时没有用原型实测，低估了两个必填项的录入时间。",
            "与操作用时有关的目标，先用原型计时三次，再写进《目标与范围》。",
            is_internal=True,
        ),
    ),
    ledger=Ledger(
        31, (Word(32, "xu"), Word(33, "guo", "权限矩阵在约定当天已由零售业务部发出，这一天应由双方各计一半。", 1))
    ),
)
