"""A snapshot to HTML, and to the PDF that is issued."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from itertools import pairwise
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from onsite.core import colours, company
from onsite.core.charts.gantt import GanttChart, GanttRow, chart_span, gantt_svg
from onsite.core.charts.qr import qr_svg
from onsite.core.charts.text import printable, shorten, width_em
from onsite.core.errors import DomainError
from onsite.core.pdf import Attachment, RenderFailed, missing_glyphs, render_pdf
from reports.documents import wording
from reports.documents.appendix import InternalAppendix
from reports.documents.chapters import chapters
from reports.documents.closing_report import ClosingReport
from reports.documents.course import problems_figure, progress_figure
from reports.documents.field_manual import FieldManual
from reports.documents.interview_guide import InterviewGuide
from reports.documents.manual_page import chapters_context
from reports.documents.minutes import Minutes
from reports.documents.parts import Objective, Plan, Signatory
from reports.documents.run_sheet import PrintedRunSheet
from reports.documents.sign_off import SignOffSheet
from reports.documents.snapshot import Snapshot
from reports.documents.training_guide import TrainingGuide, guide_context
from reports.documents.weekly_page import weekly_blocks, weekly_facts, weekly_lead, weekly_span, weekly_title
from reports.documents.weekly_report import WeeklyReport

HTML_LANGUAGES = {"zh-hans": "zh-Hans", "zh-cn": "zh-Hans"}
# More rows than this don't fit on a page with the caption: then the plan is cut into charts of the same scale, two to a page.
MOST_ROWS_IN_ONE_CHART = 22
ROWS_OF_A_PART = 14
# So that no part grows beyond a page when its two ends move.
FARTHEST_CUT = (MOST_ROWS_IN_ONE_CHART - ROWS_OF_A_PART) // 2
ATTACHMENT_NAME = "snapshot.json"
# What no text of a page may hold: XML knows no such characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def print_document(snapshot: Snapshot, assets: Mapping[str, bytes] | None = None) -> bytes:
    """The document as PDF: the same snapshot gives the same bytes on a machine with the same fonts and libraries.

    The snapshot itself is attached, so that anyone can check the printed hash; `assets` are its pictures by name. Raises RenderFailed, in the active language,
    when a character has no glyph or the document is too large. Takes a second or two: call it from a job, not a request.
    """
    html = refuse_missing_glyphs(snapshot)
    return render_pdf(
        html,
        title=printable(snapshot.title),
        language=HTML_LANGUAGES.get(snapshot.language, snapshot.language),
        created=datetime.combine(snapshot.issued_on, time(), UTC),
        attachments=[Attachment(ATTACHMENT_NAME, snapshot.to_json(), "The data behind this document")],
        assets={**(assets or {}), **_logo(snapshot)},
    )


def _logo(snapshot: Snapshot) -> dict[str, bytes]:
    """Return the picture that the pages call `asset:logo`, if the document bears one."""
    try:
        return {"logo": company.logo_bytes(snapshot.logo)} if snapshot.logo else {}
    except DomainError as error:
        raise RenderFailed(error.message) from error


def refuse_missing_glyphs(snapshot: Snapshot) -> str:
    """Return the document as HTML; raises RenderFailed naming the characters that no printing font has.

    Some tens of milliseconds, so that a person can be told before anything is issued.
    """
    html = render_html(snapshot)
    if missing := missing_glyphs(html):
        shown = " ".join(f"{char if char.isprintable() else '?'} (U+{ord(char):04X})" for char in missing[:10])
        raise RenderFailed(_("No printing font has these characters: %(characters)s") % {"characters": shown})
    return html


def render_html(snapshot: Snapshot) -> str:
    """The document as one self-contained HTML page in the snapshot's language."""
    with override(snapshot.language):
        html = render_to_string(snapshot.template, _context(snapshot))
    return _CONTROL.sub("", html)


