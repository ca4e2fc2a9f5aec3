"""The figures of the cutover: what a watcher's phone asks for every few seconds, against a bare page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from engagements.models import Phase
from onsite.accounts.roles import Part, Role
from standups.models import RunStep
from tests.bench.figures import read, signed_in
from tests.bench.timing import Figure, medians
from tests.factories import CutoverRunFactory, EngagementFactory, MembershipFactory, RunStepFactory, UserFactory

STEPS = 200
ROUNDS, WARM_UP = 60, 5


def cutover_figures() -> Iterator[Figure]:
    """A run of two hundred steps half gone through: its refresh where nothing changed, and where something did."""
    client_pm, lead = UserFactory(role=Role.CLIENT), UserFactory(role=Role.ENGINEER)
    engagement = EngagementFactory(phase=Phase.EXECUTION)
    MembershipFactory(engagement=engagement, user=client_pm, part=Part.CLIENT_PM)
    MembershipFactory(engagement=engagement, user=lead, part=Part.LEAD)
    run = CutoverRunFactory(engagement=engagement, started_by=lead)
    now = timezone.now()
    RunStep.objects.bulk_create(
        RunStepFactory.build(run=run, position=at, state="done", started_at=now, finished_at=now, done_by=lead)
        if at <= STEPS // 2
        else RunStepFactory.build(run=run, position=at)
        for at in range(1, STEPS + 1)
    )
    browser, bare = signed_in(client_pm), reverse("bench-bare")
    part = reverse("standups:run_part", args=[engagement.pk, run.pk])

    def unchanged() -> None:
        status = browser.get(f"{part}?seen={run.version}").status_code
        if status != 204:
            raise RuntimeError(f"the refresh answered {status}")

    for name, refresh, aim in (
        ("nothing changed", unchanged, 1.5),
        ("all of it", lambda: read(browser, part), 12),
    ):
        # One after the other: what the whole part leaves to clean up must not count for the answer that nothing changed.
        found = medians({"bare": lambda: read(browser, bare), name: refresh}, rounds=ROUNDS, warm_up=WARM_UP)
        yield Figure(f"watcher's refresh of {STEPS} steps, {name} ÷ bare page", found[name] / found["bare"], aim)
