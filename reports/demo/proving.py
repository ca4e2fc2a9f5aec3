"""Data checks and the acceptance of the cells, through the services, as the people of the story did it."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal

from engagements.models import Engagement
from onsite.accounts.models import User
from reports.demo.agreement import put_signature
from reports.demo.backdate import put_back_proof
from reports.demo.proof import Load, MovedData, RoleOf, RolledOut, Trial
from reports.demo.roles import write_role
from reports.demo.telling import Telling
from standups.models import Cell, CellState, CountLine, LoadRound, UatCase, UatRound
from standups.services import (
    cells,
    conditions,
    data_checks,
    data_counts,
    data_signing,
    role_training,
    rollout,
    uat,
    uat_judging,
    uat_results,
)
from standups.services.data_counts import CountEntry
from standups.services.uat_judging import Wanted


def go_on(telling: Telling, number: int) -> None:
    """What this day loaded, built, trained, tested and met."""
    proof = telling.story.proof
    for moved in proof.data:
        for load in moved.loads:
            if load.day == number:
                _load(telling, moved, load)
    if proof.rollout is not None:
        _roll_out(telling, proof.rollout, number)


# --- Data ------------------------------------------------------------------------------------------------------------


def _load(telling: Telling, moved: MovedData, load: Load) -> None:
    row = _open(telling, moved, load)
    known = {line.name: line.pk for line in row.lines.unscoped()}
    row = data_counts.save_counts(
        actor=telling.lead,
        load_round=row,
        version=row.version,
        lines=[
            CountEntry(
                one.name, CountLine.Kind.SUM if one.is_sum else CountLine.Kind.COUNT, one.unit, Decimal(one.source), Decimal(one.target),
                one.explanation, known.get(one.name),
            )
            for one in load.counts
        ],
        environment=load.environment,
        loaded_on=telling.days.on(load.day),
    )  # fmt: skip
    if load.sample is not None:
        row = data_counts.record_sample(
            actor=telling.lead,
            load_round=row,
            version=row.version,
            sample_size=load.sample,
            sample_wrong=load.wrong,
            sample_checked_by=load.checked,
            sample_checked_on=telling.days.on(load.day),
            sample_explanation=load.explanation,
        )
    if load.signed_by:
        text = data_signing.freeze_round(actor=telling.lead, load_round=row, version=row.version)
        put_signature(telling, text, load.signed_by, load.day)


def _open(telling: Telling, moved: MovedData, load: Load) -> LoadRound:
    found = telling.engagement.data_objects.unscoped().filter(name=moved.name).first()
    data_object = found or data_checks.save_object(
        actor=telling.lead, engagement=telling.engagement, name=moved.name, source=moved.source, target=moved.target,
        owner=moved.owner,
    )  # fmt: skip
    if load.fields:
        mapping = data_checks.newest_mapping(data_object)
        return data_checks.save_mapping(
            actor=telling.lead, data_object=data_object, was=mapping.version if mapping else 0, lines=load.fields,
            reason=load.reason,
        )  # fmt: skip
    newest = data_checks.newest_round(data_object)
    return data_checks.open_round(actor=telling.lead, data_object=data_object, after=newest.number if newest else 0)


# --- Acceptance ------------------------------------------------------------------------------------------------------


def _roll_out(telling: Telling, plan: RolledOut, number: int) -> None:
    if plan.on == number:
        _build(telling, plan)
    for role in plan.roles:
        _train(telling, role, number)
    for trial in plan.trials:
        if trial.day == number:
            _try(telling, trial)
    for trial in plan.trials:
        _keep_promises(telling, trial, number)


def _build(telling: Telling, plan: RolledOut) -> None:
    engagement = telling.engagement
    roles = [write_role(telling, role.name) for role in plan.roles]
    for place, stage in enumerate(plan.stages):
        rollout.save_stage(actor=telling.lead, engagement=engagement, name=stage, is_before_go=place == 0)
    modules = engagement.modules.unscoped().filter(name__in=plan.modules)
    chosen = [(module.pk, role.pk) for module in modules for role in roles]
    rollout.build_matrix(actor=telling.lead, engagement=engagement, chosen=chosen)


def _train(telling: Telling, role: RoleOf, number: int) -> None:
    for day, people in role.trained:
        if day == number:
            role_training.note_training(
                actor=telling.lead,
                role=telling.engagement.rollout_roles.unscoped().get(name=role.name),
                held_on=telling.days.on(day),
                people=people,
                note=role.how,
            )


def _try(telling: Telling, trial: Trial) -> None:
    """One round: made live and tested before it is judged, so that what is frozen names the story's day."""
    cell = _cell(telling.engagement, trial)
    if cell.state == CellState.NOT_STARTED:
        cell = cells.go_live(actor=telling.lead, cell=cell, override_reason=trial.override)
    testers = [telling.people[key] for key in trial.testers]
    row = uat.open_round(actor=telling.lead, cell=cell, build=trial.build, users=testers)
    _record(telling, trial, row, testers[0])
    put_back_proof(
        telling.engagement, since=telling.began, to=telling.days.at(telling.engagement, trial.day, time(8, 20))
    )
    if trial.left:
        return
    due = [
        Wanted(
            promise.text,
            promise.by,
            telling.days.today + timedelta(days=promise.due_in),
            telling.people[promise.owner] if promise.owner else None,
        )
        for promise in trial.promises
    ]
    row = UatRound.objects.unscoped().get(pk=row.pk)
    text = uat_judging.judge(
        actor=telling.lead, row=row, version=row.version, result=trial.result, note=trial.note, conditions=due
    )
    if trial.signed_by:
        put_signature(telling, text, trial.signed_by, trial.day)


def _cell(engagement: Engagement, trial: Trial) -> Cell:
    return engagement.cells.unscoped().get(module__name=trial.module, role__name=trial.role, stage__name=trial.stage)


def _record(telling: Telling, trial: Trial, row: UatRound, tester: User) -> None:
    """On paper the lead writes down what the tester did; else the tester does."""
    on_paper = telling.story.signs_on_paper
    found = list(row.cases.unscoped().order_by("number"))
    for place, case in enumerate(found[: len(found) - trial.left], start=1):
        seen = trial.failed.get(place, "")
        uat_results.record_result(
            actor=telling.lead if on_paper else tester,
            case=case,
            version=case.version,
            outcome=UatCase.Outcome.FAIL if seen else UatCase.Outcome.PASS,
            note=seen,
            tested_by_name=tester.name if on_paper else "",
            raise_problem=False,
        )


def _keep_promises(telling: Telling, trial: Trial, number: int) -> None:
    for promise in trial.promises:
        if promise.met is None or promise.met[0] != number:
            continue
        rows = _cell(telling.engagement, trial).rounds.unscoped().order_by("-number")
        conditions.meet_condition(
            actor=telling.lead,
            condition=rows[0].conditions.unscoped().get(text=promise.text),
            proof=promise.met[1],
            met_on=telling.days.on(number),
        )