def _context(snapshot: Snapshot) -> dict[str, Any]:
    title_em = width_em(snapshot.title)
    context: dict[str, Any] = {
        "doc": snapshot,
        "html_lang": HTML_LANGUAGES.get(snapshot.language, snapshot.language),
        "chapters": chapters(snapshot),
        "sha256": snapshot.sha256,
        "party": f"{shorten(snapshot.client_name, 18)} · {shorten(snapshot.title, 22)}",
        "vendor_short": shorten(snapshot.vendor_name, 20),
        **_looks(snapshot),
        "title_size": "large" if title_em <= 26 else "medium" if title_em <= 60 else "small",
    }
    if isinstance(snapshot, ClosingReport):
        context |= _closing_context(snapshot)
    elif isinstance(snapshot, InternalAppendix):
        context |= _appendix_context(snapshot)
    elif isinstance(snapshot, FieldManual):
        context |= _manual_context(snapshot)
    elif isinstance(snapshot, SignOffSheet):
        context |= _sheet_context(snapshot)
    elif isinstance(snapshot, InterviewGuide):
        context |= {"kind": _("Interview guide")}
    elif isinstance(snapshot, Minutes):
        context |= {"kind": _("Minutes of the stand-up")}
    elif isinstance(snapshot, PrintedRunSheet):
        context |= {"kind": _("Run sheet of the cutover")}
    elif isinstance(snapshot, WeeklyReport):
        context |= _weekly_context(snapshot)
    elif isinstance(snapshot, TrainingGuide):
        context |= guide_context(snapshot)
    return context


def _looks(snapshot: Snapshot) -> dict[str, str]:
    """Return the colours: the company's own, or ours. On ours the small print of the cover is toned down, on another
    colour only white is sure to be read."""
    accent = snapshot.accent or company.OWN_ACCENT
    is_ours = accent == company.OWN_ACCENT
    white = colours.WHITE
    return {
        "accent": accent,
        "accent_soft": "#e0efed" if is_ours else colours.tinted(accent, 0.12),
        "cover_kind": "#d3e5e4" if is_ours else white,
        "cover_line": "#e7f0f0" if is_ours else white,
        "cover_label": "#b6d2d1" if is_ours else white,
    }


def _closing_context(report: ClosingReport) -> dict[str, Any]:
    return {
        "kind": _("Closing report"),
        "qr": qr_svg(report.verify_url, label=_("QR code to the verification page")),
        **chapter_bodies(report),
        **_signing(report.signatories),
    }


def chapter_bodies(report: ClosingReport) -> dict[str, Any]:
    """What the bodies of the chapters print, in the active language; the pages on which it is written and read show them,
    too. They need the report as `doc` besides."""
    score = report.satisfaction
    return {
        "slip": None if report.facts.slip_days is None else wording.signed(report.facts.slip_days),
        "score": score and wording.number(score.score),
        "means": [(row, wording.number(row.score)) for row in score.questions] if score else [],
        "objectives": [
            _objective(row.objective)
            | {
                "result": wording.amount(row.result, row.objective.unit),
                "verdict": wording.VERDICTS[row.verdict],
                "css": wording.VERDICT_CLASSES[row.verdict],
                "evidence": row.evidence,
            }
            for row in report.objectives
        ],
        "charts": _charts(report.plan),
        "curve": progress_figure(report.progress),
        "flow": problems_figure(report.problem_flow),
        "milestones": [(row, wording.slip(row.slip_days)) for row in report.milestones],
        "delays": [(row, wording.slip(row.slip_days)) for row in (report.delay.milestones if report.delay else ())],
        "average_minutes": report.standups
        and report.standups.average_minutes is not None
        and wording.number(report.standups.average_minutes),
        "remaining": [(row, wording.NEXT_STEPS[row.next_step]) for row in report.remaining_issues],
    }


def _appendix_context(appendix: InternalAppendix) -> dict[str, Any]:
    mark = _("Internal: not for the client")
    return {
        "kind": _("Internal appendix"),
        "mark": mark,
        # It runs at the head of every page.
        "party": f"{mark} · {shorten(appendix.title, 22)}",
        "delays": [(row, wording.slip(row.slip_days)) for row in appendix.delays],
        "qr": qr_svg(appendix.verify_url, label=_("QR code to the verification page")),
    }


