"""Days as people say them: "18 December", "in 5 days"."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

register = template.Library()

# Django's own month-day formats write 09月5日, and carry no year at a turn of the year.
_THIS_YEAR = {"zh": "n月j日", "en": "j F"}
_OTHER_YEAR = {"zh": "Y年n月j日", "en": "j F Y"}


def _as_day(value: date) -> date:
    """Return the day of a moment in the active zone; a day as it is."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.filter
def day(value: date | None) -> str:
    """ "18 December", with the year where it is not this one; a dash for no day."""
    if value is None:
        return "—"
    value = _as_day(value)
    formats = _THIS_YEAR if value.year == timezone.localdate().year else _OTHER_YEAR
    return format_date(value, formats.get((get_language() or "en")[:2], formats["en"]))


@register.filter
def from_today(value: date | None) -> str:
    """How soon or how long ago, in days of the active zone; "" for no day."""
    if value is None:
        return ""
    days = (_as_day(value) - timezone.localdate()).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}


@register.filter
def day_from_today(value: date | None) -> str:
    """Both: "18 December (in 5 days)"; a dash for no day."""
    if value is None:
        return "—"
    return _("%(day)s (%(soon)s)") % {"day": day(value), "soon": from_today(value)}
