"""Slowing down whoever tries doors that open without signing in: so many times in ten minutes, then a pause."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

MINUTES = 10


def machine_of(request: HttpRequest) -> str:
    """Return the address this request comes from, as the sign-in sees it: behind the proxy what the proxy says, else
    everybody would have one address and wait for one guesser."""
    return str(get_adapter().get_client_ip(request))


def is_too_often(what: str, who: str, most: int) -> bool:
    """Say whether this was counted of them so many times in the last minutes."""
    return bool(cache.get(_key(what, who), 0) >= most)


def count(what: str, who: str) -> None:
    """Count it once more."""
    cache.add(_key(what, who), 0, MINUTES * 60)
    cache.incr(_key(what, who))


def _key(what: str, who: str) -> str:
    return f"{what}:{who}"
