"""What is said beside the stand-ups: doubts and their answers, ideas, remarks, and what the vendor notes for itself.

Days are the story's own working days, hours those of the site; a person is a key, or a name where they have no account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from standups.models import Mood


@dataclass(frozen=True)
class Proof:
    """A query with its result and its plan."""

    title: str
    environment: str
    query: str
    result: str
    plan: str = ""


@dataclass(frozen=True)
class Given:
    """An answer, given on `day`. `verdict_on` is when whoever doubted said whether it settles it, None while they did
    not; with a `verdict_note` it does not. Measures are texts with the day they are due, which comes after the story's
    newest: no answer promises a day that has passed."""

    day: int
    acknowledgement: str
    facts: str
    proofs: tuple[Proof, ...]
    measures: tuple[tuple[str, int], ...] = ()
    verdict_on: int | None = None
    verdict_note: str = ""
    hour: time = time(16, 20)


@dataclass(frozen=True)
class Doubt:
    """A concern in the client's own words. `heard` is the vendor's person who noted it, "" where it was typed in here."""

    day: int
    hour: time
    person: str
    words: str
    answers: tuple[Given, ...] = ()
    heard: str = ""


@dataclass(frozen=True)
class Thought:
    """An idea. It gets an answer, or becomes the change request of the story's wish with the same `idea`."""

    key: str
    day: int
    person: str
    title: str
    words: str = ""
    thanked_on: int | None = None
    thanks: str = ""
    answered_on: int | None = None
    answer: str = ""


@dataclass(frozen=True)
class Impression:
    """How somebody takes it, and what matters to them: the vendor's own."""

    day: int
    person: str
    mood: Mood
    matters: str
    text: str = ""


@dataclass(frozen=True)
class Remark:
    """A remark on the stand-up of that day."""

    day: int
    person: str
    text: str


@dataclass(frozen=True)
class Voices:
    """All of it; `readers` says who of the client's acknowledged which days' stand-ups."""

    doubts: tuple[Doubt, ...] = ()
    thoughts: tuple[Thought, ...] = ()
    impressions: tuple[Impression, ...] = ()
    remarks: tuple[Remark, ...] = ()
    readers: tuple[tuple[str, tuple[int, ...]], ...] = ()
