"""The histogram: bars by their runs, the agreed day between filled and outlined ones, words that survive any text."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from onsite.core.charts.histogram import Histogram, Mark, buckets, histogram_svg
from onsite.core.charts.palette import WIDTH

SVG = "{http://www.w3.org/2000/svg}"
MONDAY = date(2026, 11, 16)


def drawn(*runs: int, agreed: date = MONDAY, words: str = "agreed") -> ElementTree.Element:
    bars = tuple((MONDAY + timedelta(days=by), count) for by, count in enumerate(runs))
    chart = Histogram(bars, agreed, (Mark(agreed, words, is_strong=True), Mark(MONDAY, "half")), "Runs", words)
    return ElementTree.fromstring(histogram_svg(chart))  # noqa: S314  our own output


def of_class(svg: ElementTree.Element, *names: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter() if element.get("class") in names]


def test_no_bars_draw_nothing() -> None:
    assert histogram_svg(Histogram((), MONDAY, (), "Runs", "")) == ""


def test_bars_are_as_high_as_their_runs_and_filled_until_the_agreed_day() -> None:
    svg = drawn(100, 400, 200, agreed=MONDAY + timedelta(days=1))
    heights = [float(bar.attrib["height"]) for bar in of_class(svg, "h-bar", "h-late")]
    assert [height / heights[1] for height in heights] == [0.25, 1, 0.5]
    assert len(of_class(svg, "h-late")) == 1
    (line,) = of_class(svg, "h-agreed")
    last_filled, first_late = of_class(svg, "h-bar")[-1], of_class(svg, "h-late")[0]
    right = float(last_filled.attrib["x"]) + float(last_filled.attrib["width"])
    assert right <= float(line.attrib["x1"]) <= float(first_late.attrib["x"])


def test_it_has_a_name_words_and_no_inline_style() -> None:
    svg = drawn(1, 2, words="<b>16 & \x00</b>")
    assert svg.find(f"{SVG}title") is not None
    assert (svg.findtext(f"{SVG}desc") or "").startswith("<b>16 &")
    assert not any("style" in element.attrib for element in svg.iter())


@given(
    st.dictionaries(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 5000), min_size=1, max_size=60),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.text(max_size=40),
)
def test_every_bar_and_mark_stays_inside_and_no_run_is_lost(runs: dict[date, int], agreed: date, words: str) -> None:
    """Also where years are joined to weeks: no bar reaches over the end of the agreed day."""
    bars = tuple(sorted(runs.items()))
    joined = buckets(bars, agreed)
    assert sum(bucket.runs for bucket in joined) == sum(runs.values())
    assert not any(bucket.first <= agreed < bucket.last for bucket in joined)
    until = sum(bucket.runs for bucket in joined if bucket.last <= agreed)
    assert until == sum(count for day, count in bars if day <= agreed)
    svg = ElementTree.fromstring(  # noqa: S314  our own output
        histogram_svg(Histogram(bars, agreed, (Mark(agreed, words, is_strong=True),), "Runs", words))
    )
    for bar in of_class(svg, "h-bar", "h-late"):
        assert float(bar.attrib["x"]) >= 0
        assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= WIDTH
        assert float(bar.attrib["height"]) >= 0
    for line in of_class(svg, "h-agreed"):
        assert 0 <= float(line.attrib["x1"]) <= WIDTH
