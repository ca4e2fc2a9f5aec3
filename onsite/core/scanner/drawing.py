"""The parent's side of the child process: hand it a file, wait, and take what it read or drew."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from onsite.core.scanner.blocks import Unreadable
from onsite.core.scanner.findings import Page
from onsite.core.scanner.stripping import stripped

CHILD = Path(__file__).with_name("child.py")
MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 90
WALL_SECONDS = 150
PREVIEW_PAGES = 10
PREVIEW_WIDTH = 1100
MASKED_PAGES = 300
MASKED_WIDTH = 1654  # A4 at 200 dots per inch
PICTURE_WIDTH = 1600
Hidden = Mapping[int, Sequence[tuple[int, int]]]

logger = structlog.get_logger(__name__)

__all__ = ["draw_pdf", "draw_picture", "look_at_pictures", "masked_pdf", "read_pdf", "stripped"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the metadata of a picture says."""

    text: str
    has_location: bool


@dataclass(frozen=True, slots=True)
class ReadPdf:
    """The text of each page, what stands beside it (page number, or 0 for the file, and text), and enclosed files."""

    pages: list[str]
    others: list[tuple[int, str]]
    attached: list[bytes]


def read_pdf(content: bytes) -> ReadPdf:
    told, blobs = _ask("read_pdf", [content])
    return ReadPdf(told["pages"], [(number, text) for number, text in told["others"]], blobs)


def draw_pdf(content: bytes, hidden: Hidden) -> tuple[Page, ...]:
    """Return the first pages, black where `hidden` says: page index to spans of characters."""
    return _pages(*_ask("draw_pdf", [content], **_drawn(hidden, PREVIEW_PAGES, PREVIEW_WIDTH, as_pdf=False)))


def masked_pdf(content: bytes, hidden: Hidden) -> bytes:
    """Return a PDF whose pages are pictures."""
    _told, blobs = _ask("draw_pdf", [content], **_drawn(hidden, MASKED_PAGES, MASKED_WIDTH, as_pdf=True))
    return blobs[0]


def _drawn(hidden: Hidden, most_pages: int, width: int, *, as_pdf: bool) -> dict[str, Any]:
    spans = {str(index): [list(span) for span in spans] for index, spans in hidden.items()}
    return {"hidden": spans, "most_pages": most_pages, "width": width, "as_pdf": as_pdf}


def look_at_pictures(contents: Sequence[bytes], *, is_strict: bool = False) -> list[Seen]:
    """Return what their metadata says. Where `is_strict`, a picture that is cut off can't be read."""
    told, _blobs = _ask("look_at_pictures", contents, is_strict=is_strict)
    return [Seen(one["text"], one["has_location"]) for one in told]


def draw_picture(content: bytes) -> tuple[Page, ...]:
    """Return the picture upright, scaled down, without metadata."""
    return _pages(*_ask("draw_picture", [content], width=PICTURE_WIDTH))


def _pages(told: Mapping[str, Any], blobs: Sequence[bytes]) -> tuple[Page, ...]:
    return tuple(Page(blob, width, height) for blob, (width, height) in zip(blobs, told["sizes"], strict=True))


def _ask(task: str, contents: Sequence[bytes], **more: Any) -> tuple[Any, list[bytes]]:
    job = {"task": task, "sizes": [len(content) for content in contents], **more}
    job |= {"memory_bytes": MEMORY_BYTES, "cpu_seconds": CPU_SECONDS}
    # By path and isolated (-I), not by module name: the child loads nothing of ours, no Django, no Celery.
    command = [sys.executable, "-I", "-X", "utf8", str(CHILD)]
    try:
        done = subprocess.run(  # noqa: S603  fixed arguments
            command,
            input=json.dumps(job).encode() + b"\n" + b"".join(contents),
            capture_output=True,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"},
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        logger.warning("scanner.timeout", task=task)
        raise Unreadable from None
    if done.returncode:
        # What it says can hold parts of the file; its kind is enough.
        logger.info(
            "scanner.unreadable",
            task=task,
            returncode=done.returncode,
            error=done.stderr[:40].decode(errors="replace").partition(":")[0],
        )
        raise Unreadable
    head, _newline, rest = done.stdout.partition(b"\n")
    answer = json.loads(head)
    blobs: list[bytes] = []
    for size in answer["sizes"]:
        blobs.append(rest[:size])
        rest = rest[size:]
    return answer["told"], blobs
