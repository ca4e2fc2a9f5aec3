"""How well the scanner does on a corpus: texts.jsonl and files.jsonl of a folder, each line an item.

An item is positive when it holds anything. `recall` and `precision` count items; `covered` is stricter: the share of
the secrets of all texts that lie wholly within findings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onsite.core.scanner import look_through, scan_text

CORPUS = Path(__file__).parent.parent / "corpora" / "scanner"


@dataclass
class Score:
    """Counts of items, and which of them went wrong."""

    true_positive: int = 0
    true_negative: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    secrets: int = 0
    uncovered: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        positive = self.true_positive + len(self.missed)
        return self.true_positive / positive if positive else 1.0

    @property
    def precision(self) -> float:
        told = self.true_positive + len(self.false)
        return self.true_positive / told if told else 1.0

    @property
    def covered(self) -> float:
        return 1 - len(self.uncovered) / self.secrets if self.secrets else 1.0

    @property
    def items(self) -> int:
        return self.true_positive + self.true_negative + len(self.missed) + len(self.false)

    def count(self, item: dict[str, Any], *, is_found: bool) -> None:
        if item["kinds"]:
            if is_found:
                self.true_positive += 1
            else:
                self.missed.append(item["id"])
        elif is_found:
            self.false.append(item["id"])
        else:
            self.true_negative += 1

    def __str__(self) -> str:
        return (
            f"recall {self.recall:.3f}, precision {self.precision:.3f}, secrets covered {self.covered:.3f} "
            f"({self.items} items; missed {len(self.missed)}, false {len(self.false)})"
        )


def score(folder: Path) -> Score:
    """Return the score on the texts and files of this folder."""
    result = Score()
    for item in _lines(folder / "texts.jsonl"):
        findings = scan_text(item["text"])
        result.count(item, is_found=bool(findings))
        hidden = {place for one in findings for place in range(one.start, one.end)}
        for secret in item["secrets"]:
            result.secrets += 1
            if not _is_covered(item["text"], secret, hidden):
                result.uncovered.append(item["id"])
    for item in _lines(folder / "files.jsonl"):
        content = (folder / "files" / item["name"]).read_bytes()
        looked = look_through(content, media_type=item["media_type"])
        # What can't be read is held back as well: nobody gets to see it.
        result.count(item, is_found=bool(looked.told) or not looked.is_readable)
    return result


def _is_covered(text: str, secret: str, hidden: set[int]) -> bool:
    """Whether every place where the secret stands is hidden, spaces aside."""
    start = text.find(secret)
    if start < 0:
        return False
    while start >= 0:
        if any(place not in hidden for place in range(start, start + len(secret)) if not text[place].isspace()):
            return False
        start = text.find(secret, start + 1)
    return True


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
