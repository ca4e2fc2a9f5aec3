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
from tests.factories.standups import LineFactory, ProblemFactory, StandUpFactory

__all__ = [
    "ChangeRequestFactory",
    "ChecklistItemFactory",
    "ClientFactory",
    "ContingencyModelFactory",
    "ContingencyPlanFactory",
    "DocumentRequestFactory",
    "EngagementFactory",
    "EnvironmentFactory",
    "FunctionFactory",
    "InterviewFactory",
    "LineFactory",
    "MembershipFactory",
    "ModuleFactory",
    "ObjectiveFactory",
    "ProblemFactory",
    "ScopeItemFactory",
    "StandUpFactory",
    "TaskFactory",
    "UserFactory",
]
