"""The Excel file of the portfolio: the same rows and columns as the page, in the reader's language. Vendor only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from onsite.core.spreadsheet import Sheet
from onsite.core.wording import enumerated
from reports.dashboards.judging import Row

MOST_ENGAGEMENTS = 2000


def sheet(rows: Sequence[Row]) -> Sheet:
    """Return the sheet, in the order of the rows."""
    columns = list(_columns(rows))
    return Sheet(
        _("Portfolio"),
        tuple(title for title, _width, _values in columns),
        zip(*(values for _title, _width, values in columns), strict=True),
        widths=tuple(width for _title, width, _values in columns),
    )


def _columns(rows: Sequence[Row]) -> Iterator[tuple[str, int, list[object]]]:
    """Yield title, width in characters and values."""
    engagements = [row.engagement for row in rows]
    yield _("Client"), 14, [engagement.client.short_name for engagement in engagements]
    yield _("Engagement"), 30, [engagement.name for engagement in engagements]
    yield _("Phase"), 14, [row.phase_words for row in rows]
    yield _("Health"), 10, [row.health.word for row in rows]
    yield _("Reasons"), 40, [enumerated(reason.text for reason in row.reasons) or None for row in rows]
    yield (
        _("Waits for a signature"),
        30,
        [enumerated(waiting.text.title for waiting in row.waiting) or None for row in rows],
    )
    yield _("Agreed day"), 12, [row.state.agreed_on for row in rows]
    yield _("Planned day"), 12, [row.state.planned_on for row in rows]
    yield _("Slip in working days"), 10, [row.state.slip for row in rows]
    yield _("Days without a stand-up"), 12, [row.days_without_stand_up for row in rows]
    yield _("Critical problems"), 10, [row.signs.critical for row in rows]
    yield _("Satisfaction"), 12, [row.satisfaction.value if row.satisfaction else None for row in rows]
    yield _("Next follow-up visit"), 12, [row.visit.day() if row.visit else None for row in rows]
    yield _("Lead"), 14, [row.lead.name if row.lead else None for row in rows]
