"""The figures of the pages people open first, at 20 engagements and at 2,000: against a bare page, and against themselves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from django.db.models import F
from django.test import Client
from django.urls import reverse

from onsite.accounts.roles import Role
from onsite.core.models import AuditChain
from tests.bench.company import grow
from tests.bench.data import Lived
from tests.bench.figures import queries, read, signed_in
from tests.bench.plans import USUAL, planned
from tests.bench.timing import Figure, medians
from tests.factories import UserFactory

FEW, MANY = 20, 2000
ROUNDS, WARM_UP = 30, 3
FRESH, KEPT, UNCHANGED = "client dashboard, fresh", "client dashboard, kept", "client dashboard, unchanged"
TODAY, DAY_KEPT = "Today, fresh", "Today, kept"
PORTFOLIO, ALL_KEPT = "portfolio, fresh", "portfolio, kept"
PLAN, PLAN_KEPT = f"plan page with {USUAL} tasks, fresh", f"plan page with {USUAL} tasks, kept"
# A kept page has no aim of its own: it is what a browser gets that does not ask whether something changed.
AIMS = {
    FRESH: 5.0, KEPT: 5.0, UNCHANGED: 1.5, TODAY: 3.5, DAY_KEPT: 3.5, PORTFOLIO: 6.0, ALL_KEPT: 6.0, PLAN: 10.0,
    PLAN_KEPT: 10.0,
}  # fmt: skip
GROWTH = 1.2
# Once after midnight, in the background.
JUDGED_ANEW_MS = 5.0


def front_door_figures(lived: Lived) -> Iterator[Figure]:
    """Each page over a bare one at both sizes, how it grew, and whether it asks the database as often."""
    client, lead, manager = (signed_in(user) for user in (lived.client_pm, lived.lead, UserFactory(role=Role.MANAGER)))
    usual = planned(lived.lead, USUAL)
    dashboard = reverse("reports:dashboard", args=[lived.engagement.pk])
    plan = reverse("engagements:plan", args=[usual.pk])
    portfolio, today, bare = (reverse(route) for route in ("reports:portfolio", "reports:today", "bench-bare"))

    def change() -> None:
        """What any service does in its transaction: the kept pages are those of an older version."""
        chains = (lived.engagement.audit_chain, usual.audit_chain)
        AuditChain.objects.filter(name__in=chains).update(last_number=F("last_number") + 1)

    pages: dict[str, Callable[[], object]] = {
        "bare": lambda: read(client, bare),
        FRESH: lambda: read(client, dashboard),
        KEPT: lambda: read(client, dashboard),
        UNCHANGED: _asked_again(client, dashboard),
        TODAY: lambda: read(lead, today),
        DAY_KEPT: lambda: read(lead, today),
        PORTFOLIO: lambda: read(manager, portfolio),
        ALL_KEPT: lambda: read(manager, portfolio),
        PLAN: lambda: read(lead, plan),
        PLAN_KEPT: lambda: read(lead, plan),
    }
    asked = {FRESH: (client, dashboard), TODAY: (lead, today), PORTFOLIO: (manager, portfolio), PLAN: (lead, plan)}
    ratios, counts = [], []
    for size in (FEW, MANY):
        grow(size)
        started = time.perf_counter()
        read(manager, portfolio)
        taken_ms = 1000 * (time.perf_counter() - started)
        found = medians(pages, rounds=ROUNDS, warm_up=WARM_UP, before=dict.fromkeys(asked, change))
        ratios.append({name: found[name] / found["bare"] for name in AIMS})
        counts.append({name: queries(browser, url) for name, (browser, url) in asked.items()})
    for name, aim in AIMS.items():
        few, many = (ratio[name] for ratio in ratios)
        yield Figure(f"{name} ÷ bare signed-in page, {FEW} engagements", few, aim)
        yield Figure(f"{name} ÷ bare signed-in page, {MANY} engagements", many, aim)
        yield Figure(f"{name}: {MANY} ÷ {FEW} engagements", many / few, GROWTH)
    for name in asked:
        yield Figure(f"{name}: queries at {MANY} ÷ {FEW} engagements", counts[1][name] / counts[0][name], 1)
    yield Figure(f"portfolio, all {MANY} judged anew: ms for each", taken_ms / MANY, JUDGED_ANEW_MS)


def _asked_again(browser: Client, url: str) -> Callable[[], None]:
    """Ask as a browser does that has the page; anything but 304 is a page that was not known again."""
    mark = ""

    def ask() -> None:
        nonlocal mark
        response = browser.get(url, headers={"if-none-match": mark})
        if mark and response.status_code not in (200, 304):
            raise RuntimeError(f"{url} answered {response.status_code}")
        mark = response.headers["ETag"]

    return ask
