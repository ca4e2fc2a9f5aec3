"""Looking through files of all kinds that are taken, and masking them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

import structlog

from onsite.core.scanner import drawing, office, pdf, plain, recordings
from onsite.core.scanner.blocks import Block, Contents, Unreadable, location, text_of, told_of
from onsite.core.scanner.findings import Looked, Page
from onsite.core.scanner.stripping import has_tail

logger = structlog.get_logger(__name__)

_OFFICE = "application/vnd.openxmlformats-officedocument"
_METADATA = {"part": "metadata"}


@dataclass(frozen=True)
class _Kind:
    """How files of a kind are looked through and masked."""

    look: Callable[[bytes], tuple[Contents, tuple[Page, ...]]]
    mask: Callable[[bytes], bytes | None]


def _without_pages(read: Callable[[bytes], Contents]) -> Callable[[bytes], tuple[Contents, tuple[Page, ...]]]:
    return lambda content: (read(content), ())


def _look_at_picture(content: bytes) -> tuple[Contents, tuple[Page, ...]]:
    (seen,) = drawing.look_at_pictures([content], is_strict=True)
    places = [location(_METADATA)] if seen.has_location or has_tail(content) else []
    blocks = [Block(seen.text, wheres=[_METADATA], is_main=False)]
    return Contents(blocks, places), drawing.draw_picture(content)


_TEXT = _Kind(_without_pages(plain.read), plain.masked)
_DOCUMENT = _Kind(_without_pages(office.read), office.masked)
_PICTURE = _Kind(_look_at_picture, drawing.stripped)
_RECORDING = _Kind(_without_pages(recordings.read), recordings.masked)
_KINDS = {
    "text/plain": _TEXT,
    "text/csv": _TEXT,
    f"{_OFFICE}.wordprocessingml.document": _DOCUMENT,
    f"{_OFFICE}.spreadsheetml.sheet": _DOCUMENT,
    f"{_OFFICE}.presentationml.presentation": _DOCUMENT,
    "application/pdf": _Kind(pdf.look, pdf.masked),
    "image/jpeg": _PICTURE,
    "image/png": _PICTURE,
    "video/mp4": _RECORDING,
    "video/webm": _RECORDING,
}
_READERS: dict[str, Callable[[bytes], Contents]] = {
    "text/plain": plain.read,
    "text/csv": plain.read,
    f"{_OFFICE}.wordprocessingml.document": office.read,
    f"{_OFFICE}.spreadsheetml.sheet": office.read,
    f"{_OFFICE}.presentationml.presentation": office.read,
    "application/pdf": pdf.read,
}
_HELD = Looked(is_readable=False, told=(), text="", pages=())


def look_through(content: bytes, *, media_type: str) -> Looked:
    """Return what is in the file. What is damaged, protected or of an old kind is not readable; nothing is raised."""
    kind = _KINDS.get(media_type)
    return _looked(lambda: kind.look(content), media_type) if kind else _HELD


def look_through_recording(stored: IO[bytes], *, media_type: str) -> Looked:
    """Return what is in a stored recording, which may be far larger than the memory; nothing is raised."""
    return _looked(lambda: (recordings.read_stored(stored), ()), media_type)


def _looked(look: Callable[[], tuple[Contents, tuple[Page, ...]]], media_type: str) -> Looked:
    try:
        contents, pages = look()
        return Looked(is_readable=True, told=told_of(contents), text=text_of(contents), pages=pages)
    except Unreadable:
        return _HELD
    except Exception as error:
        # What nobody foresaw in a stranger's file holds it back; its words may be those of the file.
        logger.error("scanner.failed", media_type=media_type, error=type(error).__name__)
        return _HELD


def text_in(content: bytes, *, media_type: str) -> str:
    """Return what the file says, masked; nothing where it has no text, or can't be read. Nothing is raised."""
    read = _READERS.get(media_type)
    if read is None:
        return ""
    try:
        return text_of(read(content))
    except Unreadable:
        return ""
    except Exception as error:
        logger.error("scanner.failed", media_type=media_type, error=type(error).__name__)
        return ""


def masked_copy(content: bytes, *, media_type: str) -> bytes | None:
    """Return the file with everything found in it masked, or None where that can't be done and proven."""
    kind = _KINDS.get(media_type)
    if kind is None:
        return None
    try:
        masked = kind.mask(content)
    except Unreadable:
        return None
    except Exception as error:
        logger.error("scanner.failed", media_type=media_type, error=type(error).__name__)
        return None
    if masked is None:
        return None
    looked = look_through(masked, media_type=media_type)
    return masked if looked.is_readable and not looked.told else None
