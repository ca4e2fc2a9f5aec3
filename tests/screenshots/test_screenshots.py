"""What `make screenshots` promises without a demo and a browser: known screens, and small files."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from django.urls import resolve
from PIL import Image

from tests.crawl.server import ROOT
from tests.screenshots.__main__ import GALLERY, README_PICTURE, README_SCREEN
from tests.screenshots.pictures import MOST_BYTES, small
from tests.screenshots.screens import SCREENS


def png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def test_each_screen_has_files_of_its_own() -> None:
    names = [screen.name for screen in SCREENS]
    assert len(set(names)) == len(names)
    assert {README_SCREEN, GALLERY} <= set(names)


@pytest.mark.parametrize("name", ["today", "portfolio", "inbox", "settings", "gallery"])
def test_a_screen_is_a_page(name: str) -> None:
    resolve(next(screen for screen in SCREENS if screen.name == name).find())


def test_a_light_picture_stays_as_it_is() -> None:
    plain = png(Image.new("RGB", (40, 40), "#0a6a68"))
    assert small(plain) is plain


def test_a_heavy_picture_loses_colours_but_no_size() -> None:
    noise = png(Image.frombytes("RGB", (300, 300), random.Random(7).randbytes(300 * 300 * 3)))
    found = small(noise)
    with Image.open(io.BytesIO(found)) as picture:
        assert (picture.size, picture.mode) == ((300, 300), "P")
    assert len(found) < len(noise)


def test_the_readmes_picture_is_small() -> None:
    assert Path(README_PICTURE).stat().st_size <= MOST_BYTES
    assert f"({README_PICTURE.relative_to(ROOT)})" in (ROOT / "README.md").read_text()
