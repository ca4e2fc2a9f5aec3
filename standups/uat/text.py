"""The frozen text of an acceptance test's result: what both sides read, and the facts that the lineage is told from."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from engagements.models import Engagement
from engagements.section_text import Section, text_of_sections
from onsite.core.wording import enumerated
from standups.models import CaseEvidence, Condition, Tester, UatCase, UatRound


def text_of(engagement: Engagement, row: UatRound) -> dict[str, Any]:
    """Return the text to freeze, in the language of the engagement's documents."""
    cases = list(counted(row))
    testers = list(row.testers.unscoped())
    conditions = list(row.conditions.unscoped())
    with override(engagement.language):
        sections = [
            _of_result(row, testers),
            *([_of_conditions(conditions)] if conditions else []),
            _of_cases(cases),
            *_of_steps(cases),
        ]
    return text_of_sections(engagement, sections, _facts(row, cases, testers, conditions))


def counted(row: UatRound) -> QuerySet[UatCase]:
    """Return the cases with `files`, how many show what was seen."""
    rows = row.cases.unscoped().select_related("recorded_by")
    return rows.annotate(files=Count("evidence")).order_by("number")


def _evidence_of(row: UatRound) -> list[tuple[int, str]]:
    """Return each case's id with the SHA-256 of what shows its result."""
    rows = CaseEvidence.objects.unscoped().filter(case__round=row).order_by("pk")
    return list(rows.values_list("case_id", "attachment__sha256"))


def _of_result(row: UatRound, testers: list[Tester]) -> Section:
    cell = row.cell
    told = [
        (_("Module"), str(cell.module)),
        (pgettext("role at the client's", "Role"), str(cell.role)),
        (_("Stage"), str(cell.stage)),
        (_("Round"), str(row)),
        (_("Environment and build"), row.build or "—"),
        (_("Testers"), _list(tester.name for tester in testers)),
        (_("Result"), row.get_result_display()),
        *([(_("Reason"), row.result_note)] if row.result_note else []),
        *([(_("Live since"), date_format(cell.live_on))] if cell.live_on else []),
        *([(_("Live before it was ready, because"), cell.override_reason)] if cell.override_reason else []),
    ]
    return Section(_("Result"), columns=(_("What"), _("As tested")), rows=tuple(told))


def _list(names: Any) -> str:
    return enumerated(names) or "—"


def _of_conditions(conditions: list[Condition]) -> Section:
    return Section(
        _("Conditions"),
        paragraphs=(_("It is accepted on these conditions."),),
        columns=(_("Condition"), _("Who sees to it"), pgettext("deadline", "By")),
        rows=tuple((row.text, row.owner_name, date_format(row.due_on)) for row in conditions),
    )


def _of_cases(cases: list[UatCase]) -> Section:
    counts = outcomes(cases)
    said = ngettext(
        "%(count)s case: %(passed)s passed, %(failed)s failed, %(blocked)s blocked, %(open)s not tested.",
        "%(count)s cases: %(passed)s passed, %(failed)s failed, %(blocked)s blocked, %(open)s not tested.",
        len(cases),
    )
    return Section(
        pgettext("acceptance test", "Cases"),
        paragraphs=(said % {"count": len(cases), **counts},),
        columns=(
            _("No."),
            pgettext("acceptance test", "Case"),
            _("Expected"),
            _("Result"),
            _("What was seen"),
            _("Tested by"),
            pgettext("acceptance test", "On"),
        ),
        rows=tuple(_row(case) for case in cases),
    )


def _row(case: UatCase) -> tuple[str, ...]:
    seen = case.note
    if case.files:  # type: ignore[attr-defined]  # counted() brings it
        files = ngettext("%(count)s file", "%(count)s files", case.files) % {"count": case.files}  # type: ignore[attr-defined]
        seen = f"{seen} ({files})".strip()
    on = date_format(case.tested_at.astimezone(case.round.cell.engagement.zone).date()) if case.tested_at else ""
    return (
        str(case.number), case.title, case.expected, str(case.get_outcome_display()), seen or "—",
        _tester(case) or "—", on or "—",
    )  # fmt: skip


def _tester(case: UatCase) -> str:
    """Who tested it, and who wrote it down where that was somebody of the vendor."""
    if not case.tested_by_name or case.recorded_by is None or case.recorded_by.is_client:
        return case.tested_by_name
    names = {"tester": case.tested_by_name, "name": case.recorded_by.name}
    return _("%(tester)s, recorded by %(name)s") % names


def _of_steps(cases: list[UatCase]) -> list[Section]:
    """What was done to see it: a case's result means nothing without its steps."""
    points = tuple(f"{case.number}. {' · '.join(case.steps.split(chr(10)))}" for case in cases if case.steps.strip())
    return [Section(_("Steps of the cases"), points=points)] if points else []


def outcomes(cases: list[UatCase]) -> dict[str, int]:
    """Return how many cases came out how."""
    found = [case.outcome for case in cases]
    return {
        "passed": found.count(UatCase.Outcome.PASS),
        "failed": found.count(UatCase.Outcome.FAIL),
        "blocked": found.count(UatCase.Outcome.BLOCKED),
        "open": found.count(UatCase.Outcome.NONE),
    }


def _facts(row: UatRound, cases: list[UatCase], testers: list[Tester], conditions: list[Condition]) -> dict[str, Any]:
    hashes: dict[int, list[str]] = {case.pk: [] for case in cases}
    for case, sha256 in _evidence_of(row):
        hashes[case].append(sha256)
    cell = row.cell
    return {
        "cell": cell.pk,
        "cell_name": str(cell),
        "round": row.pk,
        "number": row.number,
        "version": row.version,
        "build": row.build,
        "result": row.result,
        "note": row.result_note,
        "counts": outcomes(cases),
        "cases": [
            {
                "number": case.number,
                "title": case.title,
                "outcome": case.outcome,
                "note": case.note,
                "tested_by": case.tested_by_name,
                "recorded_by": case.recorded_by.name if case.recorded_by else "",
                "evidence": hashes[case.pk],
            }
            for case in cases
        ],
        "conditions": [
            {"id": one.pk, "text": one.text, "owner": one.owner_name, "due_on": str(one.due_on)} for one in conditions
        ],
        "testers": [tester.user_id for tester in testers if tester.user_id],
        "tester_names": [tester.name for tester in testers],
        "override": cell.override_reason,
        "override_by": cell.made_live_by.name if cell.override_reason and cell.made_live_by else "",
        "live_on": str(cell.live_on or ""),
    }
