"""The gallery in a browser: nothing axe complains of, nothing wider than the page, in both languages and both themes."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from onsite.gallery.views import PAGES
from tests.e2e.conftest import OpenPage
from tests.e2e.judging import DESK, PHONE, judge


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh-hans", "dark", PHONE), ("en", "light", DESK), ("en", "dark", DESK)]
)
def test_the_gallery_holds_in_every_look(open_page: OpenPage, language: str, theme: str, width: int) -> None:
    page = open_page(width=width)
    look = urlencode({"language": language, "theme": theme})
    assert judge(page, f"{reverse('gallery:all')}?{look}", width) == []


def test_its_pages_hold_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(width=PHONE)
    found = [fault for name in PAGES for fault in judge(page, reverse("gallery:page", args=[name]), PHONE)]
    assert found == []


def test_no_job_of_the_gallery_asks_how_far_it_is(open_page: OpenPage) -> None:
    """What polls each second would, here, fetch the whole page each second."""
    page = open_page()
    asked: list[str] = []
    page.goto(reverse("gallery:all"))
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1500)
    # The browser fetches the icon when it likes.
    assert [url for url in asked if "/static/" not in url] == []
