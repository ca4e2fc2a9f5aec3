"""The main screens: who opens each, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from engagements.models import Engagement
from engagements.models.engagement import Phase


@dataclass(frozen=True)
class Screen:
    """A page under the name of its pictures; `who` is a walker of tests/crawl/people.py, nobody for the gallery. Of a
    document the first pages are pictured."""

    name: str
    who: str
    find: Callable[[], str]
    is_document: bool = False


def _of(route: str, phase: str = Phase.EXECUTION) -> Callable[[], str]:
    """Return how to find the page of the demo's first engagement in this phase."""
    return lambda: reverse(route, args=[_engagement(phase).pk])


def _engagement(phase: str) -> Engagement:
    return Engagement.objects.unscoped().filter(phase=phase).order_by("pk")[0]


def _closing_report() -> str:
    """Return the address of the newest closing report of the engagement that is being reviewed."""
    reports = _engagement(Phase.REVIEW).documents.unscoped().filter(kind="closing_report")
    report = reports.order_by("-pk")[0]
    return reverse("reports:document_pdf", args=[report.engagement_id, report.pk])


SCREENS = (
    Screen("today", "lead", lambda: reverse("reports:today")),
    Screen("standup", "lead", _of("standups:today")),
    Screen("dashboard", "client-pm-1", _of("reports:dashboard")),
    Screen("portfolio", "manager", lambda: reverse("reports:portfolio")),
    Screen("engagement", "lead", _of("engagements:detail")),
    Screen("plan", "lead", _of("engagements:plan")),
    Screen("review", "manager", _of("reports:review", Phase.REVIEW)),
    Screen("closing-report", "manager", _closing_report, is_document=True),
    Screen("inbox", "lead", lambda: reverse("notifications:inbox")),
    Screen("settings", "lead", lambda: reverse("accounts:settings")),
    # The demo's site map has no such route.
    Screen("gallery", "", lambda: "/gallery/"),
)
