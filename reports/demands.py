"""What the review demands before an engagement may be closed."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from engagements import gates
from engagements.models import Engagement, Phase
from onsite.core.errors import Obstacle
from reports.models import DocumentKind


def closing_report_issued(engagement: Engagement) -> Sequence[Obstacle]:
    """The closing report was issued as PDF."""
    if engagement.documents.of_kind(DocumentKind.CLOSING_REPORT).exclude(pdf="").exists():
        return []
    url = reverse("reports:draft", args=[engagement.pk, DocumentKind.CLOSING_REPORT])
    return [Obstacle("closing_report.missing", _("The closing report is not issued yet."), url)]


def register_all() -> None:
    """Called once when the apps are ready."""
    gates.register(Phase.CLOSED, closing_report_issued)
