"""OnSite in processes of its own, with a database of its own: for what a test's transaction would hide."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Installation:
    """OnSite with a database of its own, run in processes of its own."""

    environment: dict[str, str]

    def run(self, script: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the Python lines inside Django; `more` are further variables of the environment."""
        setup = "import django; django.setup()\n"
        return subprocess.run(
            [sys.executable, "-c", setup + textwrap.dedent(script)],
            cwd=ROOT,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=120,
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
def own_database(url: str) -> Iterator[str]:
    """Make a PostgreSQL database for one test beside the one of `url`; "" where the suite runs on SQLite."""
    if not url.startswith("postgres"):
        yield ""
        return
    name = f"onsite_outbox_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
