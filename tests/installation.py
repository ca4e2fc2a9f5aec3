"""OnSite in processes of its own, with a database of its own: for what a test's transaction would hide."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connections

from tests.mail_server import MailServer

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Installation:
    """OnSite with a database of its own, run in processes of its own, each of which may take so many seconds."""

    environment: dict[str, str]
    patience_seconds: int = 120

    def run(self, script: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the Python lines inside Django; `more` are further variables of the environment."""
        setup = "import django; django.setup()\n"
        return subprocess.run(
            [sys.executable, "-c", setup + textwrap.dedent(script)],
            cwd=ROOT,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=self.patience_seconds,
            check=False,
        )

    def ask(self, script: str, **more: str) -> str:
        """Run the lines, which must end well, and return what they print."""
        done = self.run(script, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def outside(var_dir: Path, **more: str) -> dict[str, str]:
    """Return the environment without what pytest added to it, for the product's own settings in test mode."""
    added = ("ONSITE_", "PYTEST_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(added)}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "onsite.settings",
        "ONSITE_MODE": "test",
        "ONSITE_VAR_DIR": str(var_dir),
        **more,
    }


@contextlib.contextmanager
def installed(template: str, var_dir: Path, **more: str) -> Iterator[Installation]:
    """Set up an installation whose database is a copy of `template`, the suite's own (see `django_db_setup`)."""
    var_dir.mkdir(exist_ok=True)
    environment = outside(var_dir, **more)
    if not template.startswith("postgres"):
        environment.pop("DATABASE_URL", None)
        shutil.copy(template, var_dir / "onsite.sqlite3")
        yield Installation(environment)
        return
    with copied(template, f"onsite_installation_{os.getpid()}") as url:
        yield Installation({**environment, "DATABASE_URL": url})


@contextlib.contextmanager
def copied(url: str, name: str) -> Iterator[str]:
    """Copy the PostgreSQL database of `url`, to which nobody may be connected; yield the address of the copy."""
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    origin = urlsplit(url).path[1:]
    with psycopg.connect(at_database(url, "postgres"), autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{origin}"')
        try:
            yield at_database(url, name)
        finally:
            connection.execute(drop)


def end_sessions(url: str) -> None:
    """End whoever is connected to the database of `url`: a live server's thread, or a worker that was killed, may let go a
    moment too late, and a database in use can't be dropped."""
    with psycopg.connect(at_database(url, "postgres"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [urlsplit(url).path[1:]]
        )


def at_database(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Make the suite's database, and before any test writes there a copy of it: migrating from nothing costs a process
    half a minute. Yields the copy's path, or its address on PostgreSQL."""
    with django_db_blocker.unblock():
        connections.close_all()
        name = connections["default"].settings_dict["NAME"]
        vendor = connections["default"].vendor
    if vendor == "sqlite":
        path = tmp_path_factory.mktemp("template") / "onsite.sqlite3"
        with contextlib.closing(sqlite3.connect(name)) as made, contextlib.closing(sqlite3.connect(path)) as copy:
            made.backup(copy)
        yield str(path)
        return
    made_at = at_database(os.environ["DATABASE_URL"], name)
    with copied(made_at, f"onsite_template_{os.getpid()}") as url:
        yield url
    end_sessions(made_at)


@pytest.fixture
def installation(db: None, django_db_setup: str, tmp_path: Path, mail_server: MailServer) -> Iterator[Installation]:
    """On the kind of database that the suite runs on, never in one that a test's transaction holds.

    Asks for `db` only so that the suite's database is made, of which the installation has a copy.
    """
    mail = f"smtp://127.0.0.1:{mail_server.port}"
    with installed(django_db_setup, tmp_path / "var", EMAIL_URL=mail) as found:
        yield found
