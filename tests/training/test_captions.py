"""Captions: what is said comes through as plain text, and what is not plain is refused with the number of its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsite.core.errors import DomainError
from training.materials.captions import MOST_BYTES, MOST_CUES, Cue, parse, write

HEAD = "WEBVTT\n\n"


def refusal(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(DomainError) as caught:
        parse(content)
    assert caught.value.field == "captions"
    return caught.value.message


def test_usual_files_are_read() -> None:
    text = (
        "\ufeffWEBVTT - 操作\r\n\r\nNOTE made by hand\r\n\r\nintro\r\n00:01.000 --> 00:02.500 line:0 align:start\r\n"
        "<v 讲师>打开<b>菜单</b>\r\n第二行 &amp; &lt;3&gt;\r\n\r\n\r\n01:00:00.000 --> 01:00:01.000\r\n<00:00.500><c.red>Go</c>"
    )
    assert parse(text.encode()) == (
        Cue(1000, 2500, "讲师: 打开菜单\n第二行 & <3>"),
        Cue(3_600_000, 3_601_000, "Go"),
    )


def test_what_is_written_is_plain_and_reads_the_same() -> None:
    cues = (Cue(0, 1500, "a & <b>\nc --> d"), Cue(61_000, 3_600_001, "结束"))
    text = write(cues)
    assert text.startswith(
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\na &amp; &lt;b&gt;\nc --&gt; d\n\n00:01:01.000 -->"
    )
    assert parse(text.encode()) == cues
    assert Cue(65_000, 66_000, "x").moment == "1:05"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("1\n00:00:01,000 --> 00:00:02,000\nSubRip", 1),
        ("<html>", 1),
        ("WEBVTTX\n\n", 1),
        ("WEBVTT\n00:01.000 --> 00:02.000\nx", 2),
        (HEAD + "STYLE\n::cue { background: url(https://evil.example) }", 3),
        (HEAD + "REGION\nid:x", 3),
        (HEAD + "00:01.000 --> 00:02.000\n<script>alert(1)</script>", 4),
        (HEAD + "00:01.000 --> 00:02.000\n<img src=x onerror=alert(1)>", 4),
        (HEAD + "00:01.000 --> 00:02.000\na < b", 4),
        (HEAD + "00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb", 5),
        (HEAD + "00:02.000 --> 00:01.000\nx", 3),
        (HEAD + "00:01.000 --> 00:01.000\nx", 3),
        (HEAD + "00:61.000 --> 01:02.000\nx", 3),
        (HEAD + "99:99:99.000 --> 99:99:99.999\nx", 3),
        (HEAD + "00:05.000 --> 00:06.000\nx\n\n00:04.000 --> 00:05.000\ny", 6),
        (HEAD + "00:01.000 --> 00:02.000", 3),
        (HEAD + "00:01.000 --> 00:02.000\n" + "x" * 601, 3),
        (HEAD + "no time\nat all", 4),
        (HEAD + "00:01.000 --> 00:02.000\na\x00b", 4),
        (HEAD + "00:01.000 --> 00:02.000\n\u202etxet", 4),
    ],
)
def test_what_is_no_plain_webvtt_is_refused_with_its_line(text: str, line: int) -> None:
    assert refusal(text).startswith(f"Line {line}: ")


def test_other_encodings_too_large_too_many_and_empty_ones_are_refused() -> None:
    assert refusal(HEAD.encode() + "中文".encode("gb18030")).startswith("Line 3: this is no text in UTF-8")
    assert "512 kB" in refusal(b"x" * (MOST_BYTES + 1))
    assert refusal(HEAD) == "Nothing is said in this file."
    many = "".join(f"00:01.000 --> 00:02.000\n{number}\n\n" for number in range(MOST_CUES + 1))
    assert "more than" in refusal(HEAD + many)


_PIECES = (
    "WEBVTT", "\n", "\n\n", "00:01.000 --> 00:02.000", "-->", "<b>", "</b>", "<v A>", "<", ">", "&lt;", "&amp;lt;", "&",
    "<script>", "NOTE", "STYLE", "a", "字", " ", "\r", "\t", "&nbsp;",
)  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
def test_whatever_is_taken_is_written_without_a_tag(text: str) -> None:
    try:
        cues = parse((HEAD + text).encode())
    except DomainError:
        return
    written = write(cues)
    assert "<" not in written
    assert written.count("-->") == len(cues)
    assert parse(written.encode()) == cues
