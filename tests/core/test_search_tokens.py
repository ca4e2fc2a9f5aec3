"""What a text is found by: pairs of Chinese characters, English stems, codes whole and in parts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsite.core.search.question import LONGEST, MOST_TERMS, question_of
from onsite.core.search.tokens import fold, folded_of, pieces, tokens_of

ALLOWED = set("+#.")


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("采购申请", "采购"),
        ("采购申请", "购申"),
        ("采", "采"),
        ("ＥＲＰ系统", "erp"),
        ("Purchasing requisitions", "purchas"),
        ("ORA-01555", "ora01555"),
        ("ORA-01555", "01555"),
        ("go-live", "golive"),
        ("Go-Live", "live"),
        ("12.5", "12.5"),
        ("café", "cafe"),
        ("𠮷田", "𠮷田"),
        ("the supplier's code", "supplier"),
    ],
)
def test_a_text_is_found_by(text: str, token: str) -> None:
    assert token in tokens_of(text)


def test_pairs_do_not_reach_over_punctuation() -> None:
    """What only meets across a comma is no word."""
    assert "购申" not in tokens_of("采购，申请")


def test_a_number_is_not_another_number() -> None:
    assert "125" not in tokens_of("12.5")


def test_the_ranking_counts_whole_words() -> None:
    assert folded_of("Purchasing 采购申请 ORA-01555") == " purchas 采购申请 ora01555 ora 01555 "


@given(st.text(max_size=200))
def test_tokens_split_nowhere_but_at_spaces(text: str) -> None:
    """Both databases keep a token whole: it holds letters, digits and three signs, and never a space, quote or backslash."""
    for token in tokens_of(text):
        assert token
        assert all(sign.isalnum() or sign in ALLOWED or not sign.isascii() for sign in token)
        assert not set(token) & set(" \t\n'\"\\\x00")


@given(st.text(alphabet="采购申请权限abcAB12 ,。-", max_size=60))
def test_every_pair_of_characters_finds_its_text(text: str) -> None:
    """Two characters side by side, and each single one, are among the tokens."""
    found = tokens_of(text)
    for one, other in pairwise(text):
        if "\u4e00" <= one <= "\u9fff" and "\u4e00" <= other <= "\u9fff":
            assert {one, other, one + other} <= found


@given(st.text(max_size=120))
def test_places_are_those_of_the_text(text: str) -> None:
    for piece in pieces(text):
        assert 0 <= piece.start < piece.end <= len(text)
        assert fold(text[piece.start : piece.end]).replace("\u0307", "") == piece.text.replace("\u0307", "") or not (
            text[piece.start : piece.end].isascii()
        )


@given(st.text(max_size=400))
def test_any_question_is_taken(typed: str) -> None:
    question = question_of(typed)
    assert len(question.terms) <= MOST_TERMS
    assert question.was_cut == (len(" ".join(typed.replace("\x00", " ").split())) > LONGEST)


@pytest.mark.parametrize("typed", ["", "   ", "。，！", "\"'*()^:", "\x00", "NULL\x00"[4:], "🙂"])
def test_what_holds_no_word_asks_nothing(typed: str) -> None:
    assert question_of(typed).terms == ()


def test_question_words_are_left_out_where_others_remain() -> None:
    asked = [term.needles[0] for term in question_of("打印机卡纸怎么办").terms]
    assert asked == ["打印", "印机", "机卡", "卡纸"]
    assert question_of("怎么办").terms


def test_only_the_last_word_may_be_begun() -> None:
    """ "perm" may be the beginning of a word; followed by a space it is a word."""
    assert len(question_of("perm").terms[0].needles) == 2
    assert len(question_of("perm ").terms[0].needles) == 1
