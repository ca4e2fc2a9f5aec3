"""The days on site."""

from standups.models.choices import Answer, ConcernState, Kind, Mood, Party, Section, Severity, Source
from standups.models.concern import Evidence, Remedy, Reply
from standups.models.idea import Idea
from standups.models.problem import Problem, ProblemAnswer
from standups.models.relationship import RelationshipNote
from standups.models.standup import Attendance, Line, StandUp
from standups.models.talk import Acknowledgement, Comment

__all__ = [
    "Acknowledgement",
    "Answer",
    "Attendance",
    "Comment",
    "ConcernState",
    "Evidence",
    "Idea",
    "Kind",
    "Line",
    "Mood",
    "Party",
    "Problem",
    "ProblemAnswer",
    "RelationshipNote",
    "Remedy",
    "Reply",
    "Section",
    "Severity",
    "Source",
    "StandUp",
]
