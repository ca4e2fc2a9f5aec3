"""C1, C2: a person's own name, language and zone, and the language switch for everybody."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from onsite.accounts import zones
from onsite.accounts.models import User
from tests.conftest import SignIn
from tests.factories import UserFactory

SETTINGS = "/accounts/settings/"
LANGUAGE = "/accounts/language/"
GOOD = {"name": "李 喆", "title": "实施顾问", "language": "en", "time_zone": "Europe/Berlin", "theme": "dark"}


def test_settings_are_kept(engineer: User, sign_in: SignIn) -> None:
    answer = sign_in(engineer).post(SETTINGS, GOOD)
    assert (answer.status_code, answer["Location"]) == (302, SETTINGS)
    engineer.refresh_from_db()
    kept = {name: getattr(engineer, name) for name in GOOD}
    assert kept == GOOD


def test_the_answer_speaks_the_language_just_chosen(engineer: User, sign_in: SignIn) -> None:
    page = sign_in(engineer).post(SETTINGS, {**GOOD, "language": "zh-hans"}, follow=True)
    assert 'lang="zh-Hans"' in page.content.decode()
    assert "Your settings are saved" not in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\x00"),
        ("name", "x" * 81),
        ("title", "\u202e"),
        ("language", ""),
        ("language", "tlh"),
        ("time_zone", ""),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "\x00"),
        ("theme", ""),
        ("theme", "sepia"),
    ],
)
def test_a_wrong_setting_is_answered_beside_its_field(engineer: User, sign_in: SignIn, field: str, value: str) -> None:
    page = sign_in(engineer).post(SETTINGS, {**GOOD, field: value})
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {field}
    before = engineer.time_zone
    engineer.refresh_from_db()
    assert engineer.time_zone == before


def test_nobody_changes_what_is_not_theirs(engineer: User, sign_in: SignIn) -> None:
    """Role and address are not among the fields, whatever is posted."""
    sign_in(engineer).post(SETTINGS, {**GOOD, "role": "manager", "email": "boss@x.example", "is_active": ""})
    engineer.refresh_from_db()
    assert (engineer.role, engineer.is_active) == ("engineer", True)
    assert engineer.email != "boss@x.example"


def test_the_common_zones_come_first_and_each_is_a_real_one(db: None) -> None:
    (_often, common), (_all, others) = zones.choices()
    assert common[0] == ("Asia/Shanghai", "Shanghai (UTC+08:00)")
    names = [name for name, _label in [*common, *others]]
    assert len(names) == len(set(names)) > 300
    for name in names:
        ZoneInfo(name)


def test_an_unusual_zone_stays_chosen(sign_in: SignIn, db: None) -> None:
    """A zone set by an import is not lost by saving another field."""
    person = UserFactory(time_zone="Etc/GMT-5")
    browser = sign_in(person)
    assert '<option value="Etc/GMT-5" selected>' in browser.get(SETTINGS).content.decode()
    assert browser.post(SETTINGS, {**GOOD, "time_zone": "Etc/GMT-5"}).status_code == 302


def test_anybody_switches_the_language(client: Client, db: None) -> None:
    """Before signing in as well; the browser keeps it."""
    answer = client.post(LANGUAGE, {"language": "zh-hans", "next": "/accounts/login/"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    cookie = answer.cookies["django_language"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("zh-hans", "Lax", True)
    assert 'lang="zh-Hans"' in client.get("/accounts/login/", headers={"accept-language": "en"}).content.decode()


def test_a_persons_switch_is_kept_with_the_person(engineer: User, sign_in: SignIn) -> None:
    """And goes along to another browser."""
    sign_in(engineer).post(LANGUAGE, {"language": "zh-hans"})
    elsewhere = sign_in(engineer)
    page = elsewhere.get(SETTINGS, headers={"accept-language": "en"}).content.decode()
    assert 'lang="zh-Hans"' in page


@pytest.mark.parametrize("language", ["", "tlh", "\x00", "zh-hans\r\nSet-Cookie: a=b", "x" * 100_000])
def test_an_unknown_language_changes_nothing(engineer: User, sign_in: SignIn, language: str) -> None:
    answer = sign_in(engineer).post(LANGUAGE, {"language": language})
    assert answer.status_code == 302
    assert "django_language" not in answer.cookies
    engineer.refresh_from_db()
    assert engineer.language == "en"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""])
def test_the_switch_leads_nowhere_else(client: Client, db: None, target: str) -> None:
    """TRUST 12: `next` is checked."""
    assert client.post(LANGUAGE, {"language": "en", "next": target})["Location"] == "/"


def test_a_followed_link_switches_nothing(client: Client, db: None) -> None:
    assert client.get(LANGUAGE, {"language": "en"}).status_code == 405
