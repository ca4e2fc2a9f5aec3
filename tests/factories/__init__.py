"""Rows for tests, said briefly. Business changes in tests still go through the services."""

from tests.factories.accounts import UserFactory
from tests.factories.engagements import (
    ClientFactory,
    EngagementFactory,
    MembershipFactory,
    ObjectiveFactory,
    ScopeItemFactory,
)
from tests.factories.preparation import (
    ChangeRequestFactory,
    ChecklistItemFactory,
    ContingencyModelFactory,
    ContingencyPlanFactory,
    DocumentRequestFactory,
    EnvironmentFactory,
    FunctionFactory,
    InterviewFactory,
    ModuleFactory,
    TaskFactory,
)
from tests.factories.standups import (
    ConcernFactory,
    EvidenceFactory,
    IdeaFactory,
    LineFactory,
    ProblemFactory,
    ReplyFactory,
    StandUpFactory,
)

__all__ = [
    "ChangeRequestFactory",
    "ChecklistItemFactory",
    "ClientFactory",
    "ConcernFactory",
    "ContingencyModelFactory",
    "ContingencyPlanFactory",
    "DocumentRequestFactory",
    "EngagementFactory",
    "EnvironmentFactory",
    "EvidenceFactory",
    "FunctionFactory",
    "IdeaFactory",
    "InterviewFactory",
    "LineFactory",
    "MembershipFactory",
    "ModuleFactory",
    "ObjectiveFactory",
    "ProblemFactory",
    "ReplyFactory",
    "ScopeItemFactory",
    "StandUpFactory",
    "TaskFactory",
    "UserFactory",
]
