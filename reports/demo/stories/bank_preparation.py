"""The bank's two worlds: customer data behind three levels of permission, and a credit approval that is still being understood."""

from __future__ import annotations

from engagements.models import DocumentRequest, Emergency
from reports.demo.preparation import Area, Asked, Does, Fitted, Frequency, Place, Preparation, Priority, Risk

_XU = "金融科技部 许蔓 021-5552 5160"

CRM = Preparation(
    on=-8,
    areas=(
        Area(
            "权限管理",
            (
                Does(
                    "数据权限配置",
                    who="总行权限管理员 2 人",
                    what="按总行、分行、支行三级配置可见客户",
                    when="每天，岗位变动当日",
                    where="总行大厦 6 层",
                    why="越权查看客户信息须上报监管",
                    how="人力系统推送岗位，管理员复核后生效",
                    rules="客户经理只见本人名下客户。\n跨支行查看须分行零售部主管授权，有效期 5 个工作日。\n"
                    "《权限确认书》由零售业务部总经理签署后方可开通。",
                    pain_points="以前谁能看什么没人说得清",
                    risk=Risk.HIGH,
                    risk_reason="客户信息保护",
                    signed_off_by="零售业务部总经理 郭振华",
                    serves=(1,),
                ),
            ),
        ),
        Area(
            "客户经营",
            (
                Does(
                    "商机登记",
                    who="46 家支行客户经理",
                    what="登记商机、金额、下次跟进日",
                    when="每天，拜访后当日",
                    where="支行或手机端",
                    why="不登记就没有跟进提醒",
                    how="从客户视图发起，自动带出基本信息",
                    rules="金额 500 万元以上抄送支行行长。",
                    signed_off_by="客户经理代表 潘越",
                    serves=(1, 2),
                ),
                Does("活动报表", who="零售业务部", when="每月", priority=Priority.COULD, frequency=Frequency.MONTHLY),
            ),
        ),
    ),
    fitted=(
        Fitted(Emergency.NETWORK, "zheng", "he", _XU),
        Fitted(Emergency.PERMISSION, "zheng", "he", _XU, -2, "临时角色 6 分钟开通"),
        Fitted(Emergency.INTERFACE, "zheng", "he", _XU),
    ),
    asked=(
        Asked(
            "客户信息保护办法",
            DocumentRequest.Kind.MANUAL,
            "确定权限边界",
            -6,
            -6,
            -5,
            "跨支行查看须分行授权，已写入业务规则",
        ),
    ),
    places=(Place("生产环境", "46 家支行使用", "crm.jianghai.example", "金融科技部堡垒机，一人一号", "许蔓"),),
)

CREDIT = Preparation(
    on=-12,
    has_tasks=True,
    areas=(
        Area(
            "授信审批",
            (
                Does(
                    "分级审批",
                    who="支行行长、分行信贷部、总行审批中心、贷审会",
                    what="按额度逐级审批对公授信",
                    when="每天",
                    where="各级信贷部门",
                    why="每一级权限都要有据可查",
                    rules="500 万元以内支行审批，2,000 万元以内分行审批，1 亿元以内总行审批中心，以上上贷审会。",
                    pain_points="退回补件平均多花 4 天",
                    risk=Risk.HIGH,
                    risk_reason="授信权限受监管",
                    signed_off_by="信贷管理部总经理 冯志远",
                    serves=(0,),
                ),
                Does("补件跟踪", who="客户经理", what="记录缺什么、何时补齐", frequency=Frequency.DAILY, serves=(1,)),
                Does("批复归档", who="档案室", priority=Priority.SHOULD, frequency=Frequency.WEEKLY),
            ),
        ),
    ),
    fitted=(Fitted(Emergency.NETWORK, "zheng", None, _XU),),
    asked=(
        Asked(
            "对公授信管理办法",
            DocumentRequest.Kind.MANUAL,
            "核对四级权限",
            -9,
            -10,
            -9,
            "额度口径与系统参数不一致两处，待确认",
        ),
        Asked("近一年批复用时明细", DocumentRequest.Kind.DATA, "测出基线", -7),
    ),
)
