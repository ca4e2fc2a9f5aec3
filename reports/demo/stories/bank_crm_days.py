"""The bank's stand-ups; on day 20 the training stopped, because permissions had not been confirmed beforehand."""

from __future__ import annotations

from reports.demo.story import Day, Internal, Reply, Told, Trouble
from standups.models import Answer, Party, Severity

_RIGHTS = Trouble(
    "rights",
    "支行客户经理能看到其他支行的客户名单",
    Severity.CRITICAL,
    Party.CLIENT,
    "零售业务部",
    due_in=2,
    told=Told(
        symptom="第二场培训中，客户经理潘越在客户视图里查到了其他支行的客户，培训当场暂停。",
        cause="三级数据权限按总行口头说明配置，支行一级没有书面确认；测试只用了总行账号。",
        fix="与零售业务部逐角色核对权限矩阵，形成《权限确认书》并由双方签署，按确认书重新配置后抽测 12 个账号。",
        prevention="权限分配需前置确认：培训开始前，客户必须签署《权限确认书》，并用每一级的真实账号各测一遍。",
    ),
)
_DUPLICATES = Trouble(
    "duplicates",
    "合并后仍有约 1,900 组疑似重复客户需要人工确认",
    Severity.MAJOR,
    Party.CLIENT,
    "零售业务部",
    due_in=4,
    told=Told(
        symptom="三个来源系统合并后，全量比对仍有 0.9% 的疑似重复，超过约定的 0.5%。",
        cause="早年开户只留了固定电话，证件号码有 15 位与 18 位两种写法，自动规则无法判断。",
        fix="按支行分发核对清单，客户经理三天内确认完 1,900 组，再次比对重复率为 0.4%。",
        prevention="合并规则先用一家支行的数据试跑，并提前约定人工确认的人手与时间。",
    ),
)

DAYS = (
    Day(1, ("召开启动会，确认三级联系人", "核对网络与安全准入要求"), guests=("xu", "guo", "pan"), minutes=20),
    Day(2, ("安装应用与数据库", "申请堡垒机账号"), minutes=12),
    Day(
        3,
        ("部署测试版本", "接入统一身份认证"),
        troubles=(Trouble("sso", "统一身份认证的测试证书已过期", Severity.MAJOR, Party.CLIENT, "金融科技部", 1),),
    ),
    Day(4, ("验收测试环境", "编写三个来源系统的映射表"), replies=(Reply("sso", Answer.SOLVED, "证书已更换"),)),
    Day(5, ("抽取核心系统客户信息", "制定客户合并规则"), done=("环境验收 14 项全部通过",), minutes=13),
    Day(6, ("抽取网银与信用卡客户信息", "用一家支行的数据试跑合并"), minutes=11),
    Day(7, ("按试跑结果调整合并规则", "准备全量合并"), done=("试跑 8,400 名客户，自动合并 96%",)),
    Day(8, ("执行全量合并", "核对合并前后的客户数"), minutes=10),
    Day(9, ("比对全量重复率", "整理疑似重复清单"), done=("全量合并 38.6 万名客户，用时 52 分钟",)),
    Day(10, ("按支行分发核对清单", "编写测试用例"), troubles=(_DUPLICATES,), guests=("xu", "guo"), minutes=18),
    Day(11, ("测试客户视图与商机管理", "跟踪核对清单回收"), done=("测试用例 62 条已评审",)),
    Day(
        12,
        ("测试拜访登记与任务提醒", "跟踪核对清单回收"),
        replies=(Reply("duplicates", Answer.CHANGED, "已回收 31 家支行"),),
    ),
    Day(13, ("组织零售业务部验收客户视图", "优化客户视图查询"), done=("客户视图首屏由 4.1 秒降到 1.2 秒",)),
    Day(
        14,
        ("复测未通过的 5 条用例", "导入人工确认结果"),
        replies=(Reply("duplicates", Answer.CHANGED, "46 家支行全部回收，正在导入"),),
    ),
    Day(
        15,
        ("压力测试，模拟 400 名客户经理同时使用", "再次比对重复率"),
        troubles=(
            Trouble(
                "push", "手机端消息推送偶尔延迟 10 分钟以上", Severity.MINOR, Party.THIRD_PARTY, "短信平台厂家", 20
            ),
        ),
    ),
    Day(
        16,
        ("整理压力测试报告", "准备培训账号 46 个"),
        done=("400 名用户同时使用时平均响应 0.9 秒",),
        replies=(Reply("duplicates", Answer.SOLVED, "再次比对重复率 0.4%"),),
    ),
    Day(
        17,
        ("编写简易操作指南", "录制商机登记短视频"),
        done=(Internal("郭总对进度满意，但要求上线前不出现在行内简报"),),
    ),
    Day(18, ("组织最终验收", "确认培训名单与场地"), guests=("xu", "guo", "pan"), minutes=17),
    Day(19, ("第一场培训，支行行长 46 人", "收集培训反馈"), done=("最终验收 62 条用例全部通过",)),
    Day(
        20, ("暂停第二场培训", "与零售业务部核对权限矩阵"), left=(1,), troubles=(_RIGHTS,), guests=("xu", "guo", "pan")
    ),
    Day(
        21,
        ("起草《权限确认书》并提交签署", "按权限矩阵重新配置"),
        done=(Internal("这次是我方没有先要书面确认，复盘时作为公司级教训提出"),),
        replies=(Reply("rights", Answer.CHANGED, "权限矩阵已逐角色核对，待签署确认书"),),
    ),
    Day(
        22,
        ("恢复第二场培训，客户经理 120 人", "抽测 12 个账号的数据权限"),
        replies=(Reply("rights", Answer.SOLVED, "《权限确认书》双方已签署，12 个账号抽测无越权"),),
    ),
    Day(23, ("第三场培训，客户经理 126 人", "准备上线切换方案"), done=("第二场考核合格 117 人",)),
    Day(24, ("补考与一对一辅导", "评审上线切换方案"), minutes=12),
    Day(25, ("冻结旧系统登记", "执行切换演练"), guests=("xu", "guo"), minutes=14),
    Day(
        26,
        ("导入最后一批增量客户", "上线前检查 28 项"),
        done=("切换演练 20 步全部走完，备份比计划慢 25 分钟，回退演练 40 分钟",),
    ),
    Day(27, ("正式上线", "现场值守"), done=("上线前检查 28 项全部通过",), guests=("xu", "guo", "pan"), minutes=10),
    Day(
        28,
        ("巡访三家支行，收集使用问题", "现场计时商机登记"),
        done=("首日 41 家支行有登记，共 612 条商机",),
        troubles=(Trouble("print", "网点打印模板有两处需要调整", Severity.MINOR, Party.VENDOR, "驻场工程师", 15),),
    ),
    Day(29, ("汇总首周使用数据", "准备驻场总结会"), done=("三家支行商机登记平均 3.4 分钟",), minutes=13),
)
