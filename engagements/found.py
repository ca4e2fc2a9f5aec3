"""What was found in a file or a text, in words: what it is, where it stands, and what it looks like without the secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from engagements.models import Scanned
from onsite.core.scanner import FindingKind, Told

IN_ITS_NAME = {"part": "file_name"}


@dataclass(frozen=True)
class Found:
    """Things of one kind at one place that must not be shared; `sample` is one of them, masked."""

    kind: str
    place: str
    sample: str
    count: int


def found_in(row: Scanned) -> list[Found]:
    """Return what was found, in the active language."""
    return [_in_words(Told.from_plain(plain)) for plain in row.findings]


def kinds_in(findings: list[dict[str, Any]]) -> list[str]:
    """Return the keys of the kinds that were found, each once."""
    return sorted({finding["kind"] for finding in findings})


def _in_words(told: Told) -> Found:
    place = _("the file's name") if told.where == IN_ITS_NAME else told.place
    return Found(str(FindingKind(told.kind).label), place, told.sample, told.count)
