"""The scanner under what nobody thought of: random numbers in random company, long texts (issue 4, N3)."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from onsite.core.scanner import FindingKind, mask_text, scan_text
from onsite.core.scanner.folding import fold

REGIONS = ("110101", "310104", "440305", "330106", "510107", "420106", "320508", "650102")
# What may stand around a number in a log, a table, a sentence.
BEFORE = st.sampled_from(
    ["", " ", "：", ": ", "（", '"', "'", "，", ",", "\t", "|", "=", "\n", ">", "电话", "给", "[", "/", ";"]
)
BEHIND = st.sampled_from(
    ["", " ", "，", "。", "）", '"', "'", ",", "\t", "|", "\n", "<", "（微信同号）", "]", "/", ";", "转", ". "]
)
PROSE = st.text(st.characters(codec="utf-8", exclude_characters="0123456789０１２３４５６７８９"), max_size=40)


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1930, 1, 1), date(2020, 12, 31)))
    number = f"{draw(st.sampled_from(REGIONS))}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return number + ric.calc_check_digit(f"{number}0")


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    prefix = draw(
        st.sampled_from(["130", "135", "138", "139", "150", "159", "166", "177", "186", "188", "191", "199"])
    )
    digits = f"{draw(st.integers(0, 99_999_999)):08}"
    shape = draw(
        st.sampled_from(["{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}", "+86 {0}{1}{2}", "+86{0}{1}{2}", "86-{0}-{1}-{2}"])
    )
    return shape.format(prefix, digits[:4], digits[4:])


@st.composite
def cards(draw: st.DrawFn) -> str:
    prefix, length = draw(st.sampled_from([("622202", 19), ("621700", 19), ("4563", 16), ("5522", 16), ("625", 16)]))
    digits = "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=length, max_size=length)))
    number = (prefix + digits)[: length - 1]
    number += luhn.calc_check_digit(number)
    parted = draw(st.sampled_from(["", " ", "-"]))
    return parted.join(number[place : place + 4] for place in range(0, length, 4))


NUMBERS = st.one_of(
    id_numbers().map(lambda number: (FindingKind.ID_NUMBER, number)),
    mobiles().map(lambda number: (FindingKind.MOBILE, number)),
    cards().map(lambda number: (FindingKind.BANK_CARD, number)),
)


@settings(max_examples=300)
@given(NUMBERS, PROSE, BEFORE, BEHIND, st.booleans())
def test_every_valid_number_is_found(
    number: tuple[FindingKind, str], prose: str, before: str, behind: str, wide: bool
) -> None:
    kind, written = number
    if wide:
        written = written.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
    text = f"{prose}，{before}{written}{behind}，{prose}"
    start = len(prose) + 1 + len(before)
    assert [one.kind for one in scan_text(text) if one.start <= start and one.end >= start + len(written)] == [kind]


@settings(max_examples=200)
@given(id_numbers(), st.integers(1, 9))
def test_a_wrong_check_digit_is_no_identity_number(number: str, more: int) -> None:
    wrong = number[:-1] + "0123456789X"["0123456789X".index(number[-1]) - more]
    assert not [one for one in scan_text(f"编号 {wrong}") if one.kind == FindingKind.ID_NUMBER]


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(PROSE, NUMBERS.map(lambda number: number[1]), st.sampled_from(["密码：Abc@1234", "pwd=x9y8z7"]))
    )
)
@example(["password: Abc123", "密码是 Abc123 password=a1b2c3d4"])
def test_masking_keeps_the_length_and_leaves_nothing(parts: list[str]) -> None:
    text = " ".join(parts)
    masked = mask_text(text)
    assert len(masked) == len(text)
    assert scan_text(masked) == ()


@given(st.text())
def test_offsets_lead_back_to_the_original(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.lower)
    for place in range(len(folded.text)):
        start, end = folded.span(place, place + 1)
        assert end == start + 1
        assert fold(text[start:end]).text == folded.text[place]


@settings(max_examples=200)
@given(st.text())
def test_any_text_can_be_looked_through(text: str) -> None:
    for one in scan_text(text):
        assert 0 <= one.start < one.end <= len(text)


REPEATED = (
    *(
        "1",
        "1 ",
        "1-",
        "password",
        "password ",
        "password=",
        "pass:",
        "密码",
        "密码 ",
        "密码是",
        "token=",
        "eyJ",
        "eyJ.a",
        "sk-",
    ),
    *(
        "glagent-",
        "-----BEGIN PRIVATE KEY-----",
        "://a:",
        "a:b@",
        " mysql ",
        "curl -u ",
        "identified by ",
        "<password ",
        '"',
    ),
    *(
        "\\",
        "insert into t (password) values ('a'),",
        "Bearer ",
        "AccountKey=",
        "net use \\\\a ",
        "13912345678 ",
        "password,b\n",
    ),
    *(
        "user/",
        "admin/",
        "set password for ",
        "echo a",
        "password (",
        "a.",
        "https://oapi.dingtalk.com/robot/send?",
        "{",
        "=",
    ),
)


@pytest.mark.parametrize("unit", REPEATED)
def test_the_work_grows_with_the_length_only(unit: str) -> None:
    """Sixteen times the text is far from two hundred and fifty-six times the work, which it is where each place of the
    text is looked at from each other one. The least of three turns, in processor time, so that no neighbour counts."""
    short, long = (unit * 10_000)[:10_000], (unit * 160_000)[:160_000]
    assert _least_seconds(long) < 128 * max(_least_seconds(short), 0.005)


def _least_seconds(text: str) -> float:
    taken = []
    for _turn in range(3):
        begun = time.process_time()
        scan_text(text)
        taken.append(time.process_time() - begun)
    return min(taken)
