"""Looking through text, and masking it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from onsite.core.scanner.accounts import accounts
from onsite.core.scanner.columns import columns
from onsite.core.scanner.commands import commands
from onsite.core.scanner.connections import connections
from onsite.core.scanner.figures import numbers
from onsite.core.scanner.findings import Finding, FindingKind
from onsite.core.scanner.folding import fold
from onsite.core.scanner.keys import keys
from onsite.core.scanner.labelled import labelled
from onsite.core.scanner.statements import statements

Span = tuple[FindingKind, int, int]

_FINDERS = (numbers, keys, connections, labelled, accounts, commands, statements, columns)
# Where two findings overlap, what the whole is called: the first of these.
_RANK = tuple(
    FindingKind[name] for name in ("CONNECTION", "KEY", "PASSWORD", "ID_NUMBER", "BANK_CARD", "MOBILE", "LOCATION")
)
_MASK = "*"
# How many characters at both ends stay legible, so that people know which one is meant.
_KEPT = {FindingKind.ID_NUMBER: (3, 4), FindingKind.MOBILE: (3, 4), FindingKind.BANK_CARD: (4, 4)}
_MOBILE_DIGITS = 11
_HEAD_OF_KEY = 4
_LONG_ENOUGH = 16
_BLOCK = "-----"
_LONGEST_SAMPLE = 60
_LEAD = 16
_MOST_ROUNDS = 4


def scan_text(text: str) -> tuple[Finding, ...]:
    """Return what was found, in order, not overlapping."""
    spans = _spans(text)
    if not spans:
        return ()
    masked = _masked(text, spans)
    return tuple(Finding(kind, start, end, _sample(masked, start, end, kind)) for kind, start, end in spans)


def mask_text(text: str, findings: Sequence[Finding] | None = None) -> str:
    """Return the text with the secret characters as "*", of the same length. Without `findings` it is looked through
    until nothing more is found."""
    if findings is not None:
        return _masked(text, [(one.kind, one.start, one.end) for one in findings])
    for _round in range(_MOST_ROUNDS):
        spans = _spans(text)
        if not spans:
            break
        text = _masked(text, spans)
    return text


def _spans(text: str) -> list[Span]:
    folded = fold(text)
    hits = ((kind, *folded.span(start, end)) for find in _FINDERS for kind, start, end in find(folded))
    return _joined(hits)


def _joined(hits: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for kind, start, end in sorted(hits, key=lambda hit: hit[1:]):
        if joined and start < joined[-1][2]:
            first, begun, ended = joined[-1]
            joined[-1] = (min(first, kind, key=_RANK.index), begun, max(ended, end))
        else:
            joined.append((kind, start, end))
    return joined


def _masked(text: str, spans: Iterable[Span]) -> str:
    parts: list[str] = []
    position = 0
    for kind, start, end in spans:
        parts += (text[position:start], _mask(kind, text[start:end]))
        position = end
    return "".join((*parts, text[position:]))


def _mask(kind: FindingKind, secret: str) -> str:
    if kind in _KEPT:
        return _mask_number(secret, *_KEPT[kind])
    if kind == FindingKind.KEY and _BLOCK in secret:
        return "".join(_mask_line(line) for line in secret.splitlines(keepends=True))
    if "://" in secret[:10]:
        host = secret.find("/", secret.find("://") + 3)
        return secret[: host + 1] + _starred(secret[host + 1 :])
    kept = _HEAD_OF_KEY if kind == FindingKind.KEY and len(secret) >= _LONG_ENOUGH else 0
    return secret[:kept] + _starred(secret[kept:])


def _mask_number(secret: str, head: int, tail: int) -> str:
    places = [place for place, char in enumerate(secret) if char.isalnum()]
    head += max(0, len(places) - _MOBILE_DIGITS) if secret[:1] in "+(08" else 0
    hidden = set(places[head : len(places) - tail])
    return "".join(_MASK if place in hidden else char for place, char in enumerate(secret))


def _mask_line(line: str) -> str:
    """Mask a line of a key block; the dashes and what stands between them are legible."""
    if not line.startswith(_BLOCK):
        return _starred(line)
    edge = line.find(_BLOCK, len(_BLOCK))
    edge = len(line) if edge < 0 else edge + len(_BLOCK)
    return line[:edge] + _starred(line[edge:])


def _starred(secret: str) -> str:
    return "".join(char if char in "\r\n\t" else _MASK for char in secret)


def _sample(masked: str, start: int, end: int, kind: FindingKind) -> str:
    """The masked finding; of a password also what stands before it on its line."""
    lead = 0 if kind in _KEPT or kind == FindingKind.KEY else _LEAD
    before = masked[max(0, start - lead) : start].splitlines()[-1:] if lead else []
    sample = "".join(before) + masked[start:end]
    return " ".join(sample.split())[:_LONGEST_SAMPLE]
