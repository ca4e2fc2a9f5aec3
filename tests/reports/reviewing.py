"""A closing report under review, said briefly."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from reports.building.snapshots import build
from reports.models import Document, DocumentKind, Draft, DraftComment


def reviews_of_the_world(engagement: Engagement, lead: User, internal: str) -> dict[str, Any]:
    """Words of a closing report with a remark, and an issued internal appendix: the vendor's alone."""
    draft = Draft.objects.create(
        engagement=engagement, kind=DocumentKind.CLOSING_REPORT, summary=internal, narrative={"objectives": internal},
        edited_by=lead, review_asked_at=timezone.now(), review_asked_by=lead,
    )  # fmt: skip
    remark = DraftComment.objects.create(draft=draft, chapter="objectives", text=internal, author=lead)
    words = Draft(engagement=engagement, kind=DocumentKind.APPENDIX, summary=internal)
    appendix = build(engagement, DocumentKind.APPENDIX, words, "zh-hans")
    document = Document(
        engagement=engagement, kind=DocumentKind.APPENDIX, version=1, language="zh-hans",
        snapshot=json.loads(appendix.to_json()), snapshot_hash=appendix.sha256, pdf_hash=appendix.sha256, issued_by=lead,
        issued_at=timezone.now(),
    )  # fmt: skip
    document.pdf.save("appendix.pdf", ContentFile(b"%PDF-1.7 " + internal.encode()))
    return {"draft_comment": remark.pk, "appendix": document.pk}
