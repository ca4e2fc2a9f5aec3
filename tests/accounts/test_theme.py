"""C1: the pages look as their reader chose, said by the server, so that none flashes in the other theme first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client

from onsite.accounts.models import User
from tests.conftest import SignIn

CSS = Path(settings.BASE_DIR) / "static" / "css"


def head_of(page: str) -> tuple[str, str | None]:
    """Return what the page says of its scheme, and when the dark sheet holds (None: it is not there)."""
    scheme = re.search(r'<meta name="color-scheme" content="([^"]*)"', page)
    dark = re.search(r'<link rel="stylesheet" href="[^"]*css/dark[^"]*" media="([^"]*)"', page)
    assert scheme
    return scheme[1], dark[1] if dark else None


@pytest.mark.parametrize(
    ("theme", "expected"),
    [
        ("auto", ("light dark", "screen and (prefers-color-scheme: dark)")),
        ("light", ("light", None)),
        ("dark", ("dark", "screen")),
    ],
)
def test_the_page_says_the_theme_that_was_chosen(
    theme: str, expected: tuple[str, str | None], engineer: User, sign_in: SignIn
) -> None:
    User.objects.filter(pk=engineer.pk).update(theme=theme)
    assert head_of(sign_in(engineer).get("/accounts/settings/").content.decode()) == expected


def test_a_stranger_sees_what_the_device_prefers(client: Client, db: None) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert head_of(page) == ("light dark", "screen and (prefers-color-scheme: dark)")


@pytest.mark.parametrize("page", ["400.html", "500.html", "503.html"])
def test_a_page_that_stands_alone_goes_by_the_device(page: str) -> None:
    text = (Path(settings.BASE_DIR) / "templates" / page).read_text()
    assert head_of(text) == ("light dark", "screen and (prefers-color-scheme: dark)")


def test_the_dark_is_written_once() -> None:
    """No other sheet asks what the device prefers: a person who chose otherwise would see both."""
    asking = [sheet.name for sheet in CSS.glob("*.css") if "prefers-color-scheme" in sheet.read_text()]
    assert asking == []


def test_every_colour_has_its_dark() -> None:
    """A token without one would stand in the dark with its light value."""
    light, dark = ((CSS / name).read_text() for name in ("tokens.css", "dark.css"))
    first_rule = light[light.index(":root {") : light.index("}\n")]
    coloured = {
        name for name, value in re.findall(r"(--[\w-]+):\s*([^;]+);", first_rule) if "#" in value or "rgb" in value
    }
    assert coloured - set(re.findall(r"(--[\w-]+):", dark)) == set()


def test_no_other_theme_gets_into_the_database(engineer: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=engineer.pk).update(theme="sepia")
