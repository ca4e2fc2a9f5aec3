"""People by weeks as a chart: no bar over another, every name and week in it, the same in the table."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from onsite.core.charts.palette import WIDTH
from onsite.core.charts.people import Bar, PeopleChart, PersonRow, Share, lanes, people_figure, people_svg

SVG = "{http://www.w3.org/2000/svg}"
MONDAY = date(2026, 11, 16)
WEEKS = tuple(MONDAY + timedelta(weeks=by) for by in range(13))


def bar(first: int, last: int, words: str = "华东机械", *, is_away: bool = False) -> Bar:
    return Bar(words, f"{words}: {first}", MONDAY + timedelta(days=first), MONDAY + timedelta(days=last), is_away)


def chart(*bars: Bar, name: str = "王堃", share: str = "100%") -> PeopleChart:
    row = PersonRow(name, bars, tuple(Share(share, f"{share} 华东机械", share.endswith("!")) for _week in WEEKS))
    return PeopleChart(WEEKS, (row,), "谁在哪里", "每行一个人", "人员", today=MONDAY)


def drawn(found: PeopleChart) -> ElementTree.Element:
    return ElementTree.fromstring(people_svg(found))  # noqa: S314  our own output


def of_class(svg: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter() if element.get("class") == name]


def test_nobody_draws_nothing() -> None:
    assert not people_figure(PeopleChart(WEEKS, (), "", "", ""))


def test_bars_and_shares_hold_the_words() -> None:
    svg = drawn(chart(bar(0, 20), bar(30, 36, "休假", is_away=True), name="𠮷田 <&>", share="160% !"))
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert "𠮷田 <&>" in texts
    assert "华东机械" in texts
    assert "休假" in texts
    assert len(of_class(svg, "p-over")) == len(WEEKS)
    assert len(of_class(svg, "p-away")) == 1
    assert svg.findtext(f"{SVG}title") == "谁在哪里"
    assert not any("style" in element.attrib for element in svg.iter())


def test_the_table_says_what_stands_below_the_weeks() -> None:
    found = chart(bar(0, 4))
    figure = people_figure(found)
    assert figure.headings[0] == "人员"
    assert len(figure.headings) == 1 + len(WEEKS)
    below = [
        text.findtext(f"{SVG}title")
        for text in of_class(drawn(found), "p-muted")
        if text.find(f"{SVG}title") is not None
    ]
    assert list(figure.rows[0]) == ["王堃", *below]


SPANS = st.lists(st.tuples(st.integers(-60, 120), st.integers(0, 60), st.booleans()), max_size=8)


@given(SPANS)
def test_no_bar_lies_over_another_or_leaves_the_chart(spans: list[tuple[int, int, bool]]) -> None:
    bars = [bar(first, first + more, is_away=is_away) for first, more, is_away in spans]
    found = lanes(bars)
    for (one, lane), (other, next_lane) in combinations(zip(bars, found, strict=True), 2):
        if lane == next_lane:
            assert one.finish_on < other.start_on or other.finish_on < one.start_on
    for rect in drawn(chart(*bars)).iter(f"{SVG}rect"):
        assert float(rect.attrib["x"]) >= 0
        assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= WIDTH + 2
