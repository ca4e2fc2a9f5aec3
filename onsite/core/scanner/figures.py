"""Numbers that belong to a person: resident identity, mobile, bank card.

Each is judged by its own rules (check digit, day of birth, region, prefix) and by what stands around it: the same
digits behind "order no." or before "bytes" are something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from phonenumbers import PhoneMetadata
from stdnum import luhn, numdb
from stdnum.cn import ric

from onsite.core.scanner.findings import FindingKind
from onsite.core.scanner.folding import Folded

Hit = tuple[FindingKind, int, int]

# Digits enough, whatever parts them. What belongs to a number may stand just before and behind.
_RUN = re.compile(r"[0-9](?:[ .·/_~\t\u2028-]{0,2}[0-9]){10,}")
_BEFORE, _BEHIND = 8, 4
# The check digit of an identity number allows for gaps that would be two columns of a table in other numbers.
_GAP = r"[ ·/_~\t\u2028-]{0,2}"
_ID = re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx\u0425\u0445](?![0-9A-Za-z])")
_NO_DIGITS = re.compile(r"[^0-9Xx\u0425\u0445]")
_OLD_ID = re.compile(r"(?<![0-9])[1-9][0-9]{14}(?![0-9A-Za-z])")
_SEP = "[ -]"
_MOBILE = re.compile(
    r"(?<![0-9])(?P<land>(?:(?:\+|00|%2[bB])[ ]?)?86[ -]{0,2}|\(\+?86\)[ -]?)?"
    r"(?P<number>1[3-9](?:[0-9]{9}|[0-9](?:[ .-])[0-9]{4}(?:[ .-])[0-9]{4}|[0-9](?P<gap>[·/_~\u2028])[0-9]{4}(?P=gap)[0-9]{4}"
    rf"|[0-9]{{2}}{_SEP}[0-9]{{3}}{_SEP}[0-9]{{4}}"
    rf"|[0-9]{_SEP}[0-9]{{3}}{_SEP}[0-9]{{5}}|[0-9]{{5}}{_SEP}[0-9]{{4}}|[0-9]{_SEP}[0-9]{{8}}"
    rf"|[0-9](?:[ ][0-9]{{2}}){{4}})|1(?:[ ][0-9]){{10}}|1(?:-[0-9]){{10}})(?![0-9A-Za-z])"
)
_CARD = re.compile(
    r"(?<![0-9])(?:[0-9]{16,19}|[0-9]{4}(?:[ -]{1,2}[0-9]{4}){3}(?:[ -]{0,2}[0-9]{1,3})?"
    r"|[0-9]{4}(?P<gap>[·/_~\u2028])[0-9]{4}(?:(?P=gap)[0-9]{4}){2}(?:(?P=gap)?[0-9]{1,3})?"
    r"|[0-9]{6}[ -][0-9]{10,13}|[0-9]{4}[ -][0-9]{6}[ -][0-9]{5})(?![0-9A-Za-z])"
)
# Who issues cards, by the first digits and the number of all: UnionPay, Visa, Mastercard, JCB, Discover, American
# Express, and the debit cards that Chinese banks gave out before UnionPay.
_ISSUERS = re.compile(
    r"62[0-9]{14,17}|60(?!0)[0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)[0-9]{12,14}"
    r"|35(?:2[89]|[3-8])[0-9]{12,13}|6(?:011|4[4-9]|5)[0-9]{12,14}|3[47][0-9]{13}|955[0-9]{13,16}|103[0-9]{16}"
    r"|69[0-9]{14,17}|68[0-9]{14,17}|9[04-8][0-9]{14,17}"
)
_CARD_WORDS = re.compile(r"(?:卡号?|银行|帐号|账号|账户|card|account|acct|pan|iban|bank)[^0-9\n]{0,12}$")
_ID_WORDS = re.compile(r"(?:身份证|证件|公民身份|id[ _-]?(?:card|no|num|number)|identity|sfz)[^0-9\n]{0,12}$")
# What numbers of the same length are called when they name a thing, directly before them.
_THINGS = re.compile(
    r"(?:(?:单|编|序列|批次?|快递|物流|运单|发票|合同|任务|交易|凭证|申请|受理|请求|消息|设备|会话|跟踪|追踪|追溯|参考|业务|资产"
    r"|物料|产品|商品|主键|雪花|版本|条|案件?|档案|税|日志|事件|记录|流水)(?:编?号码?|[ ]?id|码|[ ]?no)"
    r"|订单|流水|单据|序列|时间戳|金额|总计|合计|余额|价格|大小|长度|偏移量?|总数|数量|耗时|主键|雪花|qq群?号?"
    r"|(?<![a-z])(?:order|ticket|invoice|serial|sn|s/n|imei|meid|batch|lot|waybill|tracking|trace|txn|transaction"
    r"|trade"
    r"|seq|sequence|sku|ean|upc|barcode|po|so|job|build|task|run|event|span|msg|message|request|req|correlation|asset"
    r"|snowflake|case|doc|document|ref|reference|contract|part|item|device|session|row|record|version|rev|revision)"
    r"[ _-]?(?:id|no|num|number|code|key|ref)?s?"
    r"|(?<![a-z])(?:ts|timestamp|time|epoch|offset|size|bytes|count|total|amount|price|balance|length|duration|elapsed"
    r"|qty|quantity|seed|pid|tid|lsn|scn|xid|checksum|crc|mac|nonce|uuid|guid|hash|uin|gtid)"
    r")[\"'\])]*[ ]?(?:\.|为|是|is|[:=#])?[ ]?[\"'#]?$"
)
_UNITS = re.compile(
    r"[ ]?(?:元|万|亿|字节|毫秒|纳秒|微秒|秒|条|行|次|件|笔|项|bytes?\b|[kmg]i?b\b|[mnuμ]?s\b|rows?\b|records?\b|rmb\b"
    r"|cny\b|usd\b|yuan\b|ticks?\b)"
)
_MONEY = "¥$€£￥"
_TITLES = re.compile(r"(?:tel|phone|mobile|mob|cell|fax|call|id|idno|no|sfz|card|m|t|p|sms|wechat|微信)[.]?-?$")
_LONGEST_LEAD = 40
_ID_DIGITS = 18


def numbers(folded: Folded) -> Iterator[Hit]:
    """Find them. Hits of different kinds may overlap."""
    for run in _RUN.finditer(folded.text):
        yield from _numbers(folded, max(0, run.start() - _BEFORE), run.end() + _BEHIND)


def _numbers(folded: Folded, start: int, end: int) -> Iterator[Hit]:
    text = folded.text
    for found in _ID.finditer(text, start, end):
        if _begins_clean(folded, found.start()) and _is_id(_digits(found.group())):
            yield FindingKind.ID_NUMBER, *found.span()
    for found in _OLD_ID.finditer(text, start, end):
        if _is_old_id(found.group()) and _ID_WORDS.search(_lead(folded, found.start())):
            yield FindingKind.ID_NUMBER, *found.span()
    for found in _MOBILE.finditer(text, start, end):
        if _is_mobile(_digits(found["number"])) and _may_be_personal(folded, found):
            yield FindingKind.MOBILE, *found.span()
    for found in _CARD.finditer(text, start, end):
        if _is_card(_digits(found.group()), _lead(folded, found.start())) and _may_be_personal(folded, found):
            yield FindingKind.BANK_CARD, *found.span()


def restored(number: str) -> str:
    """Return an identity number that a table kept as a number, with a right check digit: the last three were lost."""
    if len(number) == _ID_DIGITS and number.endswith("00") and _is_birthday(number[6:14]) and _is_region(number[:6]):
        return number[:-1] + ric.calc_check_digit(number)
    return number


def _digits(text: str) -> str:
    return _NO_DIGITS.sub("", text).upper().replace("\u0425", "X")


def _lead(folded: Folded, start: int) -> str:
    return folded.lower[max(0, start - _LONGEST_LEAD) : start]


def _is_id(number: str) -> bool:
    return (
        ric.calc_check_digit(number) == number[-1]
        and _is_birthday(number[6:14])
        and (number[:2] in {"81", "82", "83"} or _is_region(number[:6]))
    )


def _is_old_id(number: str) -> bool:
    return _is_birthday(f"19{number[6:12]}") and _is_region(number[:6])


def _is_birthday(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return date(1900, 1, 1) <= day <= date.today()


@lru_cache(maxsize=4096)
def _is_region(code: str) -> bool:
    """Whether people were ever registered under this code. The list of counties has gaps, that of cities has none."""
    places = numdb.get("cn/loc")
    county = any(facts for _part, facts in places.info(code)[1:])
    return county or any(facts for _part, facts in places.info(f"{code[:4]}00")[1:])


@lru_cache(maxsize=1)
def _mobile_numbers() -> re.Pattern[str]:
    facts = PhoneMetadata.metadata_for_region("CN")
    known = facts.mobile.national_number_pattern if facts and facts.mobile else None
    return re.compile(known or r"1[3-9][0-9]{9}")


def _is_mobile(number: str) -> bool:
    return _mobile_numbers().fullmatch(number) is not None


def _is_card(number: str, lead: str) -> bool:
    if not luhn.is_valid(number) or len(set(number)) < 2:
        return False
    if len(number) == _ID_DIGITS and _is_birthday(number[6:14]) and _is_region(number[:6]):
        return False  # An identity number with a wrong check digit.
    is_said = _CARD_WORDS.search(lead) is not None
    if len(number) == 15:
        return number[:2] in {"34", "37"}  # Written as 4-6-5, which nothing else is.
    return is_said or _ISSUERS.fullmatch(number) is not None


def _begins_clean(folded: Folded, start: int) -> bool:
    """Whether no longer name or number ends here."""
    lead = _lead(folded, start)
    if not lead:
        return True
    last = lead[-1]
    if last.isascii() and last.isalpha():
        # "\n138…" of a log line, "tel138…"
        return lead[-2:] in {"\\n", "\\t", "\\r"} or _TITLES.search(lead) is not None
    if last == "-" and lead[-2:-1].isalnum() and lead[-2:-1].isascii():
        return _TITLES.search(lead) is not None
    if last == "." and lead[-2:-1].isdecimal():
        # A decimal fraction, unless it numbers a list: "3.13800138000".
        return re.search(r"(?:^|\n)[ ]*[1-9][0-9]?\.$", lead) is not None
    return True


def _may_be_personal(folded: Folded, found: re.Match[str]) -> bool:
    start, end = found.span()
    text = folded.text
    if not _begins_clean(folded, start) or text[start - 1 : start] in set(_MONEY):
        return False
    after = text[end : end + 4]
    if re.match(r"-[A-Za-z]{0,2}[0-9]|[.][1-9]|[.]0[0-9]", after):
        return False
    return not _THINGS.search(_lead(folded, start)) and not _UNITS.match(folded.lower, end, end + 10)
