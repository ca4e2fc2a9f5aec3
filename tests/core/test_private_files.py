"""RULES: video by range requests. Which part of a file a header asks for (RFC 9110, 14.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsite.core.private_files import NoSuchPartError, Part, part_asked


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("bytes=0-0", Part(0, 0)),
        ("bytes=0-99", Part(0, 99)),
        ("bytes=10-", Part(10, 99)),
        ("bytes=10-500", Part(10, 99)),
        ("bytes=-10", Part(90, 99)),
        ("bytes=-500", Part(0, 99)),
        (" bytes=5-6 ", Part(5, 6)),
        ("bytes=0-1,5-6", None),
        ("bytes=6-5", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=-1-2", None),
        ("bytes=٣-٤", None),
        ("lines=0-1", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_a_part_is_what_was_asked_for(header: str, expected: Part | None) -> None:
    """What nobody understands is no reason to refuse: the whole is sent."""
    assert part_asked(header, 100) == expected


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-5", 0)]
)
def test_a_part_beyond_the_end_is_refused(header: str, size: int) -> None:
    with pytest.raises(NoSuchPartError):
        part_asked(header, size)


@given(
    size=st.integers(0, 10**9),
    first=st.none() | st.integers(0, 10**10),
    last=st.none() | st.integers(0, 10**10),
)
def test_a_part_lies_within_the_file(size: int, first: int | None, last: int | None) -> None:
    """A property: whatever is asked, no byte outside the file is promised, and never none."""
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    try:
        part = part_asked(header, size)
    except NoSuchPartError:
        assert first is None or first >= size
        return
    if part is not None:
        assert 0 <= part.first <= part.last < size
        assert first is None or part.first == first
        assert part.size == part.last - part.first + 1


@given(header=st.text(max_size=40))
def test_no_header_breaks_it(header: str) -> None:
    try:
        part = part_asked(header, 100)
    except NoSuchPartError:
        return
    assert part is None or 0 <= part.first <= part.last < 100
