"""TRUST 11: settings fail closed. Each wrong one stops the start with the sentence that mends it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from onsite.env import DEMO_KEY, read
from tests.installation import Installation, outside

HERE = Path("/srv/onsite")
OURS = {
    "ONSITE_MODE", "ONSITE_VAR_DIR", "SECRET_KEY", "ALLOWED_HOSTS", "ONSITE_BASE_URL", "DATABASE_URL",
    "CELERY_BROKER_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "ONSITE_VENDOR_NAME", "ONSITE_TLS", "LOG_LEVEL",
}  # fmt: skip
PRODUCTION = {
    "ONSITE_MODE": "production",
    "SECRET_KEY": "k7Jd-93hf_QzLmPw82XvTn4RbYc6EsGa1uHoIi5NqZt0WxVrMjKl",
    "ALLOWED_HOSTS": "onsite.example.com",
    "ONSITE_BASE_URL": "https://onsite.example.com",
    "DATABASE_URL": "postgres://onsite:secret@db:5432/onsite",
    "CELERY_BROKER_URL": "redis://redis:6379/0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "OnSite <onsite@example.com>",
    "ONSITE_VENDOR_NAME": "明远软件",
}


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names nothing of ours."""
    for name in OURS & os.environ.keys():
        monkeypatch.delenv(name)
    return monkeypatch


def set_all(environ: pytest.MonkeyPatch, **values: str | None) -> None:
    for name, value in values.items():
        if value is None:
            environ.delenv(name, raising=False)
        else:
            environ.setenv(name, value)


def test_a_right_environment_starts(environ: pytest.MonkeyPatch) -> None:
    set_all(environ, **PRODUCTION)
    env = read(HERE)
    assert env.is_production
    assert env.uses_redis
    assert env.behind_tls
    assert env.allowed_hosts == ["onsite.example.com"]
    assert env.database["HOST"] == "db"
    assert env.email["EMAIL_USE_TLS"] is True


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ONSITE_MODE", "prod", "set it to one of demo, test, production"),
        ("SECRET_KEY", None, "SECRET_KEY is missing or weak: set it to at least 50 random characters"),
        ("SECRET_KEY", "short", "SECRET_KEY is missing or weak"),
        ("SECRET_KEY", "a" * 80, "SECRET_KEY is missing or weak"),
        ("SECRET_KEY", DEMO_KEY, "SECRET_KEY is missing or weak"),
        ("ALLOWED_HOSTS", None, "ALLOWED_HOSTS is empty: set it"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS is empty: set it"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS holds a '*': name the hosts"),
        ("ALLOWED_HOSTS", "a.example.com,*.example.com", "ALLOWED_HOSTS holds a '*'"),
        ("ONSITE_BASE_URL", None, "ONSITE_BASE_URL is missing or no web address: set it to the one people open"),
        ("ONSITE_BASE_URL", "onsite.example.com", "ONSITE_BASE_URL is missing"),
        ("ONSITE_BASE_URL", "ftp://onsite.example.com", "ONSITE_BASE_URL is missing"),
        ("ONSITE_BASE_URL", "http://[", "ONSITE_BASE_URL is missing"),
        ("DATABASE_URL", None, "DATABASE_URL is missing or names another database: set it to postgres://"),
        ("DATABASE_URL", "sqlite:////tmp/x.sqlite3", "DATABASE_URL names SQLite, which production refuses"),
        ("DATABASE_URL", "mysql://u:p@h/d", "DATABASE_URL is missing or names another database"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL is missing or names another database"),
        ("DATABASE_URL", "postgres://u:p@h:port/d", "DATABASE_URL is missing or names another database"),
        ("DATABASE_URL", "postgres://u:p@h:5432/", "DATABASE_URL is missing or names another database"),
        ("CELERY_BROKER_URL", None, "CELERY_BROKER_URL is missing or unknown: set it to redis://"),
        ("CELERY_BROKER_URL", "amqp://guest@h", "CELERY_BROKER_URL is missing or unknown"),
        ("CELERY_BROKER_URL", "filesystem://", "CELERY_BROKER_URL names the filesystem, which loses tasks"),
        ("EMAIL_URL", None, "EMAIL_URL is missing or prints mail to the console: set it to smtp+tls://"),
        ("EMAIL_URL", "consolemail://", "EMAIL_URL is missing or prints mail to the console"),
        ("EMAIL_URL", "dummymail://", "EMAIL_URL is missing or prints mail to the console"),
        ("EMAIL_URL", "carrier-pigeon://x", "EMAIL_URL can't be read: set it to smtp+tls://"),
        ("EMAIL_URL", "smtp://h:port", "EMAIL_URL can't be read"),
        ("EMAIL_URL", "smtp://", "EMAIL_URL is missing"),
        ("DEFAULT_FROM_EMAIL", None, "DEFAULT_FROM_EMAIL is missing: set it to the sender's address"),
        ("DEFAULT_FROM_EMAIL", "OnSite", "DEFAULT_FROM_EMAIL is missing"),
        ("ONSITE_VENDOR_NAME", None, "ONSITE_VENDOR_NAME is missing: set it to your company's name"),
        ("ONSITE_TLS", "ture", "ONSITE_TLS is neither on nor off: set it to on or off"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL is unknown: set it to DEBUG, INFO, WARNING or ERROR"),
    ],
)
def test_each_wrong_setting_says_how_to_mend_it(
    environ: pytest.MonkeyPatch, name: str, value: str | None, sentence: str
) -> None:
    set_all(environ, **{**PRODUCTION, name: value})
    with pytest.raises(ImproperlyConfigured) as stop:
        read(HERE)
    assert sentence in str(stop.value)
    assert name in str(stop.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://u:top-secret@h:port/d"),
        ("DATABASE_URL", "u:top-secret@h/d"),
        ("EMAIL_URL", "smtp://u:top-secret@h:port"),
        ("SECRET_KEY", "top-secret"),
        ("SECRET_KEY", "$top-secret"),
    ],
)
def test_a_secret_is_not_repeated_in_the_sentence(environ: pytest.MonkeyPatch, name: str, value: str) -> None:
    """What stops a start stands in logs; a warning would do so, too (warnings are errors here)."""
    set_all(environ, **{**PRODUCTION, name: value})
    with pytest.raises(ImproperlyConfigured) as stop:
        read(HERE)
    assert "top-secret" not in str(stop.value)
    assert stop.value.__context__ is None


