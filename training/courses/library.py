"""What a template of a course holds, and what of it may belong to the whole company."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from onsite.core.markdown import to_text
from onsite.core.scanner import scan_text
from training.client_names import client_names
from training.courses.content import Content
from training.models import CourseTemplate

# A picture belongs to the course it was uploaded for; its caption stays as words.
_PICTURE = re.compile(r"!\[([^\]]*)\]\(picture:\d+[^)]*\)")


@dataclass(frozen=True, slots=True)
class PreparedCourse:
    """A course to start from: the company's (`key` "kept:<id>") or the product's own ("usual:<name>").

    `content` as in a version, without roles, functions and cells; `guides` Markdown by language; `quiz` `pass_percent`,
    `most_attempts` and `questions`, or empty.
    """

    key: str
    content: Content
    guides: Mapping[str, str] = field(default_factory=dict)
    quiz: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.content["title"])

    @property
    def slug(self) -> str:
        """The part of the key that its address shows."""
        return self.key.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Found:
    """What must not become company-wide: of what kind it is, and a sample, masked where it is a secret."""

    kind: str
    sample: str


def prepared_of(template: CourseTemplate) -> PreparedCourse:
    """Return a kept template; the template's own title is the course's."""
    content = template.content | {"title": template.title}
    return PreparedCourse(f"kept:{template.pk}", content, template.guides, template.quiz)


def without_client(content: Content) -> Content:
    """Return the content without what is one client's: its roles, functions and cells."""
    return content | {"roles": [], "functions": [], "cells": []}


def without_pictures(markdown: str) -> str:
    """Return a guide's words with each picture as its caption."""
    return _PICTURE.sub(r"\1", markdown)


def texts_in(prepared: PreparedCourse) -> Iterator[str]:
    """Every text of a template, in order; a guide also as it reads: emphasis hides a number in its Markdown alone."""
    yield from _texts(prepared.content)
    yield from prepared.guides.values()
    yield from map(to_text, prepared.guides.values())
    yield from _texts(prepared.quiz)


def found_in(prepared: PreparedCourse) -> list[Found]:
    """Return secrets, personal data, and names of clients and their people, wherever they stand in its texts."""
    names = client_names()
    found: dict[Found, None] = {}
    for text in texts_in(prepared):
        said = [Found(str(finding.kind.label), finding.sample) for finding in scan_text(text)]
        said += [Found(one.what, one.name) for one in names.named_in(text)]
        found |= dict.fromkeys(said)
    return list(found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
