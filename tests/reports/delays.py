"""What the tests of the delay ledger share: a plan that was agreed, and slips on days of their own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import time_machine
from django.db import transaction

from engagements.models import Baseline, BaselineStage, Engagement, PlanSnapshot, Publication, StageKind
from engagements.services import plan, publications
from onsite.accounts.models import User
from onsite.core.calendar import WorkingCalendar
from reports.models import DelayVoice
from standups.models import Party, Problem, ProblemWait, Severity
from standups.services.problems import Linking, save_problem
from tests.factories import ProblemFactory

WEEK = WorkingCalendar()
MONDAY = date(2026, 3, 2)


def day(number: int) -> date:
    """Return the n-th working day from Monday 2 March 2026 on; 0 is that Monday."""
    return WEEK.shift(MONDAY, number)


def at(number: int) -> Any:
    """Stop the clock at noon at the site on that working day."""
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC) + timedelta(days=(day(number) - MONDAY).days)
    return time_machine.travel(noon, tick=False)


def agreed(engagement: Engagement, actor: User) -> None:
    """Lay the five stages out from Monday on and agree to them, all on Monday."""
    engagement.calendar, engagement.start_on, engagement.agreed_go_live_on = "WEEK", MONDAY, date(2026, 4, 15)
    engagement.save()
    with at(0), transaction.atomic():
        plan.lay_out_plan(actor=actor, engagement=engagement)
        plan.take_baseline(actor=actor, engagement=engagement, reason="约定")


def raised(
    engagement: Engagement, actor: User, number: int, title: str, party: Party, *, tasks: frozenset[int] = frozenset(),
    severity: Severity = Severity.MAJOR, is_internal: bool = False,
) -> Problem:  # fmt: skip
    """Raise a problem on that working day."""
    with at(number):
        return save_problem(
            actor=actor, engagement=engagement, title=title, next_step_with=party, severity=severity,
            is_internal=is_internal, links={"tasks": Linking(added=tasks)},
        )  # fmt: skip


def slip(engagement: Engagement, actor: User, number: int, days: int, kind: StageKind = StageKind.GO_LIVE) -> None:
    """Move a stage's finish by so many working days, on that working day."""
    with at(number):
        stage = engagement.stages.unscoped().get(kind=kind)
        finish_on = WEEK.shift(stage.finish_on, days)
        plan.move_stage(actor=actor, stage=stage, start_on=stage.start_on, finish_on=finish_on, percent=stage.percent)


def publish(engagement: Engagement, manager: User) -> None:
    publications.publish(actor=manager, engagement=engagement, item=Publication.Item.DELAY)


def delays_of_the_world(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    """A published ledger for the access test: one line, with a cause the client reads, one they don't, and a voice."""
    today, manager = engagement.today(), engagement.created_by
    stage = engagement.stages.unscoped().get(kind=StageKind.GO_LIVE)
    baseline = Baseline.objects.create(engagement=engagement, number=1, reason=word)
    for row in engagement.stages.unscoped():
        BaselineStage.objects.create(baseline=baseline, stage=row, start_on=row.start_on, finish_on=row.finish_on)
    for taken_on, finish_on in ((today - timedelta(days=1), stage.finish_on), (today, WEEK.shift(stage.finish_on, 3))):
        PlanSnapshot.objects.unscoped().update_or_create(
            stage=stage, taken_on=taken_on, defaults={"finish_on": finish_on, "baseline": baseline}
        )
    for title, party, is_internal in ((word, Party.CLIENT, False), (internal, Party.VENDOR, True)):
        problem = ProblemFactory(engagement=engagement, title=title, is_internal=is_internal, raised_by=lead)
        ProblemWait.objects.create(problem=problem, party=party, since_on=today - timedelta(days=2))
    publish(engagement, manager)
    speaker = engagement.memberships.unscoped().of_client().select_related("user").first()
    assert speaker is not None
    DelayVoice.objects.create(
        engagement=engagement, stage=stage, arose_on=today, stance="objects", comment=word, said_by=speaker.user
    )
    return {"delay_stage": stage.pk, "delay_day": today}
