"""The written stand-ups of the hospital."""

from __future__ import annotations

from reports.demo.story import Day, Internal, Reply, Told, Trouble
from standups.models import Answer, Kind, Party, Severity

_MAPPING = Trouble(
    "mapping",
    "患者信息导入字段映射错误，过敏史写入了备注字段",
    Severity.CRITICAL,
    Party.VENDOR,
    "驻场工程师",
    due_in=1,
    kind=Kind.DATA,
    functions=("患者信息导入",),
    goals=(0,),
    told=Told(
        symptom="第 7 天核对第一批 5,000 条患者信息时，护理部发现过敏史一栏为空，内容出现在备注中。",
        cause="旧系统在三年前调整过字段顺序，接口文档没有更新，映射表沿用了旧文档。",
        fix="当天停止导入并回退第一批数据，按现行表结构重做映射，重新导入后逐字段抽查 500 条。",
        prevention="每批导入前先导 50 条，由护士长与信息科共同核对关键字段，签字后再导整批。",
    ),
)

DAYS = (
    Day(
        1,
        plan=("确认服务器机柜位置与内外网隔离方案", "收集旧系统数据字典"),
        done=("驻场人员已完成院感培训，工作证已领取",),
    ),
    Day(
        2,
        plan=("安装数据库并建立每日备份", "申请医保前置机测试地址"),
        done=("旧系统数据字典收到 31 份，缺医技部分",),
        troubles=(
            Trouble(
                "insurance",
                "医保前置机测试地址尚未开通",
                Severity.MAJOR,
                Party.THIRD_PARTY,
                "市医保中心",
                6,
                kind=Kind.INTERFACE,
                next_step="医保中心开通后联调结算接口",
                functions=("医保结算",),
            ),
        ),
    ),
    Day(
        3,
        plan=("部署门诊医生站测试版", "按科室建立账号与角色"),
        done=("备份恢复演练一次，用时 18 分钟",),
    ),
    Day(
        4,
        plan=("联调打印机与读卡器", "编写患者信息映射表"),
        done=(
            "按科室建立账号 186 个",
            Internal("护理部对换系统有抵触，培训前请何嘉怡先去跟一个早班，了解真实流程"),
        ),
        troubles=(
            Trouble(
                "reader",
                "三楼收费窗口两台读卡器驱动不兼容",
                Severity.MINOR,
                Party.CLIENT,
                "信息科",
                3,
                kind=Kind.ENVIRONMENT,
                owner="he",
                functions=("挂号与分诊",),
            ),
        ),
    ),
    Day(
        5,
        plan=("验收测试环境", "准备第一批 5,000 条患者信息"),
        left=(0,),
        replies=(Reply("insurance", Answer.CHANGED, "医保中心已受理，预计一周内开通"),),
    ),
    Day(
        6,
        plan=("导入第一批患者信息", "抽查 500 条并与旧系统比对"),
        done=("测试环境验收完成，11 项全部通过",),
        replies=(Reply("reader", Answer.SOLVED, "信息科更换了新驱动，两台均已正常"),),
    ),
    Day(
        7,
        plan=("停止导入并回退第一批数据", "按现行表结构重做映射表"),
        done=("第一批 5,000 条患者信息导入完成",),
        troubles=(_MAPPING,),
    ),
    Day(
        8,
        plan=("重新导入第一批患者信息", "与护士长核对 50 条样本的关键字段"),
        done=(Internal("若回退再晚一天，门诊试运行就会用到错误的过敏史；复盘时作为案例讲"),),
        replies=(Reply("mapping", Answer.SOLVED, "已按现行表结构重做映射，抽查 500 条，过敏史全部正确"),),
        troubles=(
            Trouble(
                "id",
                "1 条患者的证件类型需由病案室核实",
                Severity.MINOR,
                Party.CLIENT,
                "病案室",
                3,
                kind=Kind.DATA,
                next_step="病案室调阅纸质档案",
                functions=("患者主索引合并",),
            ),
        ),
    ),
    Day(
        9,
        plan=("导入第二批 20,000 条患者信息", "整理分诊叫号屏接口说明"),
        done=("重导后抽查 500 条，499 条一致", "护士长杜文娟提出的核对清单已采用，非常有价值"),
        replies=(Reply("insurance", Answer.STILL, "医保中心答复本周内开通"),),
    ),
)
