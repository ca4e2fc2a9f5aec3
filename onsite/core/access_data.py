"""Does a text hold access data? A small check for fields that say where access is kept.

It knows the shapes people paste without thinking: a password after its word, a private key, an address with a password
in it. It is no scanner of files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from onsite.core.errors import DomainError

_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY")
# postgres://user:secret@host
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:[^\s/@]+@", re.IGNORECASE)
_WORD = (
    r"(?:\b(?:pass(?:word|wd|phrase|code)s?|pwd|pw|secret|token|(?:api|access|secret|private)[ _-]?key)"
    r"|口令|密码|密碼|密钥|令牌|授权码)"
)
_VALUE = r"[\"'“‘]?(?P<value>[!-~]{3,})(?P<more>\s+\S)?"
# "password: …", "密码为…", "pwd=…"
_SAID = re.compile(rf"{_WORD}\s*(?:[:：=＝]|\bis\b|是|为)\s*{_VALUE}", re.IGNORECASE)
# "password …", "口令…"
_BESIDE = re.compile(rf"{_WORD}\s*(?<![a-z]){_VALUE}", re.IGNORECASE)
_KEY = re.compile(r"\bkey\s*[:：=＝]\s*(?P<value>[!-~]{8,})", re.IGNORECASE)
_KEEPERS = ("keepass", "1password", "bitwarden", "lastpass", "vault")


def refuse_access_data(fields: Mapping[str, str]) -> None:
    """Raise DomainError beside the first field that holds a password, a key or a token."""
    for name, text in fields.items():
        if holds_access_data(text):
            raise DomainError(_("Write where access is kept, never the access data themselves."), field=name)


def holds_access_data(text: str) -> bool:
    """Say whether the text holds a password, key or token itself, as far as its shape tells.

    "Password: in the client's safe" does not, "Password: Sommer2026" and "密码 admin123" do. Where a single plain word
    follows the colon and nothing else, it counts as a password too, unless it names a known password store.
    """
    if _PRIVATE_KEY.search(text) or _ADDRESS.search(text):
        return True
    if any(
        _is_value(found["value"]) or not found["more"] for found in _SAID.finditer(text) if _may_be(found["value"])
    ):
        return True
    return any(
        _is_value(found["value"])
        for found in (*_BESIDE.finditer(text), *_KEY.finditer(text))
        if _may_be(found["value"])
    )


def _may_be(value: str) -> bool:
    """Leave out where something is kept: the address of a page, the name of a password store."""
    low = value.lower()
    return not low.startswith(("http://", "https://")) and not any(keeper in low for keeper in _KEEPERS)


def _is_value(value: str) -> bool:
    """Say whether a word looks made up rather than written: digits in it, signs inside it, or capitals after small ones."""
    word = value.strip(".,;:!?()[]\"'")
    if len(word) < 4:
        return False
    has_sign = re.search(r"[^A-Za-z0-9'’/-]", word) is not None
    return has_sign or any(char.isdigit() for char in word) or re.search(r"[a-z][A-Z]", word) is not None
