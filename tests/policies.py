"""How the access table says who may open a route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.world import World

VENDOR_IN = {"manager", "lead", "engineer"}
CLIENT_IN = {"client_pm", "business_owner", "key_user"}
MEMBERS = VENDOR_IN | CLIENT_IN
EVERYONE = MEMBERS | {"administrator", "outsider", "stranger"}
LEADERS = {"manager", "lead"}
SIGNERS = {"client_pm", "business_owner"}
MANAGER = {"manager"}
PEOPLE = {"manager", "administrator"}
VENDOR = VENDOR_IN | {"outsider", "administrator"}

Args = Callable[[World], list[Any]]


@dataclass(frozen=True)
class Company:
    """A route without an engagement: those not named get a 403, those to whom its row is `hidden` a 404. None: the
    method is not there (405)."""

    get: set[str] | None
    post: set[str] | None = None
    args: Args = lambda world: []
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Inside:
    """A route inside an engagement: members not named get a 403, others the same 404 as for an absent row.

    `ids` names the row behind the engagement's id; `shown` the members who can see that row at all.
    """

    get: set[str] | None
    post: set[str] | None = None
    ids: str = ""
    shown: frozenset[str] = frozenset(MEMBERS)


@dataclass(frozen=True)
class Public:
    """Anyone may open it; `args` make a working link."""

    args: Args = lambda world: []
