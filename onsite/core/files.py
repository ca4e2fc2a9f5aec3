"""What may be stored as a file: judged by content and by name, with a limit on size."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import filetype
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError

MOST_BYTES = 20 * 1024 * 1024
SCANS = {"application/pdf": {".pdf"}, "image/jpeg": {".jpg", ".jpeg"}, "image/png": {".png"}}


@dataclass(frozen=True)
class Examined:
    """A file that may be stored."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str


def examine(upload: UploadedFile[Any], *, field: str) -> Examined:
    """Return what the file is. Raises DomainError on `field` where it is empty, too large, or not what its name says."""
    size = upload.size or 0
    if not size:
        raise DomainError(_("This file is empty."), field=field)
    if size > MOST_BYTES:
        raise DomainError(_("This file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1024**2}, field=field)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    kind = filetype.guess_mime(upload.read(261))
    upload.seek(0)
    name = clean_name(upload.name or "")
    if kind not in SCANS or PurePath(name).suffix.lower() not in SCANS[kind]:
        raise DomainError(_("Please upload a PDF, JPEG or PNG file whose name ends accordingly."), field=field)
    return Examined(name=name, media_type=kind, size_bytes=size, sha256=digest.hexdigest())


def clean_name(name: str) -> str:
    """Return the bare file name without path and control characters, at most 150 characters, ending kept."""
    path = PurePath(name.replace("\\", "/"))
    stem = "".join(c for c in path.stem if c.isprintable() and c not in '<>:"|?*/')[:140].strip(" .") or "file"
    ending = "".join(c for c in path.suffix if c.isascii() and c.isalnum())[:9]
    return f"{stem}.{ending}" if ending else stem
