"""The site map as the resolver knows it: which route an address belongs to, and which routes a page can stand at."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from tests.policies import Public
from tests.routes import ROUTES


def named_routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every route under the name that `reverse` takes."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from named_routes(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        else:
            yield f"{prefix}{entry.name}", entry


def route_of(path: str) -> str | None:
    """Return the name of the route that answers this path; None where there is none."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return None


def routes_to_open() -> set[str]:
    """Return the routes that answer a GET: all but those that only take what is sent."""
    sent = {name for name, rule in ROUTES.items() if not isinstance(rule, Public) and rule.get is None}
    return {name for name, _pattern in named_routes()} - sent
