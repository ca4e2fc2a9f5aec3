"""The gallery shows every component, keeps what tokens.css promises, and is nowhere but with those who change the look."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.signals import template_rendered
from django.urls import reverse

from onsite.gallery import tokens
from onsite.gallery.views import LOOKS, PAGES

COMPONENTS = Path(settings.BASE_DIR, "templates", "components")


@pytest.fixture
def rendered() -> Iterator[set[str]]:
    """The names of the templates that were rendered meanwhile, included ones too."""
    names: set[str] = set()

    def note(template: Any, **_kwargs: object) -> None:
        names.add(template.name)

    template_rendered.connect(note)
    yield names
    template_rendered.disconnect(note)


def addresses() -> list[str]:
    return [reverse("gallery:all"), *(reverse("gallery:page", args=[name]) for name in PAGES)]


@pytest.mark.django_db
def test_every_component_is_shown(client: Client, rendered: set[str]) -> None:
    """A component without a place in the gallery is red: give it one in templates/gallery/parts/."""
    for address in addresses():
        assert client.get(address).status_code == 200
    assert {f"components/{path.name}" for path in COMPONENTS.iterdir()} - rendered == set()


@pytest.mark.django_db
def test_every_component_is_named(client: Client) -> None:
    told = client.get(reverse("gallery:all")).content.decode()
    assert [path.name for path in COMPONENTS.iterdir() if f"components/{path.name}" not in told] == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", LOOKS["language"])
def test_it_speaks_both_languages_whoever_asks(client: Client, language: str) -> None:
    told = client.get(reverse("gallery:all"), {"language": language}, headers={"accept-language": "fr"})
    page = told.content.decode()
    assert ("登记问题" in page, "Note a problem" in page) == (language == "zh-hans", language == "en")


@pytest.mark.django_db
@pytest.mark.parametrize(("theme", "sheet"), [("light", False), ("dark", True)])
def test_it_is_light_or_dark_as_asked(client: Client, theme: str, sheet: bool) -> None:
    assert (DARK in client.get(reverse("gallery:all"), {"theme": theme}).content.decode()) is sheet


@pytest.mark.django_db
def test_no_page_of_another_name(client: Client) -> None:
    assert client.get(reverse("gallery:page", args=["../base"[3:]])).status_code == 404


def test_every_promised_contrast_holds() -> None:
    """tokens.css: text at least 4.5:1 on every ground it may stand on, edges at least 3:1; in both themes."""
    found = tokens.pairs()
    assert len(found) > 20
    assert [pair for pair in found if not pair.holds] == []


def test_both_themes_know_the_same_colours() -> None:
    assert len(tokens.colours()) > 20


DARK = 'href="/static/css/dark.css"'
ASK = """
import django
django.setup()
from django.urls import Resolver404, resolve
try:
    print(resolve("/gallery/").view_name)
except Resolver404:
    print("absent")
"""


@pytest.mark.parametrize("mode", ["demo", "production"])
def test_nobody_meets_it_in_the_product(mode: str, tmp_path: Path) -> None:
    lines = Path(settings.BASE_DIR, ".ci", "production.env").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    bare = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CELERY_BROKER_URL")}
    environment = {**bare, **(given if mode == "production" else {})} | {
        "ONSITE_MODE": mode, "ONSITE_VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "onsite.settings",
    }  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.strip() == "absent", told.stderr
