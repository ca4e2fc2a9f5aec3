"""Files that are kept under the hash of their bytes: however often a killed worker is repeated, one file is there."""

from __future__ import annotations

import hashlib
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage


def sha256_of(opened: IO[bytes] | File[Any]) -> str:
    """Return the SHA-256 of an opened file in 64 hexadecimal digits, read piece by piece, and go back to its beginning."""
    digest = hashlib.sha256()
    opened.seek(0)
    while piece := opened.read(1024 * 1024):
        digest.update(piece)
    opened.seek(0)
    return digest.hexdigest()


def keep(folder: str, content: File[Any], *, suffix: str) -> tuple[str, str]:
    """Store the content in the folder under its hash; return its name in the storage and the hash.

    What a killed worker left under that name is taken where it is whole, and replaced where it is not.
    """
    digest = sha256_of(content)
    name = f"{folder}/{digest[:32]}.{suffix}"
    if default_storage.exists(name):
        with default_storage.open(name) as left:
            if sha256_of(left) == digest:
                return name, digest
        default_storage.delete(name)
    return default_storage.save(name, content), digest