def test_a_key_may_begin_with_a_dollar_sign(environ: pytest.MonkeyPatch) -> None:
    set_all(environ, **{**PRODUCTION, "SECRET_KEY": "$" + PRODUCTION["SECRET_KEY"]})
    assert read(HERE).secret_key == "$" + PRODUCTION["SECRET_KEY"]


def test_all_wrong_settings_are_said_at_once(environ: pytest.MonkeyPatch) -> None:
    """Nobody mends one, starts, and finds the next."""
    environ.setenv("ONSITE_MODE", "production")
    with pytest.raises(ImproperlyConfigured) as stop:
        read(HERE)
    said = str(stop.value)
    for name in PRODUCTION.keys() - {"ONSITE_MODE"}:
        assert f"- {name} " in said


def test_nothing_set_means_production(environ: pytest.MonkeyPatch) -> None:
    """Forgetting the mode must not open a demo to the world."""
    with pytest.raises(ImproperlyConfigured):
        read(HERE)


@pytest.mark.parametrize("mode", ["demo", "test"])
def test_the_demo_needs_no_setting_and_stays_on_this_machine(environ: pytest.MonkeyPatch, mode: str) -> None:
    environ.setenv("ONSITE_MODE", mode)
    env = read(HERE)
    assert env.database["NAME"] == str(HERE / "var" / "onsite.sqlite3")
    assert env.broker_url == "filesystem://"
    assert set(env.allowed_hosts) == {"127.0.0.1", "localhost", "testserver"}
    assert env.email["EMAIL_BACKEND"].endswith("console.EmailBackend")  # The settings put the mailbox in its place.


@pytest.mark.parametrize(
    ("text", "expected"), [("1", True), ("true", True), ("on", True), ("0", False), ("off", False)]
)
def test_tls_can_be_said_in_several_words(environ: pytest.MonkeyPatch, text: str, expected: bool) -> None:
    set_all(environ, **{**PRODUCTION, "ONSITE_TLS": text})
    assert read(HERE).behind_tls is expected


def test_a_real_start_stops_with_the_sentence(tmp_path: Path) -> None:
    """Not only the function: the process itself ends, and says it."""
    wrong = {name: value for name, value in {**PRODUCTION, "SECRET_KEY": "short"}.items() if value}
    done = Installation(outside(tmp_path, **wrong)).run("print('started')")
    assert done.returncode != 0
    assert "started" not in done.stdout
    assert "SECRET_KEY is missing or weak" in done.stderr


def test_production_is_locked_down(tmp_path: Path) -> None:
    """TRUST 11: what a browser is told to keep to."""
    script = """
    from django.conf import settings as s
    print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 3e7,
          s.SESSION_COOKIE_HTTPONLY, s.ALLAUTH_TRUSTED_PROXY_COUNT, s.EMAIL_BACKEND.endswith("smtp.EmailBackend"))
    """
    said = Installation(outside(tmp_path, **PRODUCTION)).ask(script)
    assert said == "False True True True True True 1 True"
