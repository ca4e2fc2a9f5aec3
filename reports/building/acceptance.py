"""The acceptance chapter from what was signed, counted and run through; in the active language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Sum
from django.utils.translation import gettext as _

from engagements import go_decision
from engagements.models import Engagement, Signature, SignOff
from onsite.accounts.roles import Part
from reports.documents.acceptance import (
    Acceptance,
    AgreedCondition,
    CutoverResult,
    DataResult,
    GoDecision,
    Judgement,
    MatrixCell,
    MatrixRow,
    MatrixStage,
    MatrixTable,
    Tone,
)
from standups.cutover.course import passed_minutes
from standups.data import state as data_state
from standups.going_live import shown as shown_go
from standups.models import Cell, CellState, Condition, CutoverRun, DataObject
from standups.uat import lineage

MOST_ROLES_ABREAST = 5
_TONES: dict[str, Tone] = {
    CellState.ACCEPTED: "ok",
    CellState.CONDITIONAL: "ok",
    CellState.REJECTED: "warn",
    CellState.LIVE: "warn",
}


def acceptance_of(engagement: Engagement) -> Acceptance | None:
    """Return the chapter; None where nothing was to be proved. About a dozen queries, however many rows there are."""
    cells = list(engagement.cells.unscoped().select_related("module", "role", "stage", "descoped_by"))
    found = Acceptance(
        stages=_stages(cells),
        judgements=_judgements(engagement, cells),
        data=_data_results(engagement),
        decision=_decision(engagement),
        runs=_runs(engagement),
    )
    return None if found == Acceptance() else found


def open_conditions(engagement: Engagement) -> list[Condition]:
    """Return the conditions of signed results that are still to be met, the soonest due first. One query."""
    rows = Condition.objects.unscoped().in_force().open().filter(round__cell__engagement=engagement)
    rows = rows.exclude(round__cell__state=CellState.DESCOPED).order_by("due_on", "pk")
    return list(rows.select_related("owner", "round__cell__module", "round__cell__role", "round__cell__stage"))


def _stages(cells: Sequence[Cell]) -> tuple[MatrixStage, ...]:
    grouped: dict[int, list[Cell]] = {}
    for cell in cells:
        grouped.setdefault(cell.stage_id, []).append(cell)
    return tuple(_stage(of_stage) for of_stage in grouped.values())


def _stage(cells: Sequence[Cell]) -> MatrixStage:
    roles = sorted({cell.role for cell in cells}, key=lambda role: (role.kind, role.position, role.pk))
    chunks = [roles[start : start + MOST_ROLES_ABREAST] for start in range(0, len(roles), MOST_ROLES_ABREAST)]
    modules = list(dict.fromkeys(cell.module for cell in cells))
    known = {(cell.module_id, cell.role_id): cell for cell in cells}
    tables = tuple(
        MatrixTable(
            roles=tuple(role.name for role in chunk),
            rows=tuple(
                MatrixRow(module=module.name, cells=tuple(_cell(known.get((module.pk, role.pk))) for role in chunk))
                for module in modules
            ),
        )
        for chunk in chunks
    )
    return MatrixStage(
        name=cells[0].stage.name,
        settled=sum(cell.is_settled for cell in cells),
        required=sum(cell.state != CellState.DESCOPED for cell in cells),
        tables=tables,
    )


def _cell(cell: Cell | None) -> MatrixCell:
    if cell is None:
        return MatrixCell()
    word = str(cell.get_state_display())
    if cell.descoped_by is not None:
        word = _("%(state)s (change request %(number)s)") % {"state": word, "number": cell.descoped_by.number}
    return MatrixCell(word=word, tone=_TONES.get(cell.state, "muted"))


def _judgements(engagement: Engagement, cells: Sequence[Cell]) -> tuple[Judgement, ...]:
    versions = lineage.signed_versions(engagement)
    return tuple(_judgement(cell, version) for cell in cells for version in versions.get(cell.pk, ()))


def _judgement(cell: Cell, version: lineage.Version) -> Judgement:
    return Judgement(
        cell=str(cell),
        version=version.name,
        word=version.result_label,
        tone=_TONES.get(version.result, "muted"),
        signed_by=_(", ").join(_signer(one) for one in version.signers),
        signed_on=max((one.on for one in version.signers), default=None),
        conditions=tuple(
            AgreedCondition(text=one.text, owner=one.owner, due_on=one.due_on, met_on=one.met_on)
            for one in version.conditions
        ),
        override=version.override,
    )


def _signed(row: Signature) -> lineage.Signer:
    return lineage.Signer(row.signer_name, str(Part(row.part).label), str(row.get_method_display()), row.signed_on)


def _signer(one: lineage.Signer) -> str:
    return _("%(name)s (%(part)s, %(how)s)") % {"name": one.name, "part": one.part, "how": one.method}


def _data_results(engagement: Engagement) -> tuple[DataResult, ...]:
    signatures = Signature.objects.unscoped().filter(
        sign_off__engagement=engagement, sign_off__kind=SignOff.Kind.DATA, sign_off__signed_at__isnull=False
    )
    # The day on the paper, not the one on which it was checked.
    signed_on = {row.sign_off_id: row.signed_on for row in signatures.order_by("signed_on") if row.counts}
    found = [(state.data_object, state.newest) for state in data_state.states(engagement) if state.newest]
    return tuple(_data(row, newest, signed_on.get(newest.round.sign_off_id or 0)) for row, newest in found)


def _data(data_object: DataObject, newest: data_state.RoundState, signed_on: date | None) -> DataResult:
    row = newest.round
    return DataResult(
        name=data_object.name,
        round=row.number,
        mapping=str(row.mapping.version),
        counted=len(newest.lines) - len(newest.missing),
        differing=len(newest.differing),
        unexplained=len(newest.unexplained),
        sample_size=row.sample_size,
        sample_wrong=row.sample_wrong,
        signed_on=signed_on,
        missing=len(newest.missing),
        is_sample_open=newest.is_sample_open,
    )


def _decision(engagement: Engagement) -> GoDecision | None:
    """The decision that stands: signed, or to go and on its way to be; what an older one said is history."""
    found = go_decision.newest(engagement)
    if found is None or not (found.is_signed or go_decision.is_to_go(found)):
        return None
    told = shown_go.shown(found)
    signature = next((row for row in found.signatures.unscoped() if row.counts), None)
    return GoDecision(
        word=told.word,
        go_live_on=told.day if told.is_to_go else None,
        signed_by=_signer(_signed(signature)) if signature else "",
        signed_on=signature.signed_on if signature else None,
        risks=tuple(told.risks),
        note=told.note,
    )


def _runs(engagement: Engagement) -> tuple[CutoverResult, ...]:
    rows = CutoverRun.objects.unscoped().filter(engagement=engagement).exclude(ended_at=None)
    counted = rows.annotate(planned=Sum("steps__planned_minutes"), back=Sum("steps__rollbacks")).order_by("number")
    return tuple(
        CutoverResult(
            label=str(run),
            on=run.started_at.astimezone(engagement.zone).date(),
            planned_minutes=run.planned or 0,  # type: ignore[attr-defined]  # annotated above
            real_minutes=passed_minutes(run, run.ended_at) if run.ended_at else 0,
            rollbacks=run.back or 0,  # type: ignore[attr-defined]  # annotated above
            outcome=str(run.get_outcome_display()),
            note=run.note,
        )
        for run in counted
    )
