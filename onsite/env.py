"""Reads the environment and fails closed: a wrong setting stops the start with the sentence that mends it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

MODES = ("demo", "test", "production")
# Known to everybody, and therefore refused in production below.
DEMO_KEY = "demo-key-for-one-machine-only-never-used-in-production-0000"  # nosec B105
SHORTEST_KEY = 50
YES = set(environ.Env.BOOLEAN_TRUE_STRINGS)
NO = {"false", "off", "no", "n", "0"}


@dataclass(frozen=True)
class Environment:
    """Every value that OnSite takes from outside, already checked."""

    mode: str
    secret_key: str
    allowed_hosts: list[str]
    base_url: str
    database: dict[str, Any]
    broker_url: str
    email: dict[str, Any]
    default_from_email: str
    vendor_name: str
    behind_tls: bool
    var_dir: Path
    log_level: str

    @property
    def is_production(self) -> bool:
        return self.mode == "production"

    @property
    def uses_redis(self) -> bool:
        return self.broker_url.startswith(("redis://", "rediss://"))


@dataclass
class _Problems:
    found: list[str] = field(default_factory=list)

    def need(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.found.append(sentence)


def read(base_dir: Path) -> Environment:
    """Return the checked environment.

    Raises ImproperlyConfigured with one sentence per problem, each saying which variable to set and to what, and none
    repeating a secret.
    """
    env = environ.Env()
    mode = env.str("ONSITE_MODE", "production")
    if mode not in MODES:
        raise ImproperlyConfigured(f"ONSITE_MODE is {mode!r}: set it to one of {', '.join(MODES)}.")
    var_dir = Path(env.str("ONSITE_VAR_DIR", str(base_dir / "var"))).absolute()
    local = mode != "production"
    sqlite = f"sqlite:///{var_dir / 'onsite.sqlite3'}" if local else ""
    found = Environment(
        mode=mode,
        # Not through `env`, for which a value that begins with "$" names another variable.
        secret_key=os.environ.get("SECRET_KEY", DEMO_KEY if local else ""),
        allowed_hosts=env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"] if local else []),
        base_url=env.str("ONSITE_BASE_URL", "http://127.0.0.1:8000" if local else "").rstrip("/"),
        database=_parsed(lambda: env.db_url("DATABASE_URL", default=sqlite)),
        broker_url=env.str("CELERY_BROKER_URL", "filesystem://" if local else ""),
        email=_parsed(lambda: env.email_url("EMAIL_URL", default="consolemail://")),
        default_from_email=env.str("DEFAULT_FROM_EMAIL", "OnSite <onsite@localhost>" if local else ""),
        vendor_name=env.str("ONSITE_VENDOR_NAME", "明远软件" if local else ""),
        behind_tls=env.bool("ONSITE_TLS", not local),
        var_dir=var_dir,
        log_level=env.str("LOG_LEVEL", "INFO").upper(),
    )
    _check(found, tls=env.str("ONSITE_TLS", "on"))
    return found


def _parsed(parse: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what an address says, {} where it can't be read; its error and its warning would repeat the password."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse()
    except (ValueError, LookupError, environ.ImproperlyConfigured):
        return {}


def _host_of(url: str) -> str:
    """Return the host of a web address, "" where there is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in {"http", "https"} else ""


def _check(env: Environment, *, tls: str) -> None:
    problems = _Problems()
    engine = str(env.database.get("ENGINE", ""))
    problems.need(
        env.log_level in {"DEBUG", "INFO", "WARNING", "ERROR"},
        "LOG_LEVEL is unknown: set it to DEBUG, INFO, WARNING or ERROR.",
    )
    # A misspelt word would silently mean "off", and the cookies would travel in the open.
    problems.need(tls.lower() in YES | NO, "ONSITE_TLS is neither on nor off: set it to on or off.")
    problems.need(
        bool(_host_of(env.base_url)),
        "ONSITE_BASE_URL is missing or no web address: set it to the one people open, as https://onsite.example.com.",
    )
    problems.need(
        bool(env.email), "EMAIL_URL can't be read: set it to smtp+tls://user:password@host:587, special signs as %40."
    )
    problems.need(
        engine.endswith(("postgresql", "sqlite3")) and bool(env.database.get("NAME")),
        "DATABASE_URL is missing or names another database: set it to postgres://user:password@host:5432/onsite.",
    )
    problems.need(
        env.broker_url == "filesystem://" or env.uses_redis,
        "CELERY_BROKER_URL is missing or unknown: set it to redis://host:6379/0.",
    )
    if env.is_production:
        _check_production(env, problems, engine)
    if problems.found:
        raise ImproperlyConfigured("OnSite does not start:\n- " + "\n- ".join(problems.found))


def _check_production(env: Environment, problems: _Problems, engine: str) -> None:
    strong = len(env.secret_key) >= SHORTEST_KEY and len(set(env.secret_key)) >= 5
    problems.need(
        strong and env.secret_key != DEMO_KEY,
        f"SECRET_KEY is missing or weak: set it to at least {SHORTEST_KEY} random characters, for example the output of "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'.",
    )
    problems.need(bool(env.allowed_hosts), "ALLOWED_HOSTS is empty: set it to the site's host names, comma separated.")
    problems.need(
        not any("*" in host for host in env.allowed_hosts),
        "ALLOWED_HOSTS holds a '*': name the hosts, because links in mails are made from them.",
    )
    problems.need(
        not engine.endswith("sqlite3"),
        "DATABASE_URL names SQLite, which production refuses: set it to postgres://user:password@host:5432/onsite.",
    )
    problems.need(
        env.broker_url != "filesystem://",
        "CELERY_BROKER_URL names the filesystem, which loses tasks when a worker dies: set it to redis://host:6379/0.",
    )
    problems.need(
        not env.email or (env.email["EMAIL_BACKEND"].endswith("smtp.EmailBackend") and bool(env.email["EMAIL_HOST"])),
        "EMAIL_URL is missing or prints mail to the console: set it to smtp+tls://user:password@host:587.",
    )
    problems.need("@" in env.default_from_email, "DEFAULT_FROM_EMAIL is missing: set it to the sender's address.")
    problems.need(bool(env.vendor_name), "ONSITE_VENDOR_NAME is missing: set it to your company's name.")
