"""A cell under test: what the tests of acceptance tests begin with."""

from __future__ import annotations

from typing import Any

from engagements.models import Engagement, SignOff
from engagements.services import signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from standups.models import Cell, UatCase, UatRound
from standups.services import uat, uat_judging, uat_results
from tests.engagements.conftest import register
from tests.factories import CellFactory, FunctionFactory, ModuleFactory, RolloutRoleFactory, RolloutStageFactory


def a_cell(engagement: Engagement, rules: str = "身份证必填\n退号须冲正", **fields: Any) -> Cell:
    """A live cell whose module has one function with two rules."""
    module = ModuleFactory(engagement=engagement, name="门诊挂号")
    FunctionFactory(module=module, name="初诊挂号", rules=rules, how="扫身份证", what="打印挂号凭条")
    cell: Cell = CellFactory(
        engagement=engagement, module=module, role=RolloutRoleFactory(engagement=engagement, name="挂号员"),
        stage=RolloutStageFactory(engagement=engagement, name="试点"),
        **{"state": "live", "live_on": engagement.today(), **fields},
    )  # fmt: skip
    return cell


def opened(engineer: User, cell: Cell, *testers: User, names: tuple[str, ...] = ()) -> UatRound:
    return uat.open_round(actor=engineer, cell=cell, build="测试环境 2026.11.3", users=testers, names=names)


def fresh(row: UatRound) -> UatRound:
    """The round as a new page would load it."""
    return UatRound.objects.unscoped().select_related("cell__engagement__client", "sign_off").get(pk=row.pk)


def cases_of(row: UatRound) -> list[UatCase]:
    rows = row.cases.unscoped().select_related("round__cell__engagement").order_by("number")
    return list(rows)


def record(actor: User, case: UatCase, outcome: str = "pass", **fields: Any) -> UatCase:
    given = {"note": "" if outcome == "pass" else "打印卡纸", "tested_by_name": "杜护士长", "version": case.version}
    return uat_results.record_result(actor=actor, case=case, outcome=outcome, **(given | fields))


def record_all(actor: User, row: UatRound, outcome: str = "pass", **fields: Any) -> None:
    for case in cases_of(row):
        record(actor, case, outcome, **fields)


def judge(actor: User, row: UatRound, result: str, **fields: Any) -> SignOff:
    found = fresh(row)
    return uat_judging.judge(actor=actor, row=found, version=found.version, result=result, **fields)


def current(sign_off: SignOff) -> SignOff:
    return SignOff.objects.unscoped().select_related("engagement__client").get(pk=sign_off.pk)


def sign_on_paper(
    sign_off: SignOff, registers: User, checks: User, part: Part = Part.CLIENT_PM, **fields: object
) -> None:
    signature = register(current(sign_off), registers, part, **fields)
    signing.check_paper(actor=checks, signature=signature, accepted=True)
