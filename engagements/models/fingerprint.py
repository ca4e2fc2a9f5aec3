"""What a page showed, in 64 characters: so that whoever saves says which text they had before them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection

from django.db import models


def text_mark(text: str) -> str:
    """Return the hash of one text, however its lines end and whatever blanks stand around it."""
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()


def fingerprint_of(row: models.Model, *, without: Collection[str] = ()) -> str:
    """Return the hash of the row's own editable fields but those named in `without`.

    The same before and after it was stored: PostgreSQL gives the keys of a JSON field back in an order of its own.
    """
    told = [
        [field.attname, field.value_to_string(row)]
        for field in row._meta.concrete_fields
        if field.editable and field.name not in without
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
