"""What a story's training is made of. Days are the story's own working days, as in `story`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import TypeAlias

from training.models import CaseStep, QuizQuestion

ErrorRisk: TypeAlias = CaseStep.ErrorRisk
Kind: TypeAlias = QuizQuestion.Kind


@dataclass(frozen=True)
class Step:
    """One step of a case."""

    text: str
    minutes: Decimal
    people: int = 1
    error_risk: ErrorRisk = ErrorRisk.NONE
    approvals: int = 0


@dataclass(frozen=True)
class Shown:
    """A case: the way by hand beside the system's."""

    title: str
    situation: str
    times_per_month: int
    manual: tuple[Step, ...]
    system: tuple[Step, ...]
    lesson: str = ""


@dataclass(frozen=True)
class Question:
    """A question of the quiz; several right ones make it one of several answers."""

    text: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    explanation: str = ""


@dataclass(frozen=True)
class Said:
    """A learner's feedback."""

    useful: int
    clear: int
    able: int
    remark: str = ""


@dataclass(frozen=True)
class Lesson:
    """A session of a course, planned on day `planned_on`; `there` says of those enrolled who came, None while it is still
    to come. Feedback is given by the learner of the same name."""

    planned_on: int
    day: int
    begins: time
    place: str
    trainer: str
    enrolled: tuple[str, ...]
    there: tuple[str, ...] | None = None
    notes: str = ""
    feedback: tuple[tuple[str, Said], ...] = ()


@dataclass(frozen=True)
class Tried:
    """A learner's attempt at the quiz; `wrong` are the numbers of the questions answered wrongly."""

    day: int
    learner: str
    wrong: tuple[int, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What the trainer saw a learner do."""

    day: int
    learner: str
    passed: bool
    note: str = ""


@dataclass(frozen=True)
class Named:
    """Somebody to be trained, named on day `day` by the client's PM."""

    day: int
    role: str
    name: str
    email: str


@dataclass(frozen=True)
class Taught:
    """A course, written and accepted on day `day`; its guide is issued today, so that it can be printed today."""

    day: int
    title: str
    module: str
    roles: tuple[str, ...]
    aim: str
    why: str
    minutes: int
    trainer: str
    prerequisites: str = ""
    functions: tuple[str, ...] = ()
    cases: tuple[Shown, ...] = ()
    guide: str = ""
    video: tuple[str, str] | None = None
    questions: tuple[Question, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    tried: tuple[Tried, ...] = ()
    checked: tuple[Checked, ...] = ()


@dataclass(frozen=True)
class Training:
    """Who learns what."""

    people: tuple[Named, ...] = ()
    courses: tuple[Taught, ...] = ()
