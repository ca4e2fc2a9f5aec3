"""The days on site."""

from standups.models.choices import Answer, ConcernState, Kind, Mood, Party, Section, Severity, Source
from standups.models.concern import Evidence, Remedy, Reply
from standups.models.cutover import (
    CutoverRun,
    RunSheet,
    RunSheetTemplate,
    RunStep,
    SheetStep,
    StepKind,
    StepText,
)
from standups.models.data_check import CountLine, DataObject, LoadRound, Mapping, MappingLine
from standups.models.first_weeks import ExitCriterion, HandOver, OperationsContact, ReturnedAccess
from standups.models.idea import Idea
from standups.models.problem import Problem, ProblemAnswer, ProblemWait
from standups.models.relationship import RelationshipNote
from standups.models.rollout import Cell, CellState, RoleTraining, RolloutRole, RolloutStage
from standups.models.standup import Attendance, Line, StandUp
from standups.models.talk import Acknowledgement, Comment
from standups.models.uat import CaseEvidence, Condition, Tester, UatCase, UatRound

__all__ = [
    "Acknowledgement",
    "Answer",
    "Attendance",
    "CaseEvidence",
    "Cell",
    "CellState",
    "Comment",
    "ConcernState",
    "Condition",
    "CountLine",
    "CutoverRun",
    "DataObject",
    "Evidence",
    "ExitCriterion",
    "HandOver",
    "Idea",
    "Kind",
    "Line",
    "LoadRound",
    "Mapping",
    "MappingLine",
    "Mood",
    "OperationsContact",
    "Party",
    "Problem",
    "ProblemAnswer",
    "ProblemWait",
    "RelationshipNote",
    "Remedy",
    "Reply",
    "ReturnedAccess",
    "RoleTraining",
    "RolloutRole",
    "RolloutStage",
    "RunSheet",
    "RunSheetTemplate",
    "RunStep",
    "Section",
    "Severity",
    "SheetStep",
    "Source",
    "StandUp",
    "StepKind",
    "StepText",
    "Tester",
    "UatCase",
    "UatRound",
]
