"""Who is there. Names carry the characters that trip software up: 喆 堃 镕 㛃 𠮷."""

from __future__ import annotations

from onsite.accounts.roles import Role
from reports.demo.story import Person

PEOPLE = (
    Person("wang", "王海明", "wang.haiming@mingyuan.example", Role.MANAGER, "交付经理"),
    Person("zhao", "赵静怡", "zhao.jingyi@mingyuan.example", Role.ADMINISTRATOR, "系统管理员"),
    Person("li", "李喆", "li.zhe@mingyuan.example", Role.ENGINEER, "高级实施工程师"),
    Person("sun", "孙一凡", "sun.yifan@mingyuan.example", Role.ENGINEER, "实施工程师"),
    Person("kun", "王堃", "wang.kun@mingyuan.example", Role.ENGINEER, "医疗行业实施工程师"),
    Person("zheng", "郑楠", "zheng.nan@mingyuan.example", Role.ENGINEER, "金融行业实施工程师"),
    Person("he", "何嘉怡", "he.jiayi@mingyuan.example", Role.ENGINEER, "实施工程师兼培训讲师"),
    Person("chen", "陈镕", "chen.rong@huadong.example", Role.CLIENT, "信息部主任"),
    Person("lin", "林国栋", "lin.guodong@huadong.example", Role.CLIENT, "生产副总经理"),
    Person("yoshida", "𠮷田健一", "yoshida@huadong.example", Role.CLIENT, "生产技术顾问"),
    Person("wu", "吴晓燕", "wu.xiaoyan@huadong.example", Role.CLIENT, "计划科排产员"),
    Person("zhou", "周㛃", "zhou.jie@renhe.example", Role.CLIENT, "信息科主任"),
    Person("shen", "沈立群", "shen.liqun@renhe.example", Role.CLIENT, "分管副院长"),
    Person("du", "杜文娟", "du.wenjuan@renhe.example", Role.CLIENT, "门诊护士长"),
    Person("xu", "许蔓", "xu.man@jianghai.example", Role.CLIENT, "金融科技部项目经理"),
    Person("guo", "郭振华", "guo.zhenhua@jianghai.example", Role.CLIENT, "零售业务部总经理"),
    Person("pan", "潘越", "pan.yue@jianghai.example", Role.CLIENT, "客户经理"),
    Person("feng", "冯志远", "feng.zhiyuan@jianghai.example", Role.CLIENT, "信贷管理部总经理"),
    Person("deng", "邓晓东", "deng.xiaodong@xinyuan.example", Role.CLIENT, "数字化部经理"),
    Person("zeng", "曾丽萍", "zeng.liping@xinyuan.example", Role.CLIENT, "财务总监"),
    Person("luo", "罗敏", "luo.min@xinyuan.example", Role.CLIENT, "费用会计"),
)
BY_KEY = {person.key: person for person in PEOPLE}

# One readable word for each side of the table: they exist in the demo only, where nothing leaves the machine.
PASSWORDS = {
    Role.MANAGER: "Demo-jiaofu-jingli",
    Role.ADMINISTRATOR: "Demo-xitong-guanli",
    Role.ENGINEER: "Demo-zhuchang-gongchengshi",
    Role.CLIENT: "Demo-kehu-xiangmu",
}

# What `make demo` prints; the two client PMs belong to different clients.
SIGN_INS = (("manager", "wang"), ("engineer", "li"), ("client_pm", "chen"), ("client_pm_2", "zhou"))
