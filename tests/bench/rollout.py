"""The figures of the acceptance matrix: a large one against a small one, and against a bare page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from standups.services import rollout
from tests.bench.figures import queries, read, signed_in
from tests.bench.timing import Figure, medians
from tests.factories import (
    EngagementFactory,
    FunctionFactory,
    MembershipFactory,
    ModuleFactory,
    RolloutRoleFactory,
    RolloutStageFactory,
    UserFactory,
)

SMALL, LARGE = (3, 2, 1), (30, 8, 4)
KINDS = ("1_admin", "2_core", "3_staff")
ROUNDS, WARM_UP = 12, 2


def rollout_figures() -> Iterator[Figure]:
    """Queries of the matrix page for each side, and how long the largest takes over a bare signed-in page."""
    lead, client_pm = UserFactory(role=Role.ENGINEER), UserFactory(role=Role.CLIENT)
    small, large = (_matrix(lead, client_pm, *size) for size in (SMALL, LARGE))
    sizes = ["×".join(str(count) for count in size) for size in (LARGE, SMALL)]
    urls = [reverse("standups:rollout", args=[engagement.pk]) for engagement in (large, small)]
    for side, user in (("vendor", lead), ("client", client_pm)):
        browser = signed_in(user)
        counts = [queries(browser, url) for url in urls]
        yield Figure(f"acceptance matrix: queries at {sizes[0]} ÷ {sizes[1]} ({side})", counts[0] / counts[1], 1)
    browser, bare = signed_in(client_pm), reverse("bench-bare")
    found = medians(
        {"bare": lambda: read(browser, bare), "matrix": lambda: read(browser, urls[0])},
        rounds=ROUNDS,
        warm_up=WARM_UP,
    )
    # A thousand cells, each a link with its words: nobody promised a ratio, but a growing one is to be seen.
    yield Figure(f"acceptance matrix of {sizes[0]} ÷ bare signed-in page", found["matrix"] / found["bare"], 30)


def _matrix(lead: User, client_pm: User, modules: int, roles: int, stages: int) -> Engagement:
    """Create an engagement with a matrix of this size, built as a person builds it."""
    engagement = EngagementFactory(phase=Phase.EXECUTION)
    MembershipFactory(engagement=engagement, user=lead, part=Part.LEAD)
    MembershipFactory(engagement=engagement, user=client_pm, part=Part.CLIENT_PM)
    rows = [ModuleFactory(engagement=engagement, position=number) for number in range(modules)]
    for row in rows:
        FunctionFactory(module=row)
    held = [RolloutRoleFactory(engagement=engagement, kind=KINDS[number % 3]) for number in range(roles)]
    for number in range(stages):
        RolloutStageFactory(engagement=engagement, position=number)
    chosen = [(module.pk, role.pk) for module in rows for role in held]
    rollout.build_matrix(actor=lead, engagement=engagement, chosen=chosen)
    return engagement
