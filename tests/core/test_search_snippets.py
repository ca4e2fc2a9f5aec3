"""The piece of a text that is shown: the words marked, all else escaped."""

from __future__ import annotations

import re

from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from onsite.core.search.question import question_of
from onsite.core.search.snippets import WIDTH, Marker

HOSTILE = st.text(alphabet="<>&\"'/=scriptmark 采购申请\x00\n﷽ﬁİ", max_size=300)


def test_words_are_marked() -> None:
    marker = Marker(question_of("采购申请"))
    assert marker.marked("每月的采购申请要先审批") == "每月的<mark>采购申请</mark>要先审批"


def test_stems_are_marked_as_they_are_written() -> None:
    assert Marker(question_of("invoice")).marked("All Invoices late") == "All <mark>Invoices</mark> late"


def test_beginnings_are_marked() -> None:
    assert Marker(question_of("presc")).marked("a prescription") == "a <mark>prescription</mark>"


def test_the_snippet_shows_where_most_words_stand() -> None:
    text = "权限" + "。甲乙丙丁" * 100 + "采购申请的权限要先签" + "。戊己庚辛" * 100
    snippet = Marker(question_of("采购 权限")).snippet(text)
    assert "<mark>采购</mark>申请的<mark>权限</mark>" in snippet
    assert snippet.startswith("…") and snippet.endswith("…")


def test_markup_in_a_text_is_text() -> None:
    snippet = Marker(question_of("script")).snippet("<script>alert(1)</script>")
    assert snippet == "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt;"


@given(HOSTILE, HOSTILE)
def test_nothing_is_shown_but_the_text(typed: str, text: str) -> None:
    """Without its marks a marked text is the escaped text, whatever both hold."""
    marker = Marker(question_of(typed))
    assert re.sub(r"</?mark>", "", marker.marked(text)) == escape(text)
    snippet = re.sub(r"</?mark>", "", marker.snippet(text)).strip("…")
    assert snippet.strip("…") in escape(" ".join(text.split()))
    assert len(" ".join(text.split())) > WIDTH or snippet == escape(" ".join(text.split())).strip("…")
