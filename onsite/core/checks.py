"""System checks: every view of ours says who may open it, or Django refuses to start the tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

OURS = ("onsite.", "engagements.", "standups.", "training.", "reports.")


def our_patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Yield each URL pattern whose view is written in this repository."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from our_patterns(entry)
        elif getattr(entry.callback, "__module__", "").startswith(OURS):
            yield entry


@register()
def every_view_has_a_policy(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report the views without `onsite.core.policy`."""
    return [
        Error(
            f"{pattern.callback.__module__}.{pattern.callback.__name__} declares no policy.",
            hint="Decorate it with one of onsite.core.policy.",
            id="onsite.E001",
        )
        for pattern in our_patterns()
        if not hasattr(pattern.callback, "policy")
    ]
