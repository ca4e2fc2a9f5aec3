"""The figures of the plan: recalculating 500 tasks and drawing 500 rows. Its page is one of the front doors."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from engagements import planned_work
from engagements.models import Engagement, Phase
from engagements.planning import plan_of
from engagements.services.plan import lay_out_plan
from engagements.services.tasks import reschedule
from engagements.settling import PlanRows
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from tests.bench.timing import Figure, medians
from tests.engagements.plans import numbered
from tests.factories import EngagementFactory, MembershipFactory, UserFactory

LARGE, USUAL = 500, 60
ROUNDS, WARM_UP = 30, 3


def plan_figures() -> Iterator[Figure]:
    """Milliseconds where the aim is one: of our Python alone, the queries are counted beside it."""
    lead = UserFactory(role=Role.ENGINEER)
    large = planned(lead, LARGE)
    with CaptureQueriesContext(connection) as captured:
        rows = PlanRows.load(large)
        rows.settle()
        rows.save()
    yield Figure(f"plan of {LARGE} tasks: queries to recalculate it", len(captured), 3)
    work = planned_work.work_of(large, plan_of(large, lead), lead)
    found = medians(
        {
            "settle": rows.settle,
            "draw": lambda: planned_work.chart(large, work),
        },
        rounds=ROUNDS,
        warm_up=WARM_UP,
    )
    yield Figure(f"plan of {LARGE} tasks: recalculated in Python, ms", found["settle"] * 1000, 50)
    yield Figure(f"Gantt chart of {LARGE} rows, ms", found["draw"] * 1000, 100)


def planned(lead: User, count: int) -> Engagement:
    """Create an engagement of this lead with so many tasks."""
    engagement = EngagementFactory(phase=Phase.EXECUTION)
    MembershipFactory(engagement=engagement, user=lead, part=Part.LEAD)
    numbered(engagement, lay_out_plan(actor=lead, engagement=engagement), count)
    with transaction.atomic():
        reschedule(engagement)
    return engagement
