"""E1: whatever a body holds, the page has an answer: values, or a message beside the row with what was typed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from standups.forms.typed import Typed, read_typed
from standups.models import Answer, Section
from standups.services.entry import MOST_LINES

# Fixed, because it stands in test ids, and two processes must collect the same ones.
ID = "0b4f7a3e-2d51-4c8e-9a67-1f3c5d7e9b20"


def read(**fields: Any) -> Typed:
    """Read a body with one line of the plan, changed by `fields` ("text" stands for "text-<id>")."""
    body: dict[str, Any] = {
        "idempotency_key": str(uuid4()), "line": ID, f"section-{ID}": "plan", f"text-{ID}": "一句", f"internal-{ID}": "0",
    }  # fmt: skip
    body |= {f"{name}-{ID}" if f"{name}-{ID}" in body else name: value for name, value in fields.items()}
    return read_typed(QueryDict(urlencode(body, doseq=True)))


def test_a_plain_line() -> None:
    typed = read()
    (entry,) = typed.entry().lines
    assert typed.is_valid
    assert (str(entry.id), entry.section, entry.text, entry.is_internal) == (ID, Section.PLAN, "一句", False)


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"text": "好" * 501}, "好" * 501),
        ({"text": "x" * 10_000_000}, "x" * 10_000_000),
        ({"text": "nul\x00byte"}, "nul\x00byte"),
        ({"text": "turned\u202earound"}, "turned\u202earound"),
        ({"section": "nonsense"}, "一句"),
        ({f"severity-{ID}": "terrible"}, "一句"),
        ({f"party-{ID}": "nobody"}, "一句"),
    ],
)
def test_a_bad_line_keeps_its_text_and_says_why(fields: dict[str, Any], kept: str) -> None:
    typed = read(**fields)
    (row,) = typed.lines
    assert not typed.is_valid
    assert row.error
    assert row.text == kept
    assert row.section in Section.values


@pytest.mark.parametrize("name", ["", "no-uuid", "1", "x" * 36, "00000000-0000-0000-0000-00000000000g", "\x00"])
def test_a_malformed_id_loses_no_text(name: str) -> None:
    typed = read_typed(
        QueryDict(urlencode({"idempotency_key": ID, "line": name, f"section-{name}": "plan", f"text-{name}": "一句"}))
    )
    (row,) = typed.lines
    assert (row.text, bool(row.error), typed.is_valid) == ("一句", True, False)
    assert UUID(row.id)


@pytest.mark.parametrize(
    "text", ["喆 堃 镕 㛃 𠮷", "👩‍💻 emoji", "<script>alert(1)</script>", "=SUM(A1)", "e\u0301", "好" * 500]
)
def test_texts_that_people_mean(text: str) -> None:
    assert read(text=text).entry().lines[0].text == text


def test_line_breaks_and_spaces_become_one_space() -> None:
    assert read(text="  第一行\r\n第二行\t完 ").entry().lines[0].text == "第一行 第二行 完"


@pytest.mark.parametrize("value", [None, "", "1", "true", "client", "00"])
def test_only_an_explicit_choice_shows_a_line_to_the_client(value: str | None) -> None:
    """RULES: internal never leaks, so what is not clearly shared is internal."""
    body = {"idempotency_key": ID, "line": ID, f"section-{ID}": "plan", f"text-{ID}": "一句"}
    if value is not None:
        body[f"internal-{ID}"] = value
    assert read_typed(QueryDict(urlencode(body))).entry().lines[0].is_internal


@pytest.mark.parametrize(
    ("text", "minutes", "valid"),
    [("", None, True), ("15", 15, True), ("０１５", 15, True), (" 240 ", 240, True), ("0", 0, True)]
    + [(text, None, False) for text in ("241", "-1", "1.5", "abc", "9" * 5000, "1e3", "\x00", "½")],
)
def test_minutes(text: str, minutes: int | None, valid: bool) -> None:
    typed = read(minutes=text)
    assert typed.is_valid is valid
    assert typed.minutes_text == text.strip(), "what was typed stays"
    if valid:
        assert typed.entry().minutes == minutes


@pytest.mark.parametrize("key", ["", "x", "0" * 36])
def test_a_body_without_a_key_is_refused(key: str) -> None:
    assert read(idempotency_key=key).errors


def test_too_many_lines() -> None:
    ids = [str(uuid4()) for _ in range(MOST_LINES + 1)]
    body = [("idempotency_key", ID), *(("line", row) for row in ids)]
    body += [pair for row in ids for pair in ((f"section-{row}", "plan"), (f"text-{row}", "一句"))]
    typed = read_typed(QueryDict(urlencode(body)))
    assert (len(typed.lines), len(typed.errors)) == (MOST_LINES + 1, 1)
    assert read_typed(QueryDict(urlencode(body[:1] + body[2:]))).is_valid, "the control: one less is fine"


def test_empty_spare_rows_are_no_lines_and_emptied_ones_are_removals() -> None:
    assert read(text="").entry().lines == []
    (gone,) = read(text="", **{f"seen-{ID}": "0123456789abcdef"}).entry().lines
    assert gone.text == ""


@pytest.mark.parametrize(("name", "empty"), [(f"choice-{ID}", "lines"), ("answer-choice-7", "answers")])
def test_choosing_the_colleagues_words_says_nothing_oneself(name: str, empty: str) -> None:
    typed = read(problem="7", **{name: "theirs"})
    assert getattr(typed, empty) == []


def test_answers_and_their_errors() -> None:
    good = read(problem=["7", "7"], **{"answer-7": "solved", "note-7": " 好 了 ", "answer-internal-7": "0"})
    (entry,) = good.entry().answers
    assert (entry.problem_id, entry.answer, entry.note, entry.is_internal) == (7, Answer.SOLVED, "好 了", False)
    for field, value in [("answer-7", "gone"), ("note-7", "好" * 301), ("note-7", "\u202e")]:
        bad = read(problem="7", **{field: value})
        assert bad.answers[0].error
        assert not bad.is_valid


@pytest.mark.parametrize("value", ["x", "-1", "1.0", "9" * 40, "\x00", ""])
def test_ids_that_are_no_numbers_are_nobody(value: str) -> None:
    typed = read(present=value, problem=value, shown_present=value)
    assert (typed.present, typed.answers, typed.shown.present) == (frozenset(), [], frozenset())


NAMES = ["line", "present", "problem", "minutes", "idempotency_key", "in_writing", "shown_present", "shown_minutes"]
NAMES += [f"{part}-{ID}" for part in ("section", "text", "internal", "done", "severity", "party", "seen", "choice")]
NAMES += [f"{part}-7" for part in ("answer", "note", "answer-internal", "answer-seen", "answer-choice")]
VALUES = st.one_of(st.text(max_size=30), st.sampled_from([ID, "7", "plan", "problem", "0", "1", "solved", "theirs"]))


@given(st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=10), VALUES), max_size=40))
def test_any_body_is_read(pairs: list[tuple[str, str]]) -> None:
    """A valid page has values; an invalid one says where; nothing raises; every typed text is still there."""
    encoded = [(name, value) for name, value in pairs if _is_unicode(name + value)]
    post = QueryDict(urlencode(encoded))
    typed = read_typed(post)
    if typed.is_valid:
        entry = typed.entry()
        assert all(len(line.text) <= 500 and "\x00" not in line.text for line in entry.lines)
        assert all(line.is_internal or post.get(f"internal-{line.id}") == "0" for line in entry.lines)
    else:
        said = [row.error for row in typed.lines] + [row.error for row in typed.answers]
        assert typed.errors or typed.minutes_error or any(said)
    for name in post.getlist("line"):
        text = str(post.get(f"text-{name}", ""))
        if post.get(f"choice-{name}") != "theirs" and text.strip():
            assert any(row.text in (text, " ".join(text.split())) for row in typed.lines)


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)
