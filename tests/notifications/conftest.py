"""A whole installation in processes of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation, outside, own_database
from tests.mail_server import MailServer


@pytest.fixture
def installation(tmp_path: Path, mail_server: MailServer) -> Iterator[Installation]:
    """On the databases that the suite runs on, never in one that a test's transaction holds."""
    environment = outside(tmp_path / "var", EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}")
    with own_database(environment.get("DATABASE_URL", "")) as url:
        found = Installation({**environment, **({"DATABASE_URL": url} if url else {})})
        found.ask("from django.core.management import call_command; call_command('migrate', verbosity=0)")
        yield found
