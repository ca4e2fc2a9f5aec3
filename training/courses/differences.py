"""What a course says otherwise than a version of it, field by field and word by word: pure, without the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from training.courses.comparison import compared
from training.courses.content import Content

How = Literal["same", "gone", "new"]
# A Chinese character is a word of its own; blanks and signs stand alone, too.
_WORD = re.compile(r"[^\W\u3400-\u9fff]+|\s+|.", re.DOTALL)
# Longer texts are compared by lines: nobody reads words in them, and words would take long.
MOST_WORDS = 3000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that is in both texts, only in the older or only in the newer."""

    how: How
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in one field, as the whole field with its pieces in order."""

    label: str
    pieces: tuple[Piece, ...]


def differences(before: Content, after: Content) -> list[Difference]:
    """Return the fields that differ, in the order of the page; a case is one field, known by its title."""
    old, new = dict(_told(before)), dict(_told(after))
    labels = [*new, *(label for label in old if label not in new)]
    return [
        Difference(label, pieces_between(old.get(label, ""), new.get(label, "")))
        for label in labels
        if old.get(label, "") != new.get(label, "")
    ]


def pieces_between(before: str, after: str) -> tuple[Piece, ...]:
    """Return both texts as one: the pieces that are not new make `before`, those that are not gone make `after`."""
    old, new = _words(before), _words(after)
    if len(old) + len(new) > MOST_WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found: list[Piece] = []
    for how, start, end, begin, stop in SequenceMatcher(a=old, b=new).get_opcodes():
        if how == "equal":
            found.append(Piece("same", "".join(old[start:end])))
            continue
        if start < end:
            found.append(Piece("gone", "".join(old[start:end])))
        if begin < stop:
            found.append(Piece("new", "".join(new[begin:stop])))
    return tuple(found)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _told(content: Content) -> Iterator[tuple[str, str]]:
    yield _("Title"), content["title"]
    yield _("Module"), content["module"]
    yield pgettext("at the client's", "Roles"), "\n".join(content["roles"])
    yield _("Aim"), content["aim"]
    yield _("Prerequisites"), content["prerequisites"]
    yield _("Duration"), _("%(minutes)s min") % {"minutes": content["duration_minutes"]}
    yield _("Why it is designed so"), content["why"]
    yield _("Functions"), "\n".join(content["functions"])
    yield _("Cells of the acceptance matrix"), "\n".join(content["cells"])
    for case in content["cases"]:
        yield _("Case “%(title)s”") % {"title": case["title"]}, "\n".join(_case(case))


def _case(case: Content) -> Iterator[str]:
    if case["situation"]:
        yield case["situation"]
    if case["times_per_month"] is not None:
        yield _("%(times)s times a month") % {"times": case["times_per_month"]}
    shown = compared(case)
    for way, steps in ((_("By hand"), shown.manual), (_("With the system"), shown.system)):
        for number, step in enumerate(steps, 1):
            yield f"{way} {number}: {step.text} ({step.takes})"
    if case["lesson"]:
        yield case["lesson"]
