"""The group's world: reimbursement with four levels of approval and a budget that is checked at once."""

from __future__ import annotations

from engagements.models import Emergency
from reports.demo.preparation import Area, Does, Fitted, Place, Preparation, Risk

_DENG = "数字化部 邓晓东 010-5553 7201"

PREPARATION = Preparation(
    on=-8,
    areas=(
        Area(
            "费用报销",
            (
                Does(
                    "报销申请与审批",
                    who="12 家单位全体员工",
                    what="提交差旅、招待、办公费用并逐级审批",
                    when="每天",
                    where="网页或手机",
                    why="员工不跑腿，财务有依据",
                    how="拍票识别，系统校验预算后进入审批",
                    rules="5,000 元以内部门负责人批准，5 万元以内分管领导批准，以上由财务总监与总经理批准。\n"
                    "超出部门预算的单据自动退回。",
                    risk=Risk.HIGH,
                    risk_reason="资金支付内控",
                    signed_off_by="财务总监 曾丽萍",
                    serves=(0, 1),
                ),
                Does(
                    "票据识别与复核",
                    who="费用会计 6 人",
                    what="复核识别结果与发票真伪",
                    when="每天",
                    where="财务共享中心",
                    why="错一张票就要退单",
                    how="系统识别，低于 95% 置信度的人工复核",
                    rules="电子发票查重，重复的自动拦截。",
                    signed_off_by="费用会计 罗敏",
                    serves=(2,),
                ),
            ),
        ),
    ),
    fitted=(
        Fitted(Emergency.NETWORK, "sun", None, _DENG),
        Fitted(Emergency.PERMISSION, "sun", None, _DENG),
        Fitted(Emergency.INTERFACE, "sun", None, _DENG),
    ),
    places=(Place("正式环境", "12 家单位使用", "fy.xinyuan.example", "数字化部密码管理系统", "邓晓东"),),
)
