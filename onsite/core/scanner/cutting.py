"""Where a value begins and ends: quoted in many ways, or bare until something that can't belong to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPEN = re.compile(r"(?:[nNbBrRuU@](?=[\"']))?(?P<slash>\\{0,3})(?P<quote>[\"'`“‘「『【])")
_CLOSE = {"“": "”", "‘": "’", "「": "」", "『": "』", "【": "】"}
_BARE = re.compile(r"[!-~\u00a1-\u00ff]{1,512}")
_LONGEST_QUOTED = 512
# Ends a bare value: a quote before a mark, the next parameter, a tag.
_CUT = re.compile(
    r"\\[nrt\"']|[\"'`](?=$|[,;)\]}>:/.&|])|&(?=[A-Za-z_.\[\]]+=)|&(?:amp|quot|lt|gt|#)|;(?=$|[A-Za-z_]+=)"
    r"|,(?=$|[\"'{\[]|[A-Za-z_.-]+[=:]|[A-Za-z_]+$)|<|\*\*$|\|(?=$|\|)"
)
_ENDS = re.compile(
    r"[ \t]*(?:$|[\r\n,，;；。、)）}\]】|<\"'”’」』!！#/(（&\t]|\\[nrt]|\.(?:\s|$)|--|-\s|[ ]{2}|[a-z_]+[ ]?[=:]|(?:and|or|on"
    r"|for)\b"
    r"|[^\x00-\x7f])",
    re.IGNORECASE,
)
_OPENERS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Value:
    """A word that may be a secret. `is_last` says that a sentence or line ends behind it."""

    start: int
    end: int
    text: str
    is_quoted: bool
    is_last: bool


def value_at(text: str, start: int, *, stop: int | None = None) -> Value | None:
    """Return the value that begins at `start`, quoted or bare."""
    opened = _OPEN.match(text, start)
    if opened:
        quoted = _quoted(text, opened)
        if quoted:
            return quoted
        start = opened.end()
    found = _BARE.match(text, start, *(() if stop is None else (stop,)))
    if not found:
        return None
    word = trimmed(found.group())
    end = start + len(word)
    return Value(start, end, word, False, _ENDS.match(text, end, end + 40) is not None) if word else None


def _quoted(text: str, opened: re.Match[str]) -> Value | None:
    quote = opened["quote"]
    closing = opened["slash"] + _CLOSE.get(quote, quote)
    begin, position = opened.end(), opened.end()
    line_end = text.find("\n", begin, begin + _LONGEST_QUOTED)
    last = min(len(text), begin + _LONGEST_QUOTED) if line_end < 0 else line_end
    while (position := text.find(closing, position, last)) >= 0:
        if opened["slash"] or text[position - 1] != "\\" or position == begin:
            break
        position += 1
    if position < 0:
        return None
    return Value(begin, position, text[begin:position], True, True) if position > begin else None


def trimmed(word: str) -> str:
    """Cut off what can't belong to a bare value."""
    cut = _CUT.search(word, 1)
    if cut:
        word = word[: cut.start()]
    while word and (
        word[-1] in ".,;:\"'`" or (word[-1] in _OPENERS and word.count(word[-1]) > word.count(_OPENERS[word[-1]]))
    ):
        word = word[:-1]
    return word
