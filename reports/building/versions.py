"""The history of a document's versions: what the author notes, and what the data itself says."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from django.utils.translation import gettext as _

from engagements.models import Engagement
from reports.documents.closing_report import ClosingReport
from reports.documents.codec import SnapshotError
from reports.documents.field_manual import FieldManual
from reports.documents.parts import Change
from reports.models import DocumentKind

Told = TypeVar("Told", FieldManual, ClosingReport)


def changes_of(
    engagement: Engagement, document: Told, note: str, differences: Callable[[Told, Told], tuple[str, ...]]
) -> tuple[Change, ...]:
    """The versions before, and what this one changes; its own number is filled in when it is issued. One query."""
    before = _last_issued(engagement, type(document))
    if before is None:
        return (Change(version="", issued_on=document.issued_on, what=note or _("First version")),)
    found = differences(before, document)
    what = note or ("" if found else _("Corrections"))
    # A report of an earlier release kept no list of its versions.
    history: tuple[Change, ...] = before.changes or (
        Change(version=before.version, issued_on=before.issued_on, what=""),
    )
    return (*history, Change(version="", issued_on=document.issued_on, what=what, found=found))


def _last_issued(engagement: Engagement, wanted: type[Told]) -> Told | None:
    """The newest frozen one; None where there is none, or where its data can't be read any more."""
    issued = engagement.documents.unscoped().of_kind(DocumentKind(wanted.kind)).order_by("-version").first()
    if issued is not None:
        with suppress(SnapshotError):
            return wanted.from_json(json.dumps(issued.snapshot))
    return None
