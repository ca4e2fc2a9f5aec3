"""What anybody may ask of a document they hold: whether it is genuine, of which version and day. Nothing else is told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db.models.fields.json import KT

from reports.models import Document

# Far beyond any document that is issued here.
MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Genuine:
    """An issued document as a stranger may know it; `issued_on` is the day that is printed in it."""

    code: str
    version: int
    issued_on: date


def by_code(code: str) -> Genuine | None:
    """Return the printed document of this code, None where there is none. How it is typed does not matter."""
    return _found(code="".join(char for char in code.upper() if char.isalnum()))


def by_hash(sha256: str) -> Genuine | None:
    """Return the document whose issued file has this SHA-256 (64 hexadecimal digits), None where there is none."""
    return _found(pdf_hash=sha256.lower())


def _found(**wanted: str) -> Genuine | None:
    rows = Document.objects.unscoped().filter(**wanted).printed().order_by("pk")
    told = rows.values_list("code", "version", KT("snapshot__issued_on")).first()
    if told is None:
        return None
    code, version, issued_on = told
    return Genuine(code, version, date.fromisoformat(issued_on))


class HashedFile(UploadedFile):  # type: ignore[type-arg]  # takes none when the program runs
    """What is left of an uploaded file: its hash. `is_too_large`: it was not read to its end."""

    def __init__(self, *, name: str, size: int, sha256: str, is_too_large: bool) -> None:
        super().__init__(file=None, name=name, size=size)
        self.sha256, self.is_too_large = sha256, is_too_large


class HashingHandler(FileUploadHandler):
    """Hashes a file while it arrives and keeps nothing of it, neither in memory nor on disk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._digest, self._size = hashlib.sha256(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size <= MOST_BYTES:
            self._digest.update(raw_data)

    def file_complete(self, file_size: int) -> HashedFile:
        return HashedFile(
            name=self.file_name or "", size=file_size, sha256=self._digest.hexdigest(),
            is_too_large=file_size > MOST_BYTES,
        )  # fmt: skip
