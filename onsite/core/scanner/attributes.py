"""Which attributes of the parts of office files hold words of people."""

from __future__ import annotations

_WORDS = frozenset(
    (
        *("descr", "title", "name", "prompt", "promptTitle", "error", "errorTitle", "tooltip", "author", "v", "instr"),
        *("display", "connection", "command", "sourceFile", "href", "location", "alt", "userName", "string", "sheet"),
        *("displayText", "c", "caption", "text", "comment", "user", "helpText", "statusText"),
    )
)
# Nearly every tag of a Word file has a `val`: in these it is what somebody wrote.
_VALUES = frozenset(
    (
        *("filter", "customFilter", "dynamicFilter", "inputCells", "default", "statusText", "helpText", "docVar"),
        *("alias", "tag", "tblCaption", "tblDescription", "query", "udl", "connectString", "addressFieldName"),
        *("mailSubject", "description", "listEntry"),
    )
)


def words_of(tag: str) -> frozenset[str]:
    """Return the names of the attributes of such a tag that hold words."""
    if tag == "docVar":
        return frozenset({"name", "val"})
    if tag == "listItem":
        return _WORDS | {"value"}
    return _WORDS | {"val"} if tag in _VALUES else _WORDS
