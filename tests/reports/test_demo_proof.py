"""The sample data from data checks to the hand-over: what the stories show, when, and as whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from engagements import gates, go_decision
from engagements.models import Engagement, Phase, SignOff, Waiver
from onsite.accounts.models import User
from reports.dashboards.client import client_dashboard
from reports.demo.stories import CRM, ERP, EXPENSES, HOSPITAL
from reports.demo.story import Story
from standups.data import state as data_state
from standups.models import CellState, CutoverRun, DataObject, RunSheet, UatRound
from standups.uat.lineage import lineage_of

GO = Phase.REVIEW


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with media, django_db_blocker.unblock(), transaction.atomic():
        call_command("seed_demo", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def told(seeded: None, db: None) -> Callable[[Story], Engagement]:
    return lambda story: Engagement.objects.unscoped().select_related("client").get(name=story.name)


def person(name: str) -> User:
    return User.objects.get(name=name)


def test_the_hospitals_second_load_explains_what_the_first_showed(told: Callable[[Story], Engagement]) -> None:
    """N11: round 1 shows the wrong field, mapping v2 mends it, round 2 is explained and signed by the client's PM."""
    patients = DataObject.objects.unscoped().get(engagement=told(HOSPITAL), name="患者主数据")
    first, second = patients.rounds.unscoped()
    assert (str(first.mapping), first.sample_size, first.sample_wrong) == ("v1", 500, 14)
    before, after = (
        dict(row.mapping.lines.unscoped().values_list("source_field", "target_field")) for row in (first, second)
    )
    assert before["ALG_FLAG"] != after["ALG_FLAG"] == "allergy_status"
    state = data_state.state_of(second)
    assert len(state.differing) == 2 and not state.has_open and second.is_signed
    assert second.sign_off is not None
    assert second.sign_off.signatures.unscoped().get().signer == person("周㛃")
    assert [row.code for row in data_state.before_go(told(HOSPITAL)) if not row.waivable], "one object still differs"


def test_the_manufacturers_pm_finds_tests_to_run(told: Callable[[Story], Engagement]) -> None:
    """C2: the dashboard of the sign-in that everybody tries first shows tests, matrix and a condition."""
    engagement = told(ERP)
    board = client_dashboard(engagement, person("陈镕"), engagement.today())
    assert [row.left for row in board.live.tests] == [3]
    states = {share.state for share in board.live.stages[0].shares}
    assert states == {CellState.ACCEPTED, CellState.CONDITIONAL, CellState.LIVE, CellState.NOT_STARTED}
    assert len(board.live.conditions) == 1
    cell = engagement.cells.unscoped().get(module__name="生产计划", state=CellState.CONDITIONAL)
    lineage = lineage_of(cell, person("李喆"))
    assert [(version.name, version.result) for version in lineage] == [("v1", "rejected"), ("v2", "conditional")]
    assert sorted(bool(agreed.met_on) for agreed in lineage[1].conditions) == [False, True]


def test_the_bank_went_live_with_its_risks_after_a_rehearsal(told: Callable[[Story], Engagement]) -> None:
    """N11: rehearsed with real minutes, decided with the open condition as a risk, signed on paper, switched over."""
    engagement = told(CRM)
    decision = go_decision.newest(engagement)
    assert decision is not None and decision.is_signed and decision.text["facts"]["decision"] == "risks"
    assert decision.text["facts"]["codes"][0].startswith("uat.condition.")
    assert decision.signatures.unscoped().get().method == "paper"
    rehearsal, cutover = CutoverRun.objects.unscoped().filter(engagement=engagement)
    assert (rehearsal.kind, cutover.kind) == ("rehearsal", "cutover")
    for run in (rehearsal, cutover):
        steps = list(run.steps.unscoped())
        assert sum(step.rollbacks for step in steps) == 1
        planned = timedelta(minutes=sum(step.planned_minutes for step in steps))
        ended_at = run.ended_at
        assert ended_at is not None and ended_at - run.started_at != planned
        moments = [moment for step in steps for moment in (step.started_at, step.finished_at) if moment is not None]
        assert len(moments) == 2 * len(steps) and moments == sorted(moments)
        assert run.started_at <= moments[0] and moments[-1] <= ended_at
    assert cutover.ended_at is not None
    assert cutover.ended_at.astimezone(engagement.zone).date() == engagement.go_live_on
    begins = RunSheet.objects.unscoped().get(engagement=engagement).planned_start_at
    assert begins is not None and timedelta(0) < cutover.ended_at - begins < timedelta(days=1)


@pytest.mark.parametrize("story", [CRM, EXPENSES], ids=["bank", "group"])
def test_who_went_live_handed_over(story: Story, told: Callable[[Story], Engagement]) -> None:
    """N11: the way to the review needed no waiver for what is proved."""
    engagement = told(story)
    assert (
        engagement.sign_offs.unscoped().current().filter(kind=SignOff.Kind.HANDOVER, signed_at__isnull=False).exists()
    )
    waived = set(Waiver.objects.unscoped().filter(engagement=engagement).values_list("obstacle", flat=True))
    assert not {code for code in waived if code.startswith(("go.", "handover.", "rollout."))}
    assert not [row for row in gates.standing_before(engagement, GO) if row.obstacle.code.startswith("go.")]


@pytest.mark.parametrize("story", [HOSPITAL, ERP, CRM, EXPENSES], ids=["hospital", "erp", "bank", "group"])
def test_what_is_told_happened_on_its_own_day(story: Story, told: Callable[[Story], Engagement]) -> None:
    """The stories happened when they say: what was frozen names the same days as the rows."""
    engagement = told(story)
    today = engagement.today()
    for found in UatRound.objects.unscoped().filter(cell__engagement=engagement).exclude(sign_off=None):
        cell, text = found.cell, found.sign_off
        assert text is not None and cell.live_on is not None
        assert text.text["facts"]["live_on"] == str(cell.live_on)
        frozen_on = text.frozen_at.astimezone(engagement.zone).date()
        assert engagement.start_on <= cell.live_on <= frozen_on <= (cell.decided_on or frozen_on) <= today
    for text in engagement.sign_offs.unscoped():
        assert text.signed_at is None or text.frozen_at <= text.signed_at
