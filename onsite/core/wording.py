"""Words as the reader's language writes them."""

import re
from collections.abc import Iterable

from django.utils.translation import pgettext

# Full-width marks bring their own room: a blank after one leaves a hole.
_STOPS, _CLOSING_MARKS = "。！？；：，", "”’）》」』"
_HOLE = re.compile(rf"([{_STOPS}][{_CLOSING_MARKS}]*(?:</\w+>)*)\s+")


def enumerated(words: Iterable[object]) -> str:
    """Return the words in a row, parted as the active language parts them: ", " or "、"."""
    return pgettext("between the words of a list", ", ").join(str(word) for word in words)


def needs_a_blank(text: str) -> bool:
    """Whether the next sentence stands off from this text by a blank: not after a full-width stop."""
    return not text.rstrip(_CLOSING_MARKS).endswith(tuple(_STOPS))


def sentences(*texts: object) -> str:
    """Return the sentences in a row as one text; an empty one leaves no trace."""
    said = ""
    for text in filter(None, map(str, texts)):
        said += " " + text if said and needs_a_blank(said) else text
    return said


def closed_up(html: str) -> str:
    """Return rendered sentences without the room that a template left after full-width stops."""
    return _HOLE.sub(r"\1", html)
