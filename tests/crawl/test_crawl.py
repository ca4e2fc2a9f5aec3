"""What the crawl takes for a link, a page, an error and a score."""

from __future__ import annotations

import json

import pytest

from tests.bench.timing import Figure
from tests.crawl.checker import errors_of
from tests.crawl.judging import Finding, Visit
from tests.crawl.lighthouse import Score
from tests.crawl.links import links_of
from tests.crawl.report import tell_findings
from tests.crawl.routes import route_of, routes_to_open
from tests.crawl.weight import trips

HERE = "http://127.0.0.1:8000/engagements/1/"
VISIT = Visit("manager", "engagements:detail", "/engagements/1/")


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="plan/">', ["/engagements/1/plan/"]),
        ('<a href="/today/#x"><a href="/today/">', ["/today/"]),
        ('<a href="?page=2&amp;sort=age">', ["/engagements/1/?page=2&sort=age"]),
        ('<a href="https://example.com/"><a href="mailto:a@example.com"><a>', []),
        ('<a href="/files/1/" download>', []),
        ('<form method="post" action="/sign/"><input name="proof"></form>', []),
        ('<form action="/search/"><input name="q" value="接口"><input type="checkbox" name="x"></form>', ["/search/?q=%E6%8E%A5%E5%8F%A3"]),
    ],
)  # fmt: skip
def test_links_are_what_a_hand_can_follow(html: str, found: list[str]) -> None:
    assert links_of(html, HERE) == found


def test_an_address_belongs_to_a_route() -> None:
    assert route_of("/engagements/7/plan/?sort=age") == "engagements:plan"
    assert route_of("/no/such/page/") is None


def test_what_only_takes_what_is_sent_is_no_page() -> None:
    assert "engagements:plan" in routes_to_open()
    assert "engagements:plan_lay_out" not in routes_to_open()


def test_the_checkers_errors_stand_under_their_page() -> None:
    told = json.dumps(
        {
            "messages": [
                {
                    "type": "error",
                    "url": "file:/tmp/html/0.html",
                    "message": "Duplicate ID “a”.",
                    "extract": " <p id=a> ",
                },
                {"type": "info", "url": "file:/tmp/html/0.html", "message": "Trailing slash."},
            ]
        }
    )
    assert errors_of(told, [VISIT]) == [Finding(VISIT, "html: Duplicate ID “a”.", "<p id=a>")]


def test_a_fault_is_told_once_for_all_the_variants_it_stands_in(capsys: pytest.CaptureFixture[str]) -> None:
    tell_findings(
        "page", [Finding(VISIT, "color-contrast", "en 360 dark"), Finding(VISIT, "color-contrast", "en 360 light")]
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "page: 2 findings, 1 different"
    assert lines[1:] == [
        "    engagements:detail\tcolor-contrast\t×2\tmanager /engagements/1/\ten 360 dark; en 360 light"
    ]


def test_waiting_is_counted_one_after_the_other() -> None:
    """Two sheets at once are one round trip; what starts after them is the second."""
    assert trips([]) == 0
    assert trips([[10, 400], [12, 420]]) == 1
    assert trips([[10, 400], [12, 420], [421, 800]]) == 2


def test_of_points_more_is_better() -> None:
    assert Score("accessibility", 98, 98).met
    assert Score("accessibility", 97, 98).line() == "accessibility\t97.00\t98\tmissed"
    assert not Figure("KB", 98.1, 98).met
