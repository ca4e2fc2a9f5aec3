"""The stand-ups on the shop floor; day 6 was missed, because the whole team was away for a safety briefing."""

from __future__ import annotations

from reports.demo.story import Day, Internal, Reply, Told, Trouble
from standups.models import Answer, Party, Severity

_STATUS = Trouble(
    "status",
    "工单导入后状态显示错误，已完工的工单显示为“待下达”",
    Severity.CRITICAL,
    Party.VENDOR,
    "驻场工程师",
    due_in=2,
    told=Told(
        symptom="第 8 天站会上，计划科吴晓燕发现已完工的工单在系统中显示为“待下达”，抽查 20 条中有 6 条不符。",
        cause="旧系统状态码 7（完工）与 9（关闭）的字段映射颠倒，导入脚本没有核对状态分布。",
        fix="修正映射表，回退本批数据后重新导入 2,184 条工单，并与旧系统逐条比对，无差异。",
        prevention="导入前先核对状态分布，差异超过 0.5% 即停止；该步骤已写入驻场执行手册。",
    ),
)

DAYS = (
    Day(
        1,
        plan=("召开现场启动会，确认联系人与作息", "核对服务器与网络清单"),
        done=("已到达现场，门禁与工位办理完毕",),
        guests=("chen", "lin", "yoshida", "wu"),
        minutes=20,
    ),
    Day(
        2,
        plan=("安装应用服务器与数据库", "开通测试账号 12 个"),
        done=(
            "资料清单 9 份已收到 8 份，还缺设备台账",
            Internal("陈主任担心上线影响月底结账，今后沟通先讲回退办法，再讲进度"),
        ),
        troubles=(
            Trouble("port", "测试环境 8443 端口未开放，应用无法访问", Severity.MAJOR, Party.CLIENT, "信息部", 1),
        ),
        minutes=14,
    ),
    Day(
        3,
        plan=("部署生产计划模块测试版", "配置工厂日历与早中晚三班"),
        replies=(Reply("port", Answer.SOLVED, "信息部昨天下午已开放端口"),),
        minutes=12,
    ),
    Day(
        4,
        plan=("与信息部共同验收测试环境", "整理 BOM 导入模板"),
        done=("测试版首页平均响应 0.8 秒",),
        minutes=11,
    ),
    Day(
        5,
        plan=("导入第一批 BOM 共 860 条", "导入 46 个工作中心"),
        done=("环境验收单已由双方确认",),
        minutes=13,
    ),
    Day(
        7,
        plan=("补录计量单位后复核 BOM", "导入工艺路线 312 条"),
        done=("BOM 第一批导入完成，自动校验通过 823 条",),
        troubles=(
            Trouble("units", "37 条 BOM 缺少计量单位，无法计算物料需求", Severity.MAJOR, Party.CLIENT, "工艺科", 2),
        ),
        guests=("chen", "yoshida", "wu"),
        minutes=17,
    ),
    Day(
        8,
        plan=("修正工单状态字段映射", "回退并重新导入工单 2,184 条"),
        done=("工单首次导入 2,184 条",),
        troubles=(_STATUS,),
        replies=(Reply("units", Answer.SOLVED, "工艺科已补齐 37 条计量单位"),),
        guests=("chen", "lin", "wu"),
        minutes=15,
    ),
    Day(
        9,
        plan=(
            "与旧系统逐条比对工单状态",
            "为两名排产员做第一次上机辅导",
            Internal("先向陈主任单独说明数据迁移晚 2 个工作日的原因，再在站会上公布"),
        ),
        left=(1,),
        replies=(Reply("status", Answer.CHANGED, "映射表已修正，正在重新导入"),),
        minutes=15,
    ),
    Day(
        10,
        plan=("核对历史工单的交期与数量", "组织第一场上机考核"),
        done=("工单状态逐条比对完成，2,184 条无差异",),
        troubles=(
            Trouble(
                "history", "需要提供上一年度的历史工单，用于校准标准工时", Severity.MAJOR, Party.CLIENT, "信息部", 3
            ),
        ),
        replies=(Reply("status", Answer.SOLVED, "重新导入 2,184 条，与旧系统逐条比对无差异"),),
        minutes=14,
    ),
    Day(
        11,
        plan=("联调 MES 工单下达接口", "清理重复工单"),
        done=("第一场上机考核结束，2 人合格",),
        troubles=(
            Trouble("twice", "工单导入重复 3 条", Severity.MINOR, Party.VENDOR, "驻场工程师", 1),
            Trouble(
                "mes", "MES 接口偶发超时，高峰时约 2% 的请求失败", Severity.MAJOR, Party.THIRD_PARTY, "MES 厂家", 4
            ),
        ),
        guests=("chen", "yoshida"),
        minutes=16,
    ),
    Day(
        12,
        plan=(
            "完成数据迁移核对并请计划科签收",
            "编写系统测试用例 24 条",
            Internal("请王经理跟进 MES 厂家的报价，接口重试先由我方实现"),
        ),
        done=("核对历史工单的交期时发现 5 条缺失，已请计划科补录",),
        replies=(
            Reply("twice", Answer.SOLVED, "重复的 3 条已删除，导入脚本增加了唯一校验"),
            Reply("mes", Answer.CHANGED, "已把接口日志发给 MES 厂家，对方正在分析"),
        ),
        troubles=(
            Trouble(
                "loan", Internal("孙一凡下月可能被抽调到另一项目，需要提前安排接替"), Severity.MAJOR, Party.VENDOR
            ),
        ),
        minutes=13,
    ),
    Day(
        13,
        plan=("生产计划 UAT 第 1 轮，核心用户 4 人", "对比系统排产与手工排产表"),
        done=("BOM 导入校验完成，1,376 条全部通过", "修复工单状态字段映射的核对报表"),
        troubles=(
            Trouble("network", "测试环境网络昨天下午中断 40 分钟", Severity.MAJOR, Party.CLIENT, "信息部", 2),
            Trouble("three", "排产结果与手工表相差 3%", Severity.MAJOR, Party.VENDOR, "驻场工程师", 3),
        ),
        replies=(Reply("mes", Answer.STILL, "厂家答复三天内给出补丁"),),
        guests=("chen", "yoshida", "wu"),
        minutes=12,
    ),
    Day(
        14,
        plan=("复核产能参数与换线时间", "整理权限清单，提交信息部确认"),
        done=("UAT 第 1 轮执行 24 条用例，通过 21 条",),
        replies=(Reply("three", Answer.CHANGED, "差异来自两条产线的换线时间，正在核对"),),
        minutes=12,
    ),
)
