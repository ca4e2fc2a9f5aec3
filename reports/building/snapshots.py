"""Which kind of document is built and read back by what; and what is only known at the moment of issue."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from engagements.models import Engagement
from reports.building.appendix import build_appendix
from reports.building.closing_report import build_closing_report
from reports.building.field_manual import build_field_manual
from reports.building.weekly_report import build_weekly_report
from reports.documents.appendix import InternalAppendix
from reports.documents.closing_report import ClosingReport
from reports.documents.field_manual import FieldManual
from reports.documents.snapshot import Snapshot
from reports.documents.weekly_report import WeeklyReport
from reports.models import Document, DocumentKind, Draft

Issued = ClosingReport | FieldManual | InternalAppendix | WeeklyReport

BUILDERS: dict[DocumentKind, Callable[[Engagement, Draft, str], Issued]] = {
    DocumentKind.CLOSING_REPORT: build_closing_report,
    DocumentKind.FIELD_MANUAL: build_field_manual,
    DocumentKind.WEEKLY_REPORT: build_weekly_report,
    DocumentKind.APPENDIX: build_appendix,
}
_CLASSES: dict[str, type[Snapshot]] = {
    DocumentKind.CLOSING_REPORT: ClosingReport,
    DocumentKind.FIELD_MANUAL: FieldManual,
    DocumentKind.WEEKLY_REPORT: WeeklyReport,
    DocumentKind.APPENDIX: InternalAppendix,
}


def build(engagement: Engagement, kind: DocumentKind, draft: Draft, language: str) -> Issued:
    """Return the snapshot as the rows stand now, without version, address and audit head."""
    return BUILDERS[kind](engagement, draft, language)


def dated(snapshot: Issued, on: date) -> Issued:
    """Return the snapshot as issued on this day."""
    return replace(snapshot, issued_on=on, **_own_line(snapshot, issued_on=on))


def sealed(snapshot: Issued, *, version: int, verify_url: str, audit_head: str) -> Issued:
    """Return the snapshot with what is only known when it is issued."""
    sealing = _own_line(snapshot, version=str(version))
    if not isinstance(snapshot, FieldManual):
        sealing["audit_head"] = audit_head
    return replace(snapshot, version=str(version), verify_url=verify_url, **sealing)


def _own_line(snapshot: Issued, **known: Any) -> dict[str, Any]:
    """Return the list of its versions with these fields of its own, the last, filled in; nothing where it keeps none."""
    if not isinstance(snapshot, FieldManual | ClosingReport):
        return {}
    *before, own = snapshot.changes
    return {"changes": (*before, replace(own, **known))}


def restored(document: Document) -> Snapshot:
    """Return the frozen snapshot of an issued document. Raises SnapshotError where it is not one."""
    return _CLASSES[document.kind].from_json(json.dumps(document.snapshot))
