"""Secrets and personal data in texts and files: found, told without telling them, masked; and pictures of pages.

The patterns and readers are loaded with the first text or file, not with every process that only names a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from onsite.core.scanner.findings import EXCERPT, Finding, FindingKind, Looked, Page, Told, place_words

__all__ = [
    "EXCERPT",
    "Finding",
    "FindingKind",
    "Looked",
    "Page",
    "Told",
    "look_through",
    "look_through_recording",
    "mask_text",
    "masked_copy",
    "place_words",
    "scan_text",
    "text_in",
]


def scan_text(text: str) -> tuple[Finding, ...]:
    """Return what was found, in order, not overlapping."""
    from onsite.core.scanner import text as texts

    return texts.scan_text(text)


def mask_text(text: str, findings: Sequence[Finding] | None = None) -> str:
    """Return the text with the secret characters as "*", of the same length. Without `findings` it is looked through
    until nothing more is found."""
    from onsite.core.scanner import text as texts

    return texts.mask_text(text, findings)


def look_through(content: bytes, *, media_type: str) -> Looked:
    """Return what is in the file. What is damaged, protected or of an old kind is not readable; nothing is raised."""
    from onsite.core.scanner import files

    return files.look_through(content, media_type=media_type)


def look_through_recording(stored: IO[bytes], *, media_type: str) -> Looked:
    """Return what is in a stored recording, without taking it into memory; otherwise as `look_through`."""
    from onsite.core.scanner import files

    return files.look_through_recording(stored, media_type=media_type)


def text_in(content: bytes, *, media_type: str) -> str:
    """Return what the file says, masked; nothing where it has no text, or can't be read. Nothing is raised."""
    from onsite.core.scanner import files

    return files.text_in(content, media_type=media_type)


def masked_copy(content: bytes, *, media_type: str) -> bytes | None:
    """Return the file with everything found in it masked, or None where that can't be done and proven."""
    from onsite.core.scanner import files

    return files.masked_copy(content, media_type=media_type)
