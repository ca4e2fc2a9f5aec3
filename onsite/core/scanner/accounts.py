"""Account and password told together: "账号密码：admin/Admin@123", "login: sa / Passw0rd!", nacos/nacos@2024."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onsite.core.scanner import values
from onsite.core.scanner.cutting import trimmed
from onsite.core.scanner.findings import FindingKind
from onsite.core.scanner.folding import Folded
from onsite.core.scanner.windows import matches, windows

Hit = tuple[FindingKind, int, int]

_SAID = (
    r"(?:(?:账号|帐号|账户|帐户|用户名?称?|登录名|登陆名|工号|管理员)[ ]?(?:[/、和与及&+|,，-]|以及)?[ ]?(?:登录|登陆)?"
    r"(?:密[ ]?码|口令)(?:分别|都|均)?|账密)[ ]?(?:[:=]|为|是)?[ ]*"
    r"|(?<![a-z])(?:user(?:[ _]?name)?|login|account|acct|uid|id|u)[ ]?(?:/|and|&|\+|,|\|)[ ]?"
    r"(?:pass(?:word|wd)?|pwd|pw|p)(?![a-z])[ ]?(?:[:=]|is|are)?[ ]*"
)
_MEANT = (
    r"(?<![a-z])(?:credentials?|creds?|log[ -]?in|logon|sign in|auth|登录信息|登录账号|登陆账号|登录账户|登录|登陆)[ ]?"
    r"(?:[:=]|is|are|with|as|为|是|用)[ ]*"
)
_LEAD = re.compile(rf"(?P<said>{_SAID})|{_MEANT}")
_HINTS = (
    "账",
    "帐",
    "用户",
    "登",
    "工号",
    "管理员",
    "user",
    "log",
    "account",
    "acct",
    "uid",
    "cred",
    "auth",
    "u/p",
    "sign in",
)
_PAIR = re.compile(
    r"[\"'`“]?(?P<user>[A-Za-z][\w.@-]{0,40})[\"'`”]?[ ]?(?P<mark>[/|:,，、]|[ ])[ ]?[\"'`“]?(?P<secret>[!-~]{3,64})"
)
_PLAIN_USERS = frozenset({"admin", "user", "login", "test", "account", "system", "mysql", "redis", "oracle"})
# Accounts that every system has, and a password behind a slash: nothing else is written so.
_ACCOUNTS = (
    *(
        "admin",
        "administrator",
        "root",
        "sa",
        "sys",
        "sysadmin",
        "superadmin",
        "postgres",
        "weblogic",
        "nacos",
        "guest",
    ),
    "manager",
)
_KNOWN = re.compile(
    rf"(?<![\w./@:-])(?:{'|'.join(_ACCOUNTS)})[ ]?/[ ]?"
    r"((?=[^\s/,;]{0,40}[0-9])(?=[^\s/,;]{0,40}[@!#$%^&*A-Z])[!-.0-~]{6,40})(?![\w/])"
)


def accounts(folded: Folded) -> Iterator[Hit]:
    """Find the passwords of such pairs."""
    low = folded.lower
    for lead in matches(_LEAD, low, windows(low, _HINTS, before=16, after=48)):
        pair = _PAIR.match(folded.text, lead.end())
        if not pair:
            continue
        start = pair.start("secret")
        secret = trimmed(pair["secret"])
        if secret and _is_password(secret, pair, is_said=lead["said"] is not None):
            yield FindingKind.PASSWORD, start, start + len(secret)
    hints = [f"{name}{mark}" for name in _ACCOUNTS for mark in ("/", " /")]
    for found in matches(_KNOWN, folded.text, windows(low, hints, before=16, after=60)):
        if values.is_word(found[1]):
            yield FindingKind.PASSWORD, *found.span(1)


def _is_password(secret: str, pair: re.Match[str], *, is_said: bool) -> bool:
    user = pair["user"].lower()
    if values.is_stand_in(user) and user not in _PLAIN_USERS:
        return False
    if pair["mark"] == "/" and is_said:
        return values.is_word(secret)
    return values.is_made_up(secret) or (is_said and values.is_number(secret) and pair["mark"] != " ")
