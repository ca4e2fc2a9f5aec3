"""What may be stored as a file: judged by content and by name, with a limit on size."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import filetype
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError

MOST_BYTES = 20 * 1024 * 1024
MOST_RECORDING_BYTES = 100 * 1024 * 1024
MOST_VIDEO_BYTES = 500 * 1024 * 1024
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
# What proves something: a document, a log or a dump, a picture, a recording of the screen.
EVIDENCE_FILES: Kinds = {
    **DOCUMENTS,
    "text/plain": {".txt", ".csv", ".log", ".sql", ".json", ".xml"},
    "video/mp4": {".mp4"},
    "video/webm": {".webm"},
}
# What people learn from: longer than what proves something.
VIDEOS: Kinds = {"video/mp4": {".mp4"}, "video/webm": {".webm"}}
PICTURES: Kinds = {"image/jpeg": {".jpg", ".jpeg"}, "image/png": {".png"}}
SLIDES: Kinds = {"application/pdf": {".pdf"}, f"{_OFFICE}.presentationml.presentation": {".pptx"}}
# An EBML head whose type of document is "webm". Some recorders write the length of that word in up to eight bytes;
# filetype knows only the one of a single byte. Source: RFC 8794, Extensible Binary Meta Language.
_WEBM = re.compile(
    rb"\x1a\x45\xdf\xa3.{0,80}?\x42\x82(?:\x84|[\x01\x02\x04\x08\x10\x20\x40]\x00{0,6}\x04)webm", re.DOTALL
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


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
    upload.seek(0)
    kind = _kind_of(upload.read(HEAD_BYTES))
    most = most_bytes(kind, kinds) if kind in kinds else MOST_BYTES
    if size > most:
        raise DomainError(_("This file is larger than %(most)s MB.") % {"most": most // 1024**2}, field=field)
    name = clean_name(upload.name or "")
    if not _fits(kind, name, kinds):
        raise DomainError(_refusal(kinds, name), field=field)
    upload.seek(0)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return Examined(name=name, media_type=kind, size_bytes=size, sha256=digest.hexdigest())


def refuse_head(head: bytes, *, name: str, kinds: Kinds) -> None:
    """Raise DomainError where a file that begins so, and is called so, is none of these kinds: before the rest is sent."""
    if not _fits(_kind_of(head[:HEAD_BYTES]), name, kinds):
        raise DomainError(_refusal(kinds, name))


def most_bytes(media_type: str, kinds: Kinds = EVIDENCE_FILES) -> int:
    """Return how large a file of this kind may be where `kinds` are taken."""
    most_recording = MOST_VIDEO_BYTES if kinds is VIDEOS else MOST_RECORDING_BYTES
    return most_recording if is_recording(media_type) else MOST_BYTES


def is_picture(media_type: str) -> bool:
    """Say whether this is a picture, whose content nothing here reads."""
    return media_type.startswith("image/")


def is_recording(media_type: str) -> bool:
    """Say whether this is a recording, whose content nothing here reads."""
    return media_type.startswith("video/")


def has_text(media_type: str) -> bool:
    """Say whether files of this kind are read for their words."""
    return not (is_picture(media_type) or is_recording(media_type))


def accepted(kinds: Kinds) -> str:
    """Return what a file input takes for these kinds, as its "accept" says it. The types of pictures and recordings let
    a phone offer its camera."""
    seen = [kind for kind in kinds if is_picture(kind) or is_recording(kind)]
    endings = sorted({ending for found in kinds.values() for ending in found})
    return ",".join([*seen, *endings])


def _fits(kind: str, name: str, kinds: Kinds) -> bool:
    return kind in kinds and PurePath(name).suffix.lower() in kinds[kind]


def _kind_of(head: bytes) -> str:
    """Return the media type by content; what has no mark of its own and no NUL is plain text, as are the logs that
    Windows writes in UTF-16."""
    known = "video/webm" if _WEBM.match(head) else filetype.guess_mime(head)
    is_text = b"\x00" not in head or head.startswith(_UTF_16)
    return known or ("text/plain" if is_text else "")


def _refusal(kinds: Kinds, name: str) -> str:
    if kinds is SCANS:
        return _("Please upload a PDF, JPEG or PNG file whose name ends accordingly.")
    if kinds is VIDEOS:
        return _("“%(name)s” can't be taken: please send an MP4 or WebM video whose name ends accordingly.") % {
            "name": name
        }
    if kinds is SLIDES:
        return _("“%(name)s” can't be taken: please send slides as PDF or PowerPoint (.pptx), without macros.") % {
            "name": name
        }
    if kinds is PICTURES:
        return _("“%(name)s” can't be taken: please send a JPEG or PNG picture whose name ends accordingly.") % {
            "name": name
        }
    if kinds is EVIDENCE_FILES:
        return _(
            "“%(name)s” can't be taken: please send PDF, pictures (JPEG, PNG), Word, Excel, PowerPoint, text, logs "
            "(.log, .sql, .json, .xml, .csv) or recordings (MP4, WebM), without macros."
        ) % {"name": name}
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
