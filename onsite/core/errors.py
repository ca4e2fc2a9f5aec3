"""What a business rule says when it refuses. Views turn these into sentences beside the field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class DomainError(Exception):
    """A refusal in the reader's language. `field` names the form field it belongs to, if one does."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = str(message)
        self.field = field


class StaleError(DomainError):
    """Somebody changed the row since this page was opened (HTTP 409)."""


class KeyReusedError(DomainError):
    """The same idempotency key came with another body (HTTP 422)."""


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands in the way. `code` is stable, `text` says what is missing, `url` is where to mend it."""

    code: str
    text: str
    url: str
    waivable: bool = True


class RefusedError(DomainError):
    """An action whose conditions are not met; holds every obstacle, not only the first."""

    def __init__(self, message: str, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(message)
        self.obstacles = tuple(obstacles)
