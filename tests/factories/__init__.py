"""Rows for tests, said briefly. Business changes in tests still go through the services."""

from tests.factories.accounts import UserFactory
from tests.factories.engagements import (
    ClientFactory,
    EngagementFactory,
    MembershipFactory,
    ObjectiveFactory,
    ScopeItemFactory,
)
from tests.factories.standups import LineFactory, ProblemFactory, StandUpFactory

__all__ = [
    "ClientFactory",
    "EngagementFactory",
    "LineFactory",
    "MembershipFactory",
    "ObjectiveFactory",
    "ProblemFactory",
    "ScopeItemFactory",
    "StandUpFactory",
    "UserFactory",
]
