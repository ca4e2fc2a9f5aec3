"""Sentences to start from. Those of an acknowledgement take the doubt seriously and admit no fault before the facts are
known; those of thanks promise no more than that somebody looks at the idea."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PHRASES = (
    _("Thank you for telling us so openly. We take this seriously and have looked into it with you in mind."),
    _("We understand that this gets in the way of your daily work. Here is what we measured and what we propose."),
    _("Your observation is important for a safe go-live. We have checked it step by step and put the evidence here."),
    _("We see why this worries you. Before we judge it, we want to lay the facts on the table."),
    _("Thank you for the example. We followed exactly this case through the system; this is what we found."),
    _("It is good that this comes up now and not after the go-live. We checked it at once and will stay on it."),
    _(
        "We know how much depends on this for your department. These are the facts as of today; we will keep you posted."
    ),
)
THANKS = (
    _("Thank you for this idea. We have noted it and will tell you what becomes of it."),
    _("Thank you: this comes from your daily work, and we would have missed it."),
    _("Thank you for thinking along. We will look at what it takes and come back to you."),
)
LANGUAGES = {"zh-hans": "中文", "en": "English"}


@dataclass(frozen=True)
class Phrase:
    """One sentence in one language; `key` names it in a form."""

    key: str
    language: str
    text: str

    @property
    def language_name(self) -> str:
        return LANGUAGES[self.language]


def phrases(first_language: str, among: Sequence[_StrPromise] = PHRASES) -> list[Phrase]:
    """Return these phrases in both languages, those of `first_language` first."""
    found = []
    for language in sorted(LANGUAGES, key=lambda one: one != first_language):
        with translation.override(language):
            found += [Phrase(f"{language}-{number}", language, str(text)) for number, text in enumerate(among)]
    return found
