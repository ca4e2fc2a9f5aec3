"""The goal chain as the closing report prints it: a row for each objective, its texts in the document's language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ChainRow:
    """An objective, the functions that serve it, how their modules were accepted, the value at closing, and what each
    follow-up visit found, in the order of the headings."""

    objective: str
    functions: tuple[str, ...]
    acceptance: tuple[str, ...]
    closing: str
    after: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PrintedChain:
    """All rows by due day; `visits` are the headings of what the visits found."""

    visits: tuple[str, ...]
    rows: tuple[ChainRow, ...]
