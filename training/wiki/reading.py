"""An article's text as its readers see it: its pictures, and what it holds in a long one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from onsite.core.markdown import to_html
from training.models import Article

LONG = 4  # headings
_HEADING = re.compile(r"<h([2-4])>(.*?)</h\1>", re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """One heading: where it stands on the page, its words as HTML, and how deep it lies; 0 is the highest there is."""

    anchor: str
    words: SafeString
    depth: int


@dataclass(frozen=True)
class Read:
    """A text to show. `contents` is empty for a short one."""

    html: SafeString
    contents: tuple[Heading, ...]


def read(text: str, article: Article | None) -> Read:
    """Return the text as safe HTML whose headings can be gone to; without an article it has no pictures yet."""
    html = to_html(text, pictures=_pictures_of(article))
    found: list[Heading] = []

    def anchored(match: re.Match[str]) -> str:
        anchor = f"part-{len(found) + 1}"
        # The words are cleaned HTML already; without their tags they are its text, still escaped.
        words = mark_safe(strip_tags(match[2]))  # noqa: S308
        found.append(Heading(anchor, words, int(match[1])))
        return f'<h{match[1]} id="{anchor}">{match[2]}</h{match[1]}>'

    anchored_html = mark_safe(_HEADING.sub(anchored, html))  # noqa: S308  cleaned by to_html, ids are ours
    if len(found) < LONG:
        return Read(anchored_html, ())
    highest = min(heading.depth for heading in found)
    return Read(anchored_html, tuple(replace(heading, depth=heading.depth - highest) for heading in found))


def _pictures_of(article: Article | None) -> Callable[[int], str | None]:
    numbers = set(article.files.values_list("number", flat=True)) if article is not None else set()

    def where(number: int) -> str | None:
        if article is None or number not in numbers:
            return None
        return reverse("wiki:picture", args=[article.pk, number])

    return where
