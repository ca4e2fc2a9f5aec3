"""Asks the web process on this machine how it is: `python -m onsite.core.probe` is the image's health check."""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

PORT = 8000


class Answer(NamedTuple):
    """What the web process said: the HTTP status, and the text."""

    status: int
    text: str


def answer(port: int, path: str = "/healthz", *, timeout_seconds: float = 4) -> Answer | None:
    """Return what `path` on 127.0.0.1 answers, or None when nobody does. /healthz names what works and what doesn't."""
    # Production refuses unknown host names, so ask under one that it knows.
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip()
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout_seconds)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        return Answer(response.status, response.read().decode())
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


if __name__ == "__main__":
    found = answer(PORT)
    sys.stdout.write(f"{found.text if found else 'no answer'}\n")
    sys.exit(0 if found and found.status == 200 else 1)
