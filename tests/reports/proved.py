"""Rows between data and go-live, for the pages and documents that read across."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from engagements.models import Engagement, SignOff
from engagements.services import signing
from onsite.accounts.models import User
from standups.models import Cell, Condition, CutoverRun, RunStep, UatRound
from standups.uat.text import text_of
from tests.factories import (
    CellFactory,
    ConditionFactory,
    CountLineFactory,
    CutoverRunFactory,
    DataObjectFactory,
    LoadRoundFactory,
    MappingFactory,
    RunStepFactory,
    TesterFactory,
    UatCaseFactory,
    UatRoundFactory,
)


def text_of_round(found: UatRound, *, signed: bool = True) -> SignOff:
    """Freeze a round's result as the meeting left it, signed unless told otherwise; nothing follows from it."""
    engagement = found.cell.engagement
    sign_off = signing.add_version(
        actor=engagement.created_by,
        engagement=engagement,
        kind=SignOff.Kind.UAT,
        topic=str(found.cell_id),
        about=f"{found.cell} {found}",
        text=text_of(engagement, found),
    )
    if signed:
        SignOff.objects.filter(pk=sign_off.pk).update(signed_at=timezone.now())
    UatRound.objects.filter(pk=found.pk).update(sign_off=sign_off)
    return sign_off


def accepted_on_condition(
    engagement: Engagement, *, due_on: date, text: str = "退号后医保结算须冲正", **fields: Any
) -> Condition:
    """A cell whose signed first round left this condition open."""
    cell = CellFactory(
        engagement=engagement, state="conditional", live_on=engagement.today(), decided_on=engagement.today()
    )
    found = UatRoundFactory(cell=cell, result="conditional", opened_by=engagement.created_by)
    UatCaseFactory(round=found, outcome="pass", tested_at=timezone.now())
    condition: Condition = ConditionFactory(round=found, due_on=due_on, text=text, **fields)
    text_of_round(found)
    return condition


def round_to_test(engagement: Engagement, tester: User | None = None, *, cases: int = 3, tested: int = 1) -> UatRound:
    """A round of a live cell with so many cases, some of them tested."""
    cell: Cell = CellFactory(engagement=engagement, state="live", live_on=engagement.today())
    found: UatRound = UatRoundFactory(cell=cell, opened_by=engagement.created_by)
    for number in range(cases):
        done = {"outcome": "pass", "tested_at": timezone.now()} if number < tested else {}
        UatCaseFactory(round=found, number=number + 1, **done)
    if tester is not None:
        TesterFactory(round=found, user=tester, name=tester.name)
    return found


def running(engagement: Engagement, kind: str = "cutover", *, done: int = 11, total: int = 40) -> CutoverRun:
    """A run whose first steps are done."""
    run: CutoverRun = CutoverRunFactory(engagement=engagement, kind=kind, started_by=engagement.created_by)
    now = timezone.now()
    for position in range(1, total + 1):
        state = {"state": RunStep.State.DONE, "started_at": now, "finished_at": now} if position <= done else {}
        RunStepFactory(run=run, position=position, **state)
    return run


def differing(engagement: Engagement, name: str = "患者主数据") -> None:
    """A data object whose newest load holds one count that nobody explained."""
    data_object = DataObjectFactory(engagement=engagement, name=name)
    mapping = MappingFactory(data_object=data_object, made_by=engagement.created_by)
    CountLineFactory(round=LoadRoundFactory(mapping=mapping), source_value=10, target_value=9)


def much_proved(engagement: Engagement, tester: User, rows: int, *, start: int = 0) -> None:
    """So many rounds to test, conditions, results that wait for a signature, differences, and cells."""
    today = engagement.today()
    for number in range(start, start + rows):
        round_to_test(engagement, tester)
        accepted_on_condition(engagement, due_on=today + timedelta(days=number))
        judged = round_to_test(engagement, tester, tested=3)
        UatRound.objects.filter(pk=judged.pk).update(result="accepted")
        judged.refresh_from_db()
        text_of_round(judged, signed=False)
        differing(engagement, f"数据{number}")
        CellFactory(engagement=engagement)
