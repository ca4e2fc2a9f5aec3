"""The acceptance chapter of the closing report: what was proved, by whom, and how it went live."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from reports.documents.codec import ADDED_LATER

Tone = Literal["ok", "warn", "muted"]


@dataclass(frozen=True, kw_only=True)
class MatrixCell:
    """Where one cell stands, as a word in the document's language; "" where the matrix has none."""

    word: str = ""
    tone: Tone = "muted"


@dataclass(frozen=True, kw_only=True)
class MatrixRow:
    """A module with its cells, as many as its table has roles."""

    module: str
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, kw_only=True)
class MatrixTable:
    """So many roles of a stage as stand beside each other on a page."""

    roles: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, kw_only=True)
class MatrixStage:
    """A stage of the roll-out; `required` are its cells that were not descoped, `settled` those the client accepted."""

    name: str
    settled: int
    required: int
    tables: tuple[MatrixTable, ...]


@dataclass(frozen=True, kw_only=True)
class AgreedCondition:
    """A condition of acceptance as it was signed, and when it was met."""

    text: str
    owner: str
    due_on: date
    met_on: date | None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One signed result of a cell's lineage: what, by whom and when. `override` is why it went live before it was ready."""

    cell: str
    version: str
    word: str
    tone: Tone
    signed_by: str
    signed_on: date | None
    conditions: tuple[AgreedCondition, ...] = ()
    override: str = ""


@dataclass(frozen=True, kw_only=True)
class DataResult:
    """A data object's newest load: what was counted, what differed and is explained, the owner's sample, the signature.

    `missing` are lines that are not counted on both sides; an open sample held wrong records that nobody explained.
    """

    name: str
    round: int
    mapping: str
    counted: int
    differing: int
    unexplained: int
    sample_size: int | None
    sample_wrong: int | None
    signed_on: date | None
    missing: int = field(default=0, metadata=ADDED_LATER)
    is_sample_open: bool = field(default=False, metadata=ADDED_LATER)


@dataclass(frozen=True, kw_only=True)
class GoDecision:
    """The client's decision. `word` says which; `risks` are those that were known and taken."""

    word: str
    go_live_on: date | None
    signed_by: str
    signed_on: date | None
    risks: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CutoverResult:
    """A rehearsal or the cutover: planned and real minutes, and how many times a step was rolled back."""

    label: str
    on: date
    planned_minutes: int
    real_minutes: int
    rollbacks: int
    outcome: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """Everything between data and go-live."""

    stages: tuple[MatrixStage, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    data: tuple[DataResult, ...] = ()
    decision: GoDecision | None = None
    runs: tuple[CutoverResult, ...] = ()
