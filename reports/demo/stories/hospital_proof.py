"""The hospital's proof: round 1 of the patients showed the wrong field, round 2 explains every difference."""

from __future__ import annotations

from reports.demo.proof import Count, Group, Load, MovedData, Proof, RoleOf, RolledOut, Sheet
from standups.data.mapping import Field

_OLD = (
    Field("PAT_ID", "patient_id", "原样"),
    Field("ID_TYPE", "id_type", "03 → 护照"),
    Field("ALG_FLAG", "remark", "原样"),
    Field("ALG_TEXT", "remark", "接在后面"),
    Field("BIRTH_DT", "birth_date", "YYYYMMDD → 日期"),
)
_NEW = (
    *_OLD[:2],
    Field("ALG_FLAG", "allergy_status", "0/1/9 → 无/有/未知，9 不得并入“无”"),
    Field("ALG_TEXT", "allergy_note", "原样"),
    _OLD[4],
)

PROOF = Proof(
    data=(
        MovedData(
            "患者主数据",
            "旧 HIS · PAT_MASTER",
            "新 HIS · patient",
            "病案室",
            (
                Load(
                    7,
                    "影子库",
                    (
                        Count("患者总数（第一批）", 5000, 5000),
                        Count("有过敏史的患者", 612, 598, "过敏史取值 9 被并入“无”，整批回退"),
                        Count("证件号码非空", 4871, 4871),
                    ),
                    fields=_OLD,
                    sample=500,
                    wrong=14,
                    checked="病案室 何主任",
                    explanation="14 条过敏史写进了备注字段：映射按旧表结构编写，整批回退",
                ),
                Load(
                    9,
                    "影子库",
                    (
                        Count("患者总数（第一批）", 5000, 4988, "12 组重复档案导入前已合并，病案室逐组签认"),
                        Count("有过敏史的患者", 612, 612),
                        Count("证件号码非空", 4871, 4860, "其中 11 条属于已合并的重复档案"),
                    ),
                    fields=_NEW,
                    reason="过敏史映射到了错误的字段，按现行表结构重做",
                    sample=500,
                    wrong=1,
                    checked="病案室 何主任",
                    explanation="1 条证件类型待病案室调阅纸质档案，过敏史全部正确",
                    signed_by="zhou",
                ),
            ),
        ),
        MovedData(
            "收费项目与药品目录",
            "旧 HIS · FEE_ITEM、DRUG_DICT",
            "新 HIS · charge_item",
            "财务科、药剂科",
            (
                Load(
                    8,
                    "影子库",
                    (
                        Count("收费项目", 8412, 8412),
                        Count("药品目录", 3267, 3261),
                        Count("单价合计", 1_284_610, 1_284_610, unit="元", is_sum=True),
                    ),
                    fields=(
                        Field("ITEM_CODE", "code", "国家医保编码优先"),
                        Field("UNIT_PRICE", "price", "分 → 元，保留两位"),
                    ),
                ),
            ),
        ),
    ),
    rollout=RolledOut(
        on=8,
        roles=(
            RoleOf("信息科管理员", Group.ADMINISTRATOR, 2, ((9, 2),), "上机操作考核，2 人合格"),
            RoleOf("挂号收费员", Group.CORE, 32),
            RoleOf("门诊护士", Group.ORDINARY, 24),
        ),
        stages=("试点：内科门诊", "全院门诊与住院"),
        modules=("患者信息", "门诊", "收费与医保"),
    ),
    sheet=Sheet(
        8,
        "全库冷备两份，一份在灾备机房；信息科当晚抽一张表做恢复验证",
        "信息科主任 周㛃 0512-5551 6012",
    ),
)
