"""The sign-off sheet: a frozen text on paper, to be signed and chopped, with its code on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from reports.documents.parts import Signatory
from reports.documents.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class TextSection:
    """A part of the frozen text: paragraphs, then points, then a table. Rows are as long as `columns`."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class SignOffSheet(Snapshot):
    """`code` is what the person who registers the scan types in, `text_sha256` the hash that the signature is bound to.

    `register_url` is what the QR code holds.
    """

    kind: ClassVar[str] = "sign_off"
    template: ClassVar[str] = "pdf/sign_off.html"

    code: str
    text_sha256: str
    register_url: str
    sections: tuple[TextSection, ...]
    signatories: tuple[Signatory, ...]
