"""The days on site."""

from standups.models.choices import Answer, Party, Section, Severity
from standups.models.problem import Problem, ProblemAnswer
from standups.models.standup import Attendance, Line, StandUp

__all__ = [
    "Answer",
    "Attendance",
    "Line",
    "Party",
    "Problem",
    "ProblemAnswer",
    "Section",
    "Severity",
    "StandUp",
]
