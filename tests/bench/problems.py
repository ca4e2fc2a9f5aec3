"""The figures of the problems: the first page of a list that grew very long, and the change of a page of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connection
from django.urls import reverse

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from standups.models import Problem, Severity
from tests.bench.figures import read, signed_in
from tests.bench.timing import Figure, medians
from tests.factories import EngagementFactory, MembershipFactory, UserFactory

FEW, MANY = 100, 10_000
ROUNDS, WARM_UP = 40, 3


def problem_figures() -> Iterator[Figure]:
    """The first page of ten thousand open problems against that of a hundred, for each side and in each order."""
    lead, client_pm = UserFactory(role=Role.ENGINEER), UserFactory(role=Role.CLIENT)
    few, many = (_engagement(lead, client_pm, count) for count in (FEW, MANY))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does, sooner
    for side, user, order in (
        ("vendor, oldest first", lead, ""),
        ("client, oldest first", client_pm, ""),
        ("vendor, soonest due first", lead, "?sort=due"),
        ("vendor, latest changed first", lead, "?sort=changed"),
    ):
        pages = {name: _page(user, row, order) for name, row in (("few", few), ("many", many))}
        found = medians(pages, rounds=ROUNDS, warm_up=WARM_UP)
        yield Figure(f"list of {MANY} problems ÷ of {FEW} ({side})", found["many"] / found["few"], 2)


def _page(user: User, engagement: Engagement, order: str) -> Callable[[], str]:
    browser, url = signed_in(user), reverse("standups:problems", args=[engagement.pk]) + order
    return lambda: read(browser, url)


def _engagement(lead: User, client_pm: User, count: int) -> Engagement:
    """Create an engagement with this many open problems, raised over the last year; a tenth is internal."""
    engagement = EngagementFactory(phase=Phase.EXECUTION)
    MembershipFactory(engagement=engagement, user=lead, part=Part.LEAD)
    MembershipFactory(engagement=engagement, user=client_pm, part=Part.CLIENT_PM)
    today, severities = engagement.today(), list(Severity)
    Problem.objects.bulk_create(
        Problem(
            engagement=engagement, title=f"接口超时 {number}", severity=severities[number % 3], raised_by=lead,
            owner=lead if number % 2 else None, is_internal=number % 10 == 9,
            raised_on=today - timedelta(days=number * 37 % 365), due_on=today + timedelta(days=number * 31 % 90),
        )
        for number in range(count)
    )  # fmt: skip
    return engagement