def _manual_context(manual: FieldManual) -> dict[str, Any]:
    return {
        "kind": _("Field manual"),
        "contacts": [(row, wording.SIDES[row.side]) for row in manual.contacts],
        "objectives": [_objective(objective) for objective in manual.objectives],
        "included": [item for item in manual.scope if item.is_included],
        "excluded": [item for item in manual.scope if not item.is_included],
        "agreements": [(row, wording.SIDES[row.side], wording.AGREED_HOW[row.how]) for row in manual.agreements],
        "charts": _charts(manual.plan),
        "qr": qr_svg(manual.verify_url, label=_("QR code to the verification page")),
        **chapters_context(manual),
        **_signing(manual.signatories),
    }


def _sheet_context(sheet: SignOffSheet) -> dict[str, Any]:
    return {
        "kind": _("Text to be signed"),
        "qr": qr_svg(sheet.register_url, label=_("QR code to the page that registers the signed sheet")),
        **_signing(sheet.signatories),
    }


def _weekly_context(report: WeeklyReport) -> dict[str, Any]:
    return {
        "kind": _("Weekly report"),
        "week": weekly_title(report),
        "span": weekly_span(report),
        "lead": weekly_lead(report),
        "facts": weekly_facts(report),
        "blocks": weekly_blocks(report),
        "qr": qr_svg(report.verify_url, label=_("QR code to the verification page")),
    }


def _objective(objective: Objective) -> dict[str, Any]:
    return {
        "row": objective,
        "baseline": wording.amount(objective.baseline, objective.unit),
        "target": wording.target(objective),
    }


def _signing(signatories: tuple[Signatory, ...]) -> dict[str, Any]:
    chopping = {signatory.side for signatory in signatories if signatory.has_chop}
    return {
        "signatories": [(signatory, wording.SIDES[signatory.side]) for signatory in signatories],
        # Without named signatories both sides get their room.
        "client_chops": "client" in chopping or not signatories,
        "vendor_chops": "vendor" in chopping or not signatories,
    }


def _charts(plan: Plan) -> list[SafeString]:
    """The plan as one Gantt chart, or several below each other on the same axis."""
    rows = tuple(
        GanttRow(
            label=row.label,
            start_on=row.start_on,
            finish_on=row.finish_on,
            baseline_start_on=row.baseline_start_on,
            baseline_finish_on=row.baseline_finish_on,
            percent=row.percent,
            is_milestone=row.is_milestone,
            is_part=row.is_part,
            is_critical=row.is_critical,
        )
        for row in plan.rows
    )
    off = frozenset(plan.non_working_on)
    return [
        gantt_svg(
            GanttChart(
                rows=part,
                today=None,
                is_working_day=lambda day: day not in off,
                label=_("Gantt chart: plan, baseline and progress"),
                baseline_word=_("baseline"),
                today_word=_("today"),
                critical_word=_("critical path: a day late here is a day late at the end"),
                span=chart_span(rows),
            )
        )
        for part in _parts(rows)
    ]


def _parts(rows: tuple[GanttRow, ...]) -> Iterator[tuple[GanttRow, ...]]:
    """Cut a long plan evenly (29 rows become 9, 10 and 10, not 14, 14 and a lonely 1), before a stage where one is near."""
    count = 1 if 0 < len(rows) <= MOST_ROWS_IN_ONE_CHART else -(-len(rows) // ROWS_OF_A_PART)
    stages = [index for index, row in enumerate(rows) if not row.is_part]
    cuts = [_near(part * len(rows) // count, stages) for part in range(1, count)]
    for first, end in pairwise([0, *cuts, len(rows)]):
        if first < end:
            yield rows[first:end]


def _near(cut: int, stages: list[int]) -> int:
    """Return the stage that begins nearest to the cut, the cut itself where none is near."""
    distance, stage = min(((abs(stage - cut), stage) for stage in stages), default=(0, cut))
    return stage if distance <= FARTHEST_CUT else cut
