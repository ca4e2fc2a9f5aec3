"""The history of a manual's versions: what the author notes, and what the data itself says."""

from __future__ import annotations

import json
from contextlib import suppress

from django.utils.translation import gettext as _

from engagements.models import Engagement
from reports.documents.codec import SnapshotError
from reports.documents.differences import differences
from reports.documents.field_manual import Change, FieldManual
from reports.models import DocumentKind


def changes_of(engagement: Engagement, manual: FieldManual, note: str) -> tuple[Change, ...]:
    """The versions before, and what this one changes; its own number is filled in when it is issued."""
    before = _last_issued(engagement)
    if before is None:
        return (Change(version="", issued_on=manual.issued_on, what=note or _("First version")),)
    found = differences(before, manual)
    what = note or ("" if found else _("Corrections"))
    return (*before.changes, Change(version="", issued_on=manual.issued_on, what=what, found=found))


def _last_issued(engagement: Engagement) -> FieldManual | None:
    """The newest frozen manual; None where there is none, or where its data can't be read any more."""
    issued = engagement.documents.unscoped().of_kind(DocumentKind.FIELD_MANUAL).order_by("-version").first()
    if issued is not None:
        with suppress(SnapshotError):
            return FieldManual.from_json(json.dumps(issued.snapshot))
    return None
