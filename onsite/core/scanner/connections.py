"""Passwords inside the address of a database, a queue or a server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onsite.core.scanner import values
from onsite.core.scanner.findings import FindingKind
from onsite.core.scanner.folding import Folded
from onsite.core.scanner.windows import matches, windows

Hit = tuple[FindingKind, int, int]

# scheme://user:secret@host. The secret may hold an @ itself: the last one before the path counts.
_ADDRESS = re.compile(
    r"://(?P<user>[^\s/:@\"'<>]{0,80}):(?P<secret>[^\s/\"'<>]{1,200})@(?P<host>[\w\[{$<(.%*\u4e00-\u9fff-])"
)
# The same where the secret holds a slash, which only few write unescaped.
_SLASHED = re.compile(
    r"://(?P<user>[\w.-]{1,80}):(?P<secret>[^\s:\"'<>@?]{1,80}/[^\s:\"'<>@?]{0,80})@(?P<host>[\w.-]{1,80}:[0-9]{2,5})"
)
_THIN = re.compile(r"jdbc:oracle:\w+:(?P<user>[\w$#]{1,40})/(?P<secret>[^\s@/]{1,80})@(?P<host>[\w/(])")
# Server=…;User Id=…;Password=…
_PARTS = re.compile(
    r"(?i)(?:^|[;\"'?&\s(])(?:password|pwd)[ ]?=[ ]?(?P<secret>\{[^}\n]{1,80}\}|'[^'\n]{1,80}'|[^;&\"'\s<>]{1,128})"
)
_HOSTS = re.compile(
    r"(?i)(?:server|data source|host|addr(?:ess)?|network address|driver|provider|jdbc:\w+|dsn|initial catalog"
    r"|database|uid|user id|user)[ ]?[=:]"
)
_AROUND = 240
_STAND_INS = frozenset(
    {"pass", "password", "passwd", "pwd", "secret", "user", "token", "port", "pw", "p", "mypassword", "key"}
)


def connections(folded: Folded) -> Iterator[Hit]:
    """Find them."""
    text = folded.text
    if "://" in text:
        for pattern in (_ADDRESS, _SLASHED):
            for found in pattern.finditer(text):
                if _is_secret(found["secret"]):
                    yield FindingKind.CONNECTION, *found.span("secret")
    if "jdbc:oracle" in folded.lower:
        for found in _THIN.finditer(text):
            if _is_secret(found["secret"]):
                yield FindingKind.CONNECTION, *found.span("secret")
    for found in matches(_PARTS, text, windows(folded.lower, ("password", "pwd"), before=2, after=160)):
        line = _line_around(text, *found.span())
        if (
            _HOSTS.search(line)
            and _is_secret(found["secret"].strip("{}'"))
            and (";" in line or "jdbc:" in line.lower())
        ):
            yield FindingKind.CONNECTION, *found.span("secret")


def _is_secret(word: str) -> bool:
    return (
        word.lower() not in _STAND_INS
        and not values.is_stand_in(word)
        and not word.startswith(("$", "{", "<", "%(", "*"))
    )


def _line_around(text: str, start: int, end: int) -> str:
    return (
        text[max(0, start - _AROUND) : start].rpartition("\n")[2]
        + text[start:end]
        + text[end : end + _AROUND].partition("\n")[0]
    )
