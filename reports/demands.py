"""Which documents must be issued before the next phase."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from engagements import gates
from engagements.models import Engagement, Phase
from onsite.core.errors import Obstacle
from reports.models import DocumentKind

NO_MANUAL = "field_manual.missing"
NO_REPORT = "closing_report.missing"


def field_manual_issued(engagement: Engagement) -> Sequence[Obstacle]:
    """The field manual is frozen and numbered: that is what binds; its printing follows within seconds."""
    if engagement.documents.of_kind(DocumentKind.FIELD_MANUAL).exists():
        return []
    url = reverse("reports:draft", args=[engagement.pk, DocumentKind.FIELD_MANUAL])
    return [Obstacle(NO_MANUAL, _("The field manual is not issued yet."), url)]


def closing_report_issued(engagement: Engagement) -> Sequence[Obstacle]:
    """The closing report was issued as PDF."""
    if engagement.documents.of_kind(DocumentKind.CLOSING_REPORT).exclude(pdf="").exists():
        return []
    url = reverse("reports:draft", args=[engagement.pk, DocumentKind.CLOSING_REPORT])
    return [Obstacle(NO_REPORT, _("The closing report is not issued yet."), url)]


def register_all() -> None:
    """Called once when the apps are ready."""
    gates.register(Phase.EXECUTION, field_manual_issued)
    gates.register(Phase.CLOSED, closing_report_issued)
