"""What is looked for, and how what was found is told: never the secret itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

Where = Mapping[str, Any]
EXCERPT = 4000


class FindingKind(models.TextChoices):
    """Secrets and personal data."""

    ID_NUMBER = "id_number", gettext_lazy("Identity card number")
    MOBILE = "mobile", gettext_lazy("Mobile number")
    BANK_CARD = "bank_card", gettext_lazy("Bank card number")
    PASSWORD = "password", gettext_lazy("Password")
    KEY = "key", gettext_lazy("Key or token")
    CONNECTION = "connection", gettext_lazy("Password in a connection")
    LOCATION = "location", gettext_lazy("Place of recording")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `start` and `end` are offsets in the text; `sample` is masked."""

    kind: FindingKind
    start: int
    end: int
    sample: str


@dataclass(frozen=True, slots=True)
class Told:
    """What was found at one place of a file, as plain values. `where` knows no language: {"line": 12}, {"page": 2},
    {"sheet": "Plan", "row": 3}, {"slide": 4}, {"paragraph": 7}, {"part": "metadata"}, or {} for the rest."""

    kind: str
    where: Where
    sample: str
    count: int

    @property
    def place(self) -> str:
        return place_words(self.where)

    def to_plain(self) -> dict[str, Any]:
        return {"kind": self.kind, "where": dict(self.where), "sample": self.sample, "count": self.count}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Told:
        return cls(plain["kind"], plain["where"], plain["sample"], plain["count"])


@dataclass(frozen=True, slots=True)
class Page:
    """One page, or the picture itself, as a JPEG. What was found in its text is black."""

    image: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking through a file gave. `text` is what it says, masked."""

    is_readable: bool
    told: tuple[Told, ...]
    text: str
    pages: tuple[Page, ...]

    @property
    def excerpt(self) -> str:
        """The beginning of the text."""
        return self.text[:EXCERPT]


def place_words(where: Where) -> str:
    """Return the place in the active language."""
    return "，".join(_words(where)) if _is_chinese() else ", ".join(_words(where))


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _words(where: Where) -> Iterator[str]:
    parts = {
        "metadata": _("file properties"),
        "header": _("header or footer"),
        "comment": _("comments"),
        "note": _("notes"),
        "attached": _("enclosed file"),
        "other": _("other contents"),
    }
    said = {
        "sheet": _("sheet “%s”"),
        "row": _("row %s"),
        "line": _("line %s"),
        "page": _("page %s"),
        "slide": _("slide %s"),
        "paragraph": _("paragraph %s"),
    }
    for key, words in said.items():
        if key in where:
            yield words % where[key]
    if where.get("part") in parts:
        yield parts[where["part"]]
    if not where:
        yield _("elsewhere in the file")
