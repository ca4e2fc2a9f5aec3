"""The stand-ups of the reimbursement roll-out."""

from __future__ import annotations

from reports.demo.story import Day, Internal, Reply, Told, Trouble
from standups.models import Answer, Party, Severity

_BUDGET = Trouble(
    "budget",
    "两家单位的超预算单据没有被拦截",
    Severity.CRITICAL,
    Party.VENDOR,
    "驻场工程师",
    due_in=2,
    told=Told(
        symptom="测试中两家单位提交超出部门预算的单据，系统没有提示，直接进入审批。",
        cause="这两家单位的预算按项目编制，系统只按部门取数，取不到时默认放行。",
        fix="预算控制改为先按项目、再按部门取数，取不到预算时一律转人工，复测 36 张单据全部正确。",
        prevention="需求阶段按单位逐一确认审批层级与预算口径，写成规则表由财务总监签字。",
    ),
)

DAYS = (
    Day(1, ("召开启动会，确认 12 家单位的联系人", "核对总部现有配置"), guests=("deng", "zeng", "luo"), minutes=20),
    Day(2, ("搭建推广环境", "收集各单位审批层级"), minutes=12),
    Day(3, ("接入统一待办与单点登录", "收集各单位预算口径"), done=("已收到 9 家单位的审批层级表",)),
    Day(4, ("验收推广环境", "整理 12 家单位规则表"), minutes=11),
    Day(
        5,
        ("导入组织与人员 3,420 人", "导入部门预算"),
        troubles=(Trouble("people", "人事系统中 58 人的部门已撤销", Severity.MINOR, Party.CLIENT, "人力资源部", 3),),
    ),
    Day(6, ("核对人员与部门对应关系", "导入供应商与收款账户"), minutes=10),
    Day(
        7,
        ("配置四级审批流程", "配置费用标准"),
        replies=(Reply("people", Answer.SOLVED, "人力资源部已调整 58 人的部门"),),
    ),
    Day(8, ("配置凭证模板", "联调财务总账接口"), done=("四级审批流程 31 条配置完成",)),
    Day(
        9,
        ("抽查预算导入结果", "联调银企直连"),
        troubles=(
            Trouble("bank", "银企直连测试环境每天 17:00 后关闭", Severity.MINOR, Party.THIRD_PARTY, "开户银行", 5),
        ),
    ),
    Day(10, ("数据迁移核对签收", "编写测试用例 48 条"), guests=("deng", "zeng"), minutes=16),
    Day(11, ("测试差旅申请与报销", "测试票据识别"), done=("数据迁移核对单已签收",)),
    Day(
        12,
        ("测试招待费与办公费", "收集票据样本 1,000 张"),
        replies=(Reply("bank", Answer.SOLVED, "测试窗口延长到 20:00"),),
    ),
    Day(13, ("测试预算控制", "优化票据识别规则"), minutes=12),
    Day(14, ("修改预算取数规则", "复测预算控制"), troubles=(_BUDGET,), guests=("deng", "zeng", "luo"), minutes=18),
    Day(
        15,
        ("复测 36 张超预算单据", "抽查票据识别准确率"),
        replies=(Reply("budget", Answer.CHANGED, "取数规则已修改，正在复测"),),
    ),
    Day(
        16,
        ("组织财务共享中心验收", "整理验收意见"),
        done=("抽查 1,000 张票据，准确率 98.4%",),
        replies=(Reply("budget", Answer.SOLVED, "36 张超预算单据全部转人工，复测通过"),),
    ),
    Day(17, ("关闭验收意见 7 条", "准备培训材料"), done=(Internal("曾总私下提出希望延长免费支持期，请王经理答复"),)),
    Day(18, ("培训财务人员 24 人", "制作报销操作短视频"), minutes=13),
    Day(19, ("培训第一批员工代表 60 人", "收集常见问题"), done=("财务人员考核全部合格",)),
    Day(20, ("培训第二批员工代表 64 人", "发布简易操作指南"), minutes=12),
    Day(21, ("培训审批领导 36 人", "更新常见问题 18 条"), done=("用手工流程与系统流程对照讲解，反馈很好",)),
    Day(22, ("补训与答疑", "评审上线方案"), guests=("deng", "zeng"), minutes=14),
    Day(23, ("前 4 家单位上线", "现场值守"), done=("上线方案评审通过",)),
    Day(24, ("再上线 4 家单位", "处理首日问题"), done=("首日提交报销单 73 张，审批正常",)),
    Day(25, ("最后 4 家单位上线", "确认首张报销单审批完成"), guests=("deng", "zeng", "luo"), minutes=11),
    Day(
        26,
        ("巡检 12 家单位", "统计审批用时"),
        troubles=(Trouble("seal", "电子签章在两台旧电脑上显示不全", Severity.MINOR, Party.CLIENT, "数字化部", 20),),
    ),
    Day(27, ("汇总上线情况", "准备驻场总结会"), done=("上线三天共提交报销单 268 张，退回 5 张",), minutes=12),
)
