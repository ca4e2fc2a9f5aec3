"""What changed from one version of a mapping to the next: pure, without the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One line of a mapping as plain values."""

    source_field: str
    target_field: str
    rule: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells the lines of one mapping apart."""
        return self.source_field, self.target_field


@dataclass(frozen=True)
class Change:
    """One line that differs: `was` is None for a new one, `now` for one that is gone."""

    was: Field | None
    now: Field | None

    @property
    def how(self) -> str:
        """Return added, removed or changed."""
        if self.was is None:
            return "added"
        return "removed" if self.now is None else "changed"


def changes(before: Sequence[Field], after: Sequence[Field]) -> tuple[Change, ...]:
    """Return what differs, in the order of `after`, what is gone last; the order of the lines does not count.

    A field of the source that went to one place and goes to one other place is one change, not a line gone and one new.
    """
    was, now = {line.key: line for line in before}, {line.key: line for line in after}
    gone = [line for key, line in was.items() if key not in now]
    new = [line for key, line in now.items() if key not in was]
    moved = _moved(gone, new)
    found = []
    for key, line in now.items():
        if key not in was:
            found.append(Change(moved.get(line), line))
        elif was[key] != line:
            found.append(Change(was[key], line))
    left = [line for line in gone if line not in moved.values()]
    return (*found, *(Change(line, None) for line in left))


def applied(before: Iterable[Field], made: Iterable[Change]) -> set[Field]:
    """Return the lines that these changes make of the earlier ones."""
    lines, made = set(before), list(made)
    lines -= {change.was for change in made if change.was is not None}
    return lines | {change.now for change in made if change.now is not None}


def _moved(gone: Sequence[Field], new: Sequence[Field]) -> dict[Field, Field]:
    """Return by new line the one it came from, where its source field makes that certain."""
    once_gone = Counter(line.source_field for line in gone)
    once_new = Counter(line.source_field for line in new)
    came_from = {line.source_field: line for line in gone if once_gone[line.source_field] == 1}
    return {
        line: came_from[line.source_field]
        for line in new
        if once_new[line.source_field] == 1 and line.source_field in came_from
    }
