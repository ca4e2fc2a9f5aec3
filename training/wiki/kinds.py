"""What a new article of each kind begins with, in the active language: its writer's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from training.models import Article

Part = tuple[str, str]


@dataclass(frozen=True)
class Outline:
    """What a kind is for, and the parts its text has: heading with what belongs below it."""

    purpose: str | Promise
    parts: Callable[[], list[Part]]


def starting_text(kind: str) -> str:
    """Return the Markdown that a new article of this kind begins with."""
    return in_parts(OUTLINES[Article.Kind(kind)].parts())


def in_parts(parts: list[Part]) -> str:
    """Return headings with their texts as Markdown."""
    return "\n\n".join(f"# {heading}\n\n{text}".rstrip() for heading, text in parts) + "\n"


def story_headings() -> list[str]:
    """The headings of a solution: as the closing report tells a key problem."""
    return [pgettext("heading", "Symptom"), pgettext("heading", "Cause"), pgettext("heading", "Fix"), _("Prevention")]


def _solution() -> list[Part]:
    hints = [
        _("What people saw, in which function, how often."),
        _("Why it came about; how that was found out."),
        _("Step by step, so that a colleague can do the same."),
        _("What is checked or agreed from now on, so that it does not come back."),
    ]
    return list(zip(story_headings(), hints, strict=True))


def _interview() -> list[Part]:
    return [
        (_("Who was asked"), _("Role and department; the day; who asked.")),
        (_("How they work today"), ""),
        (_("What troubles them"), ""),
        (_("What they expect"), _("In their own words where possible.")),
        (_("What we promised, and what is open"), ""),
    ]


def _training() -> list[Part]:
    return [
        (_("For whom"), _("Role, and what these people know already.")),
        (_("Aim"), _("What they can do afterwards.")),
        (_("Course of the session"), "1. \n2. \n3. "),
        (_("Case"), _("The manual way beside the way with the system.")),
        (_("How it is checked"), _("Practical task and questions.")),
    ]


def _practice() -> list[Part]:
    return [
        (_("When this applies"), ""),
        (_("How we do it"), "1. \n2. \n3. "),
        (_("Why"), ""),
        (_("What to watch for"), ""),
    ]


OUTLINES: Mapping[Article.Kind, Outline] = {
    Article.Kind.SOLUTION: Outline(
        gettext_lazy("A problem that was solved, so that nobody solves it again."), _solution
    ),
    Article.Kind.INTERVIEW: Outline(
        gettext_lazy("What a client's people told us. Only who may see that client reads it."), _interview
    ),
    Article.Kind.TEMPLATE: Outline(gettext_lazy("A training that another engagement can begin from."), _training),
    Article.Kind.PRACTICE: Outline(gettext_lazy("How we do things, and why."), _practice),
}
