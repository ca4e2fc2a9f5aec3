"""The words that announce a password or a key, in both languages and as names in programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from onsite.core.scanner.folding import Folded
from onsite.core.scanner.windows import matches, windows

_WORDS_OF_PASSWORDS = (
    r"pass(?:words?|wd|phrases?|codes?|wrd|wort)|pswd|(?<![a-z])(?:pass|psw|pwds?|pw)(?![a-z])"
    r"|(?:db|user|root|admin|my|ssh|sudo|become|mysql|redis|mongo|ftp|smtp|mail|pg|ldap|login|sa|auth|require|key"
    r"|store"
    r"|bind|private)_?(?:pass|pwd|pw)(?![a-z])|masterauth|redis[._]auth|(?<![a-z])(?:pin|mima|psk)(?![a-z])"
    r"|密[ ]?码|密碼|口令|提取码|访问码|登录码|解锁码"
)
_WORDS_OF_KEYS = (
    r"(?:client|app|api|secret|access|corp|shared|jwt|hmac|consumer|webhook|oauth|sign(?:ing|ature)?|encrypt(?:ion)?"
    r"|private|aes|rsa|sm4|des|account|subscription|service|license|session|master|storage|auth|bot|refresh|bearer"
    r"|encoding_?aes|cookie|deploy|runner|admin|root|user|robot|id|hook|push|send|sc)"
    r"[ _-]?(?:access)?[ _-]?(?:secret|key|token)(?:[ _-]?(?:id|secret|key))?s?"
    r"|(?<![a-z])(?:sk|ak|sas)(?![a-z])|token|secret|密[钥匙]|秘钥|私钥|令牌|授权码|加签"
)
_WORD = re.compile(rf"(?P<password>{_WORDS_OF_PASSWORDS})|(?P<key>{_WORDS_OF_KEYS})")
# Without one of these no such word is there.
_ANCHORS = (
    *(
        "pass",
        "pwd",
        "psw",
        "pswd",
        "pw",
        "masterauth",
        "redis",
        "pin",
        "mima",
        "psk",
        "密",
        "口令",
        "提取码",
        "访问码",
        "登录码",
        "解锁码",
    ),
    *("secret", "token", "key", "sk", "ak", "sas", "秘钥", "私钥", "令牌", "授权码", "加签"),
)
_SUFFIX = re.compile(r"[a-z0-9_.-]{0,40}")
_CHINESE_SUFFIX = re.compile(r"(?:[0-9]{1,2}(?=[ ]?[:=]))?")
# What such a name says when it only speaks about passwords: password_length, token_url.
_ABOUT = re.compile(
    r"polic|length|(?<![a-z])(?:len|max|min|age|id|file|col|ref|hash|md5|sha|old)(?![a-z])|filename|hash|path|reset"
    r"|expir|expiry"
    r"|encod|crypt|digest|field|hint|requir|strength|chang|days|type|regex|pattern|url|uri|label|placeholder|input"
    r"|manag|help"
    r"|confirm|valid|verif|check|rule|history|retr|attempt|count|limit|ttl|time|algo|salt|format|column|name|prefix"
    r"|header"
    r"|provider|authentic|protect|less|iz(?:e|ation)|usage|cost|bucket|page|ary|index|rotat|lifetime|endpoint|version"
    r"|status|enabled|scheme|mode|param|error|fail|wrong|incorrect|store|scope|issuer|audience|event|form|dialog"
    r"|service$"
)
_ABOUT_BEFORE = re.compile(
    r"(?<![a-z])(?:public|primary|foreign|sort|partition|cache|max|min|num|next|page|continuation|sync|csrf|xsrf"
    r"|csrfmiddleware|cancel"
    r"|cancellation|forgot|forget|total|prompt|completion|input|output|stop|eos|bos|pad|publishable|idempotency|公|主"
    r"|外|忘记"
    r"|no|without|invalid|wrong|incorrect|错误)[ _.-]?$"
)
_LOOSE = frozenset({"pass", "pw", "pin", "psk", "sk", "ak", "sas", "token", "secret", "psw", "提取码", "访问码"})
_LONGEST_BEFORE = 18


@dataclass(frozen=True, slots=True)
class Label:
    """A word that announces a secret, from `start` to `end` (with what belongs to its name)."""

    start: int
    end: int
    word: str
    is_key: bool

    @property
    def is_chinese(self) -> bool:
        return not self.word[0].isascii()

    @property
    def is_loose(self) -> bool:
        """Whether the word means other things as well: a test's pass, a parser's token."""
        return self.word in _LOOSE


def labels(folded: Folded) -> Iterator[Label]:
    """Find the words that may be followed by a secret."""
    low = folded.lower
    for found in matches(_WORD, low, windows(low, _ANCHORS, before=24, after=24)):
        start, end = found.span()
        if _ABOUT_BEFORE.search(low[max(0, start - _LONGEST_BEFORE) : start]):
            continue
        suffix = (_SUFFIX if found.group()[-1].isascii() else _CHINESE_SUFFIX).match(low, end)
        named = suffix.group() if suffix else ""
        if not _ABOUT.search(named):
            yield Label(start, end + len(named.rstrip(".-")), found.group(), is_key=found["key"] is not None)


def is_password_column(title: str) -> bool:
    """Say whether the cells below this title are passwords."""
    return _TITLE.fullmatch(title.strip().strip("\"'`*").lower()) is not None


_TITLE = re.compile(
    r"[\w\u4e00-\u9fff .-]{0,12}?(?:pass(?:word|wd|phrase|code)?s?|pwd|psw|密码|密碼|口令)[0-9]{0,2}(?:[ ]?[（(][^()"
    r"（）]{0,12}[)）])?"
)
