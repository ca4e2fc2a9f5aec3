"""Looking through files of all kinds that are taken, and masking them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from onsite.core.scanner import drawing, office, pdf, plain, recordings
from onsite.core.scanner.blocks import Block, Contents, Unreadable, excerpt_of, location, told_of
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
_HELD = Looked(is_readable=False, told=(), excerpt="", pages=())


def look_through(content: bytes, *, media_type: str) -> Looked:
    """Return what is in the file. What is damaged, protected or of an old kind is not readable; nothing is raised."""
    kind = _KINDS.get(media_type)
    if kind is None:
        return _HELD
    try:
        contents, pages = kind.look(content)
        return Looked(is_readable=True, told=told_of(contents), excerpt=excerpt_of(contents), pages=pages)
    except Unreadable:
        return _HELD
    except Exception as error:
        # What nobody foresaw in a stranger's file holds it back; its words may be those of the file.
        logger.error("scanner.failed", media_type=media_type, error=type(error).__name__)
        return _HELD


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
