"""Looking typed texts through for secrets and personal data, before a client reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from onsite.core.scanner import FindingKind, mask_text, scan_text


@dataclass(frozen=True)
class Found:
    """One thing found in the text `place`; `sample` is masked."""

    place: str
    kind: str
    sample: str

    @property
    def label(self) -> str:
        return str(FindingKind(self.kind).label)

    def stored(self) -> dict[str, str]:
        """Return it as a row keeps it."""
        return {"place": self.place, "kind": self.kind, "sample": self.sample}


def look_through(texts: Mapping[str, str]) -> list[Found]:
    """Return what must not be passed on, by the texts' names."""
    return [Found(place, str(one.kind), one.sample) for place, text in texts.items() for one in scan_text(text)]


def masked(text: str) -> str:
    """Return the text with everything found in it blacked out."""
    return mask_text(text)
