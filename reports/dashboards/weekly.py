"""The page of a week: what its report would say now, which versions of it are issued, and the way to other weeks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engagements.models import Engagement
from onsite.accounts.models import User
from reports.building.snapshots import restored
from reports.building.weekly_report import build_weekly_report
from reports.dashboards.documents import Version, with_states
from reports.documents.codec import SnapshotError
from reports.documents.weekly_report import WeeklyReport
from reports.figures.weekly import Week, week_to_write
from reports.models import Document, DocumentKind, Draft


@dataclass(frozen=True)
class WeekPage:
    """`content` is the report as it would be issued now, in the language of the newest version or else the engagement's;
    `has_changed`: it says something else than that version. `weeks` can be chosen, the newest first."""

    week: Week
    content: WeeklyReport
    versions: list[Version]
    has_changed: bool
    before: Week | None
    after: Week | None
    weeks: list[Week]

    @property
    def language(self) -> str:
        return self.content.language


def current_week(engagement: Engagement) -> Week:
    """Return the week that is to be written about. One query."""
    rows = engagement.stand_ups.unscoped().shared().filter(held_on__lte=engagement.today()).newest_first()
    return week_to_write(engagement.today(), told_on=rows.values_list("held_on", flat=True).first())


def week_page(engagement: Engagement, week: Week, draft: Draft, viewer: User) -> WeekPage:
    """Return the page; the engagement's client and creator must be loaded."""
    rows = engagement.documents.visible_to(viewer).of_kind(DocumentKind.WEEKLY_REPORT).filter(period=week.code)
    issued = list(rows.select_related("issued_by").order_by("-version"))
    content = build_weekly_report(engagement, draft, issued[0].language if issued else engagement.language)
    weeks = weeks_of(engagement)
    return WeekPage(
        week=week,
        content=content,
        versions=with_states(issued),
        has_changed=bool(issued) and _told(content) != _frozen(issued[0]),
        before=week.before if week > weeks[-1] else None,
        after=week.after if week < weeks[0] else None,
        weeks=weeks if week in weeks else [week, *weeks],
    )


def weeks_of(engagement: Engagement) -> list[Week]:
    """Return every week with a published stand-up and the current one, the newest first. One query."""
    days = engagement.stand_ups.unscoped().shared().values_list("held_on", flat=True).order_by()
    today = Week.of(engagement.today())
    return sorted({today, *(week for week in map(Week.of, days) if week <= today)}, reverse=True)


def _frozen(document: Document) -> WeeklyReport | None:
    try:
        frozen = restored(document)
    except SnapshotError:
        return None
    return _told(frozen) if isinstance(frozen, WeeklyReport) else None


def _told(report: WeeklyReport) -> WeeklyReport:
    """Return the report without what changes by itself from day to day, and without what it got when it was issued."""
    return replace(
        report, version="", issued_on=report.first_on, as_of_on=report.first_on, position="", forecast="",
        verify_url="", audit_head="",
    )  # fmt: skip
