"""What may be stored as a file: judged by content and by name, with a limit on size."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import filetype
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError

MOST_BYTES = 20 * 1024 * 1024
HEAD_BYTES = 8192  # The parts that tell one office file from another lie within these.
_OFFICE = "application/vnd.openxmlformats-officedocument"

Kinds = Mapping[str, set[str]]
SCANS: Kinds = {"application/pdf": {".pdf"}, "image/jpeg": {".jpg", ".jpeg"}, "image/png": {".png"}}
# What a client keeps manuals, charts and data in; files with macros are not among them.
DOCUMENTS: Kinds = {
    **SCANS,
    f"{_OFFICE}.wordprocessingml.document": {".docx"},
    f"{_OFFICE}.spreadsheetml.sheet": {".xlsx"},
    f"{_OFFICE}.presentationml.presentation": {".pptx"},
    "application/msword": {".doc"},
    "application/vnd.ms-excel": {".xls"},
    "text/plain": {".txt", ".csv"},
}


@dataclass(frozen=True)
class Examined:
    """A file that may be stored."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str


def examine(upload: UploadedFile[Any], *, field: str, kinds: Kinds = SCANS) -> Examined:
    """Return what the file is. Raises DomainError on `field` where it is empty, too large, or not of these kinds by
    content and by name."""
    size = upload.size or 0
    if not size:
        raise DomainError(_("This file is empty."), field=field)
    if size > MOST_BYTES:
        raise DomainError(_("This file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1024**2}, field=field)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    kind = _kind_of(upload.read(HEAD_BYTES))
    upload.seek(0)
    name = clean_name(upload.name or "")
    if kind not in kinds or PurePath(name).suffix.lower() not in kinds[kind]:
        raise DomainError(_refusal(kinds, name), field=field)
    return Examined(name=name, media_type=kind, size_bytes=size, sha256=digest.hexdigest())


def _kind_of(head: bytes) -> str:
    """Return the media type by content; what has no mark of its own and no NUL is plain text."""
    return filetype.guess_mime(head) or ("" if b"\x00" in head else "text/plain")


def _refusal(kinds: Kinds, name: str) -> str:
    if kinds is SCANS:
        return _("Please upload a PDF, JPEG or PNG file whose name ends accordingly.")
    return _(
        "“%(name)s” can't be taken: please send PDF, pictures (JPEG, PNG), Word, Excel, PowerPoint, text or CSV files, "
        "without macros."
    ) % {"name": name}


def clean_name(name: str) -> str:
    """Return the bare file name without path and control characters, at most 150 characters, ending kept."""
    path = PurePath(name.replace("\\", "/"))
    stem = "".join(c for c in path.stem if c.isprintable() and c not in '<>:"|?*/')[:140].strip(" .") or "file"
    ending = "".join(c for c in path.suffix if c.isascii() and c.isalnum())[:9]
    return f"{stem}.{ending}" if ending else stem
