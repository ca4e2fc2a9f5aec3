"""What is found in texts and what is left alone, in both languages (issue 4, N3)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.utils import translation

from onsite.core.scanner import FindingKind, Told, mask_text, place_words, scan_text

FOUND = {
    FindingKind.ID_NUMBER: [
        "客户联系人王芳，身份证号 [110101199003077758]，请登记。",
        "身份证：[１１０１０１１９９００３０７７７５８]",
        "ID card no. [110101-19900307-7758]",
        '{"idNo":"[110101199003077758]","name":"x"}',
        "证件号 [32050219851212341x]",
        "老身份证号 [110101900307775]",
    ],
    FindingKind.MOBILE: [
        "Call me at [+86 138-0013-8000] tomorrow",
        "手机[138 0013 8000]",
        "[139\u200b1234\u200b5678]",
        "\u202a[13912345678]\u202c",
        "张三,[13912345678],研发部",
        "1.[13912345678]",
        "wangfang_[13912345678].jpg",
        "第一行\\n[13912345678]\\n第三行",
        "to=[8613912345678] status=DELIVRD",
    ],
    FindingKind.BANK_CARD: [
        "卡号 [6222 0210 0111 9998 885]",
        "pay with [4111 1111 1111 1111]",
        "[5555-5555-5555-4444]",
        "建行卡号:[621700014001234563]",
    ],
    FindingKind.PASSWORD: [
        "password=[Summer2024]",
        "PASSWORD: [hunter2]",
        "密码：[Abc@1234]，请尽快修改",
        "数据库密码是 [root123]，别外传",
        "root 密码已经改成 [Mingyuan@2024] 了",
        "The admin password is [swordfish].",
        "The password for the staging DB is [Pa55word!]",
        "mysql -uroot -p[Secret123] -h 10.0.0.1 erp",
        "sshpass -p '[T0pSecret]' ssh root@10.0.0.8",
        "curl -u admin:[Harbor12345] https://reg.example.cn/v2/",
        'ALTER USER system IDENTIFIED BY "[Orcl#2024]";',
        "INSERT INTO u (id, name, password) VALUES (1, 'admin', '[Adm!n88]');",
        "<password>[geheim42]</password>",
        '<property name="password" value="[druid123]"/>',
        '{"username":"admin","password":"[admin]"}',
        "spring:\n  datasource:\n    password: [erp@2023]",
        "- name: DB_PASSWORD\n  value: [tiger99]",
        "账号密码：[admin/Admin@123]",
        "login: sa / [Passw0rd!]",
        "username,password,role\nli,[lilili],dev",
        "用户名\t密码\t备注\nwang\t[wang2024]\t测试",
        "密码如下：\n[Kx8@2024]",
        "Authorization: Basic [YWRtaW46U2VjcmV0MTIz]",
        'echo "root:[Gz#2024x]" | chpasswd',
        "net use \\\\10.0.0.4\\share [Backup#99] /user:admin",
        "pwd=[1qaz@WSX]&host=10.0.0.1",
        "密码：[明源2024]",
        "snmp-server community [publ1c_ro] ro",
        "测试环境 admin/[admin@123] 密码同上次",
    ],
    FindingKind.KEY: [
        "AccessKeyId: [LTAI5tFqXy7bV8nKp3mWz9Qd]",
        "SecretKey: [Gu5t9xGARNpq86cd98joQYCN3ExaMPx1]",
        "[https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7ab2-4bc4-97a0-0ec2df1a5aaa]",
        "token: [9f86d081884c7d659a2feaa0c55ad015a3bf4f1b]",
        "key [ghp_16C7e42F292c6912E7710c838347Ae178B4a] leaked",
        "Authorization: Bearer [eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpM]",
        "X-Api-Key: [8f14e45fceea167a5a36dedd4bea2543]",
        "密钥：[7f9c2ba4e88f827d616045507605853e]",
    ],
    FindingKind.CONNECTION: [
        "postgres://erp:[s3cr3t]@db.internal:5432/erp",
        "postgres://u:[P@ss]@host/db",
        "redis://:[p4ssw0rd]@10.0.0.9:6379/0",
        "jdbc:oracle:thin:erp/[erp2024]@10.0.0.2:1521:orcl",
        "jdbc:mysql://10.1.1.5:3306/erp?user=root&password=[Root_123]&useSSL=false",
        "Server=10.0.0.5;Database=ERP;User Id=sa;Password=[Sa@2024];",
        "sqlplus scott/[tiger]@orcl",
    ],
}
CASES = [(kind, text) for kind, texts in FOUND.items() for text in texts]

LEFT_ALONE = [
    "订单号 13912345678 已发货",
    "身份证 110101199003077759 校验不通过",
    "统一编码 110101199013077758",
    "snowflake id 1765432109876543210",
    "uuid 550e8400-e29b-41d4-a716-446655440000",
    "手机号：138****5678，身份证：110101********7758，卡 6222 **** **** 8885",
    "order SO-20240307-13912345678",
    "6222 0210 0111 9998 886",
    "0.13912345678",
    "金额 13912345678.00 元",
    "disk 13912345678 bytes",
    "IMEI 356938035643809",
    "password: ********",
    "password=<your-password>",
    "password: ${DB_PASSWORD}",
    "DB_PASSWORD={{ vault_db_password }}",
    "密码长度不少于8位，须包含大小写字母和数字。",
    "密码错误，请重新输入",
    "密码：见保险箱",
    "密码采用SHA256加密存储",
    "密码有效期为90天",
    "初始密码为身份证后六位",
    "Password must be at least 8 characters long.",
    "Password: required",
    "The password is wrong.",
    "password is case-sensitive.",
    'password = os.environ["DB_PASSWORD"]',
    'password = getpass.getpass("Enter password: ")',
    '"password": "密码"',
    "password VARCHAR(64) NOT NULL",
    "SELECT id, username, password FROM sys_user WHERE id = 1;",
    "INSERT INTO sys_user (id, username, password) VALUES (?, ?, ?);",
    "mysql -u root -p erp",
    "docker run -p 8080:80 nginx",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 user@host",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyx\n-----END PUBLIC KEY-----",
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "token expired at 2024-03-07T10:00:00Z",
    "max_tokens=4096",
    "git@github.com:org/repo.git",
    "postgres://user:password@localhost/db",
    "postgres://<user>:<password>@host/db",
    "AWS key AKIAIOSFODNN7EXAMPLE",
    "csrf_token=aab2c3d4e5f60718293a4b5c6d7e8f90",
    "| 用户名 | 密码 | 角色 |\n| admin | ****** | 管理员 |",
    "Enter your name, password, and e-mail.\nThen press Enter, wait, and continue.",
    "sshd[1234]: Failed password for root from 10.0.0.5 port 51234 ssh2",
    "https://oapi.dingtalk.com/robot/send?access_token=<token>",
]
BLOCK = """-----BEGIN RSA PRIVATE KEY-----
MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MbzYLdZ7ZvVy7F7V
x7fvPQ1c9m3bJ2u2zq1f0pG9c8kqv4kQz3Yd1o0b9lqU2o4m9yq7b3h8s7u1a0sd
-----END RSA PRIVATE KEY-----"""


@pytest.mark.parametrize(("kind", "marked"), CASES, ids=[text[:40] for _kind, text in CASES])
def test_finds_exactly_the_secret(kind: FindingKind, marked: str) -> None:
    """The brackets of the case say where the secret stands."""
    start, end = marked.index("["), marked.rindex("]") - 1
    text = marked[:start] + marked[start + 1 : end + 1] + marked[end + 2 :]
    found = [one for one in scan_text(text) if one.start < end and start < one.end]
    assert [(one.kind, text[one.start : one.end]) for one in found] == [(kind, text[start:end])]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_leaves_alone_what_only_looks_like_it(text: str) -> None:
    assert scan_text(text) == ()


@pytest.mark.parametrize("marked", [text for _kind, text in CASES])
def test_masked_text_has_the_same_length_and_holds_nothing(marked: str) -> None:
    text = marked.replace("[", "").replace("]", "")
    masked = mask_text(text)
    assert len(masked) == len(text)
    assert scan_text(masked) == ()


def test_number_stays_recognisable() -> None:
    assert mask_text("电话 139-1234-5678") == "电话 139-****-5678"
    assert mask_text("+86 13912345678") == "+86 139****5678"
    assert mask_text("110101199003077758") == "110***********7758"
    assert mask_text("6222 0210 0111 9998 885") == "6222 **** **** ***8 885"
    assert mask_text("password=Summer2024;") == "password=**********;"


def test_key_block_keeps_its_lines() -> None:
    (found,) = scan_text(f"before\n{BLOCK}\nafter")
    assert found.kind == FindingKind.KEY
    masked = mask_text(f"before\n{BLOCK}\nafter").splitlines()
    assert masked[0] == "before"
    assert masked[1] == "-----BEGIN RSA PRIVATE KEY-----"
    assert set(masked[2] + masked[3]) == {"*"}
    assert masked[-1] == "after"


def test_findings_come_in_order_and_apart() -> None:
    found = scan_text("密码：Abc13912345678x 手机 13912345678 url=redis://:p4ss13912345678@h:1/ " * 3)
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(first.end <= second.start for first, second in pairwise(found))


@pytest.mark.parametrize("marked", [text for _kind, text in CASES])
def test_sample_never_holds_the_secret(marked: str) -> None:
    start, end = marked.index("["), marked.rindex("]")
    secret = marked[start + 1 : end]
    for one in scan_text(marked.replace("[", "").replace("]", "")):
        assert secret not in one.sample
        assert "*" in one.sample


def test_given_findings_are_masked_and_no_others() -> None:
    text = "手机 13912345678，密码：Abc@1234"
    mobile, password = scan_text(text)
    assert mask_text(text, [mobile]) == "手机 139****5678，密码：Abc@1234"
    assert mask_text(text, [password]) == "手机 13912345678，密码：********"
    assert mask_text(text, []) == text


@pytest.mark.parametrize(
    ("where", "english", "chinese"),
    [
        ({"line": 12}, "line 12", "12"),
        ({"sheet": "计划", "row": 3}, "sheet “计划”, row 3", "计划"),
        ({"slide": 4, "part": "note"}, "slide 4, notes", "4"),
        ({"part": "metadata"}, "file properties", ""),
        ({}, "elsewhere in the file", ""),
    ],
)
def test_place_is_said_in_the_readers_language(where: dict[str, object], english: str, chinese: str) -> None:
    with translation.override("en"):
        assert place_words(where) == english
    with translation.override("zh-hans"):
        assert chinese in place_words(where)


def test_told_survives_being_stored() -> None:
    told = Told("mobile", {"sheet": "x", "row": 3}, "139****5678", 2)
    assert Told.from_plain(told.to_plain()) == told
