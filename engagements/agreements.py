"""What the signatures under a text bring about, and when a text no longer holds: said by each kind, asked by signing.

Filled from `AppConfig.ready()`, as the gates are, so that signing knows no kind of text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from engagements.models import SignOff
from onsite.accounts.models import User

Consequence = Callable[[User, SignOff], None]
Condition = Callable[[SignOff], None]
_consequences: dict[str, list[Consequence]] = defaultdict(list)
_conditions: dict[str, list[Condition]] = defaultdict(list)


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


def bring_about(actor: User, sign_off: SignOff) -> None:
    """Do what the last signature under this text leads to."""
    for function in _consequences[sign_off.kind]:
        function(actor, sign_off)


def refuse_outdated(sign_off: SignOff) -> None:
    """Raise StaleError where the text no longer holds."""
    for function in _conditions[sign_off.kind]:
        function(sign_off)
