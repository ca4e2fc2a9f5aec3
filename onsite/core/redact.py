"""Keeps secrets out of the logs: an address that opens a door is as good as the key."""

from __future__ import annotations

import re
from typing import Any

# Invitation links, password reset links and links to one document or interview carry their token in the path; so do
# those of learners, below whose address other pages lie.
_SECRETS = re.compile(
    r"(/invitations/|/password/reset/key/|/links/[a-z]+/)[^/\s\"']+|(/learn/)[A-Za-z0-9_-]{40,60}(?![A-Za-z0-9_-])"
)


def redact(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor: mask the token in every text of the line."""
    return {key: _SECRETS.sub(r"\1\2…", value) if isinstance(value, str) else value for key, value in event.items()}
