"""Which of the wheels' files are collected: those that a page asks for. The others would be compressed for nothing, at
every start of the demo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder

# Bootstrap's scripts, its parts and its sheet for the other direction; htmx's other versions and its extensions.
NEVER_ASKED_FOR = (
    *("bootstrap-*", "*.rtl.*", "bootstrap.css*", "bootstrap*.js*"),
    *("htmx-2.js", "htmx-2-*", "htmx-4*", "htmax-*", "hx-*", "django-htmx.js"),
)


class AskedForFinder(AppDirectoriesFinder):
    """Lists the files of the installed apps but those that no page of ours asks for."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        yield from super().list([*(ignore_patterns or ()), *NEVER_ASKED_FOR])
