"""Passwords and keys that stand behind their word: "password: …", "密码为…", pwd=…, <password>…</password>, and so on.

The looser the link between word and value, the more the value must look like a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from onsite.core.scanner import values
from onsite.core.scanner.cutting import Value, value_at
from onsite.core.scanner.findings import FindingKind
from onsite.core.scanner.folding import Folded
from onsite.core.scanner.labels import Label, labels

Hit = tuple[FindingKind, int, int]

_Q = r"\\{0,3}[\"'`]"
_ASIDE = r"(?:[ ]?[(（][^()（）\n]{0,24}[)）])?"
_NEXT_LINE = r"(?:\r?\n[ \t>]*)?"
_LINKS: dict[str, re.Pattern[str]] = {
    # name="password" value="…", and name: DB_PASSWORD with value: … on the next line
    "pair": re.compile(
        rf"(?:{_Q})?[ \t,;]*(?:\r?\n[ \t]*)?(?:{_Q})?(?:default|value|val|text|content)(?:{_Q})?[ \t]*[:=][ \t]*"
    ),
    "tag": re.compile(
        rf"(?:{_Q})?(?:[ \t][^<>\n]{{0,120}})?(?<![/=-])>[ \t]*(?:\s{{0,80}}<value>|<!\[cdata\[)?(?=[^<>\s])"
    ),
    "cells": re.compile(r"(?:</\w{1,10}>\s{0,20}){1,2}(?:<\w{1,10}[^<>\n]{0,60}>\s{0,20}){1,2}(?=[^<\s])"),
    "call": re.compile(rf"(?:{_Q})?\][ ]?=[ ]?|[ ]?\([ ]?(?=[nN]?{_Q})"),
    "comma": re.compile(rf"{_Q}[ ]?,[ ]?(?={_Q})"),
    "assign": re.compile(rf"(?:{_Q})?[ \t]*(?::=|=>|={{1,3}}|->|→|~>)[ \t]*(?:as[ ])?"),
    "colon": re.compile(
        rf"(?P<key>{_Q})?\*{{0,2}}[ \t]*{_ASIDE}\*{{0,2}}[ \t]*:(?!:)\*{{0,2}}[ \t]*(?:[>|][+-]?(?=\n))?{_NEXT_LINE}"
    ),
    "below": re.compile(rf"{_ASIDE}[ ]?:?[ \t]*\r?\n[ \t]*(?=[^\n]{{3,64}}(?:\n|$))"),
    "cell": re.compile(r"[ ]*(?:\t|\|)[ \t|]*"),
    "said": re.compile(
        rf"{_ASIDE}[ \t]*(?:now |still )?(?:(?:was|were|has been|have been|is|be) )?(?:(?:re)?set|changed|updated"
        rf"|reset|switched|rotated)?"
        rf"(?: back)?[ ]?\bto\b[ :]*|{_ASIDE}[ ](?:is|are|was|being)(?: now| still| currently| temporarily)"
        rf"?[ :]+{_NEXT_LINE}"
        rf"|{_ASIDE}[ ]?[\u4e00-\u9fff]{{0,9}}[为是成用叫填到给][了]?[ \t]*:?[ \t]*{_NEXT_LINE}"
    ),
    "told": re.compile(
        rf"{_ASIDE}(?:[ ](?:for|of|on|to|in|at|from|you|we|i)(?:[ ][\w.@'/-]{{1,40}}){{0,6}}?)?(?:[ ](?:is|was)"
        rf"|[ ]?[:=→])(?: now)?[ :]*{_NEXT_LINE}"
        rf"|{_ASIDE}[ ]?[\u4e00-\u9fff，]{{1,12}}:[ \t]*{_NEXT_LINE}"
    ),
    "beside": re.compile(r"[ \t]{1,4}(?:[:=-][ ]?)?|(?<=[^\x00-\x7f])(?=[!-~“‘「『【])|[】」』》\]][ ]?:?[ ]?"),
    "loose": re.compile(r"[\u4e00-\u9fff]{1,12}[ ]?(?=[!-~])"),
}
_SPEAKS_OF = re.compile(
    r"错|代码|系统|服务|文件|方式|算法|时间|长度|策略|编号|找回|日期|过期|强度|版本|类型|加密|规则|位数|次数|有效期|要求"
)
_PROSE = re.compile(r"[a-z-]+(?:ed|ing|able|ible|ive|ly|ent|ful|ory|ary|less)")
_COUNTED = re.compile(
    r"[ ]?(?:位|个|次|天|字|分|小|月|年|days?\b|char|digit|time|attempt|minute|hour|month|bit|byte|个?字符)"
)
_CHINESE_SECRET = re.compile(r"[\u4e00-\u9fff]{2,6}[@#_!.-]?[0-9]{3,8}[!@#.]?(?![\u4e00-\u9fff0-9A-Za-z])")
_FEW_WORDS = re.compile(r"[!-~]+(?: [!-~]+){1,3}")
_SHORT_CODES = frozenset({"提取码", "访问码"})
_MAIL_CODE = re.compile(r"[a-z]{16}")
_PIN = re.compile(r"[0-9]{4,8}")


def labelled(folded: Folded) -> Iterator[Hit]:
    """Find values behind their word."""
    end = 0
    for label in labels(folded):
        if label.start < end:
            continue  # Inside a value that was found.
        for how, link in _LINKS.items():
            found = link.match(folded.lower, label.end)
            hit = _behind(how, label, folded, found) if found and _is_link(how, label, folded.lower, found) else None
            if hit:
                yield hit
                end = hit[2]
                break


def _is_link(how: str, label: Label, low: str, found: re.Match[str]) -> bool:
    before = low[max(0, label.start - 120) : label.start]
    if how == "tag":
        opening = before[before.rfind("<") :] if "<" in before else ""
        return opening != "" and ">" not in opening and not opening.startswith("</")
    if how == "below":
        return not label.is_loose and before.rpartition("\n")[2].strip() in {"", "初始", "默认", "登录"}
    if how == "cell":
        # The word is all that stands in its cell.
        return label.is_chinese or before.rstrip(' *"')[-1:] in {"", "\t", "|", "\n", "\r"}
    if how == "beside":
        return not label.is_loose or low[found.end() : found.end() + 1] in {'"', "'"}
    if how in {"said", "told", "loose"}:
        return not _SPEAKS_OF.search(found.group()) and not (label.is_loose and how == "told")
    return True


def _behind(how: str, label: Label, folded: Folded, found: re.Match[str]) -> Hit | None:
    kind = FindingKind.KEY if label.is_key else FindingKind.PASSWORD
    if how == "colon" and found["key"]:
        how = "assign"
    if label.is_chinese and how in {"colon", "said"}:
        chinese = _CHINESE_SECRET.match(folded.text, found.end())
        if chinese:
            return kind, *chinese.span()
    value = value_at(folded.text, found.end())
    if value is None or (not value.is_quoted and how not in {"beside", "cell"} and values.is_code(value.text)):
        return None
    if how == "tag" and not folded.text[value.end : value.end + 40].lstrip().startswith("<"):
        return None
    judge = _is_key if label.is_key else _is_password
    behind = folded.lower[value.end : value.end + 12]
    return (kind, value.start, value.end) if judge(value, behind, how, label) else None


def _is_password(value: Value, behind: str, how: str, label: Label) -> bool:
    text = value.text
    if len(text) > values.LONGEST_PASSWORD:
        return False
    if " " in text:
        return how in {"assign", "said"} and _FEW_WORDS.fullmatch(text) is not None and values.is_made_up(text)
    if values.is_stand_in(text):
        return False
    if how == "loose":
        return values.is_strong(text)
    if label.word == "pin" and how in {"colon", "assign", "said"} and _PIN.fullmatch(text):
        return True
    if label.word in _SHORT_CODES and how in {"colon", "assign", "said"}:
        return values.is_made_up(text, shortest=4)
    if label.is_loose and not value.is_quoted:
        return values.is_made_up(text) or (how == "assign" and "_" in label.word)
    if values.is_made_up(text, shortest=5):
        return True
    if not text.isascii() or len(text) < 3:
        return False
    if text.isdecimal():
        return len(text) >= (6 if how == "beside" else 3) and not _COUNTED.match(behind) and how not in {"comma"}
    if how in {"assign", "call", "tag", "pair", "colon"}:
        return value.is_last or (value.is_quoted and how != "colon") or how == "tag"
    if how == "said" and value.is_last:
        return value.is_quoted or label.is_chinese or (len(text) > 4 and not _PROSE.fullmatch(text))
    return False


def _is_key(value: Value, behind: str, how: str, label: Label) -> bool:
    if label.word == "授权码" and _MAIL_CODE.fullmatch(value.text):
        return True
    if how in {"assign", "call", "tag", "pair", "colon"}:
        return values.is_random(value.text, shortest=8)
    return values.is_random(value.text, shortest=16)
