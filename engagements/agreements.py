"""What the signatures under a text bring about, when a text no longer holds or may not be acted on before the ink, who
of the needed parts may sign it, and where it is at home: said by each kind, asked by signing.

Filled from `AppConfig.ready()`, as the gates are, so that signing knows no kind of text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from engagements.models import SignOff
from onsite.accounts.models import User

Consequence = Callable[[User, SignOff], None]
Condition = Callable[[SignOff], None]
Signer = Callable[[User, str, SignOff], bool]
PaperSigner = Callable[[str, str, SignOff], None]
Home = Callable[[SignOff], str]
_consequences: dict[str, list[Consequence]] = defaultdict(list)
_conditions: dict[str, list[Condition]] = defaultdict(list)
_unsigned_uses: dict[str, list[Condition]] = defaultdict(list)
_signers: dict[str, Signer] = {}
_paper_signers: dict[str, PaperSigner] = {}
_homes: dict[str, Home] = {}


def when_signed(kind: str, function: Consequence) -> None:
    """Have `function(actor, sign_off)` run once with the last signature, in its transaction and under the engagement's
    lock: what it raises undoes that signature."""
    if function not in _consequences[kind]:
        _consequences[kind].append(function)


def holds_while(kind: str, function: Condition) -> None:
    """Have `function(sign_off)` asked before every signature. It raises StaleError where the text may not be signed any
    more although no newer version of it exists: what it was written on has changed."""
    if function not in _conditions[kind]:
        _conditions[kind].append(function)


def used_unsigned_while(kind: str, function: Condition) -> None:
    """Have `function(sign_off)` asked before the vendor acts on a text that waits for its signature. It raises
    RefusedError, in words for the vendor only."""
    if function not in _unsigned_uses[kind]:
        _unsigned_uses[kind].append(function)


def signed_only_by(kind: str, function: Signer, on_paper: PaperSigner) -> None:
    """Have `function(user, part, sign_off)` say who may sign texts of this kind as that needed part, which they have;
    `on_paper(part, name, sign_off)` raises DomainError on "signer_name" for a name that may not stand under a sheet."""
    _signers[kind] = function
    _paper_signers[kind] = on_paper


def at_home(kind: str, function: Home) -> None:
    """Have `function(sign_off)` return the address of the page that texts of this kind are made on."""
    _homes[kind] = function


def may_sign(user: User, part: str, sign_off: SignOff) -> bool:
    """Say whether this person, who has this needed part, may sign this very text as it."""
    asked = _signers.get(sign_off.kind)
    return asked is None or asked(user, part, sign_off)


def refuse_on_paper(part: str, name: str, sign_off: SignOff) -> None:
    """Raise DomainError on "signer_name" where no sheet of this very text holds with this name for this part."""
    asked = _paper_signers.get(sign_off.kind)
    if asked is not None:
        asked(part, name, sign_off)


def home_of(sign_off: SignOff) -> str:
    """Return the address of the page that the text was made on; "" where its kind names none."""
    asked = _homes.get(sign_off.kind)
    return asked(sign_off) if asked else ""


def bring_about(actor: User, sign_off: SignOff) -> None:
    """Do what the last signature under this text leads to."""
    for function in _consequences[sign_off.kind]:
        function(actor, sign_off)


def refuse_outdated(sign_off: SignOff) -> None:
    """Raise StaleError where the text no longer holds."""
    for function in _conditions[sign_off.kind]:
        function(sign_off)


def refuse_unsigned_use(sign_off: SignOff) -> None:
    """Raise StaleError where the text no longer holds, RefusedError where the vendor may not act on it unsigned."""
    refuse_outdated(sign_off)
    for function in _unsigned_uses[sign_off.kind]:
        function(sign_off)
