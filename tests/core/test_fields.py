"""Bad input: every field refuses what no person means, with a message, and takes every real text as it was typed."""

from __future__ import annotations

import unicodedata
from datetime import date, time

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from onsite.core.fields import FIRST_DAY, LAST_DAY, LINE_LENGTH, TEXT_LENGTH, DayField, HourField, LineField, TextField
from onsite.core.forms import OnSiteForm

TEN_MEGABYTES = 10_000_000
# All of C0 and DEL but tab and line breaks, and the marks that turn the reading direction.
HIDDEN = [chr(code) for code in (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, *range(0x202A, 0x202F))]
HIDDEN += [chr(code) for code in (*range(0x2066, 0x206A), 0xFFFE, 0xFFFF)]
REAL = [
    "李喆 王堃 陈镕 周㛃 𠮷田",
    "👩‍🔧 done ✅",
    "naïve ﬁ Ω",
    "a\tb",
    "مرحبا",
    "<b>&amp;'\"",
    "{{ x }} %s",
    "NULL",
    "0",
    "'; --",
]


def refusals(field: forms.Field, value: object) -> list[str]:
    try:
        field.clean(value)
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize("mark", HIDDEN, ids=lambda mark: f"U+{ord(mark):04X}")
def test_hidden_characters_are_refused_once(mark: str) -> None:
    """A signed text must not read otherwise than it is stored; and NUL would be a 500 on PostgreSQL."""
    assert len(refusals(TextField(), f"before{mark}after")) == 1
    if len(f"a{mark}b".splitlines()) == 1:
        assert len(refusals(LineField(), f"before{mark}after")) == 1
    else:
        assert LineField().clean(f"before{mark}after") == "before after"


@pytest.mark.parametrize("text", REAL)
def test_real_texts_are_kept_as_they_are(text: str) -> None:
    assert TextField().clean(text) == text
    assert LineField().clean(text) == text


def test_a_line_is_one_line() -> None:
    assert LineField().clean("one\r\ntwo\nthree\u2028four") == "one two three four"
    assert TextField().clean("one\r\ntwo") == "one\r\ntwo"


@pytest.mark.parametrize(("field", "most"), [(LineField, LINE_LENGTH), (TextField, TEXT_LENGTH)])
def test_a_text_without_end_is_refused(field: type[forms.CharField], most: int) -> None:
    assert refusals(field(), "𠮷" * most) == []
    assert "at most" in refusals(field(), "𠮷" * (most + 1))[0]
    assert "at most" in refusals(field(), "x" * TEN_MEGABYTES)[0]


def test_an_optional_text_may_be_empty() -> None:
    assert LineField(required=False).clean(None) == ""
    assert LineField(required=False).clean("   ") == ""
    assert len(refusals(LineField(), " \n ")) == 1


@given(text=st.text(max_size=50))
def test_whatever_is_accepted_can_be_stored_and_read(text: str) -> None:
    """A property over all of Unicode: what passes holds no NUL, no control and no direction mark, and is one line."""
    if refusals(LineField(required=False), text):
        return
    kept = LineField(required=False).clean(text)
    assert len(kept.splitlines()) <= 1
    controls = {c for c in kept if unicodedata.category(c) == "Cc"}
    assert not {c for c in controls if c < "\x80"} - {"\t"}
    assert not set(kept) & set(HIDDEN)


@pytest.mark.parametrize(
    "typed",
    ["0001-01-01", "9999-12-31", "1999-12-31", "2100-01-01", "0000-00-00", "2026-02-30", "2026-13-01", "10000-01-01",
     "-2026-01-01", "2026/01/01", "01.02.2026", "today", "2026-01-01T00:00", "２０２６-０１-０１x", "\x00", "x" * 100_000],
)  # fmt: skip
def test_an_absurd_day_is_refused(typed: str) -> None:
    assert len(refusals(DayField(), typed)) == 1


@given(day=st.dates())
def test_exactly_the_days_of_this_century_are_taken(day: date) -> None:
    """A property over all days a date can hold."""
    taken = refusals(DayField(), day.isoformat()) == []
    assert taken is (FIRST_DAY <= day <= LAST_DAY)
    if taken:
        assert DayField().clean(day.isoformat()) == day


def test_the_browser_is_told_the_same_limits() -> None:
    form = type("Form", (OnSiteForm,), {"day": DayField(label="Day")})(initial={"day": date(2026, 1, 2)})
    html = str(form["day"])
    for part in ('type="date"', f'min="{FIRST_DAY}"', f'max="{LAST_DAY}"', 'value="2026-01-02"'):
        assert part in html


@pytest.mark.parametrize(("typed", "expected"), [("09:00", time(9)), ("23:59", time(23, 59)), ("9:5", time(9, 5))])
def test_an_hour_is_taken(typed: str, expected: time) -> None:
    assert HourField().clean(typed) == expected


@pytest.mark.parametrize("typed", ["24:00", "09:60", "-1:00", "nine", "\x00", "9" * 100_000])
def test_an_absurd_hour_is_refused(typed: str) -> None:
    assert len(refusals(HourField(), typed)) == 1
