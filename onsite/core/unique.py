"""A name that only the database can refuse, of two at once too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from onsite.core.errors import DomainError


@contextmanager
def unless_taken(message: str, *, field: str = "name") -> Iterator[None]:
    """Do the block in a transaction; what a unique constraint refuses becomes a DomainError that says `message` on
    `field`, and nothing of the block stays."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise DomainError(message, field=field) from error
