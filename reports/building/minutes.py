"""The minutes of a published day, from the one projection that the client's pages show."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from onsite.accounts.models import User
from reports.building.cover import cover_of
from reports.documents.minutes import Minutes, MinutesFact, MinutesLine, MinutesRemark
from standups.models import Severity, StandUp
from standups.shown import ShownDay, ShownLine, shown_day
from standups.talk import Readings, readings_of, remarks_on


def build_minutes(user: User, stand_up: StandUp, language: str) -> Minutes:
    """Return the minutes in this language; the engagement with its client must be loaded. The same for everybody: what
    stays with the vendor is not in it."""
    engagement = stand_up.engagement
    day = shown_day(user=user, stand_up=stand_up, as_client=True)
    with override(language):
        cover = cover_of(engagement, language, stand_up.held_on)
        return Minutes(
            **cover | {"version": _state(day, engagement.zone)},
            day=f"{date_format(day.held_on)} · {date_format(day.held_on, 'l')}",
            facts=_facts(day),
            marks=_marks(day, engagement.zone),
            done=tuple(_line(line) for line in day.done),
            plan=tuple(_line(line) for line in day.plan),
            problems=(*(_problem(line) for line in day.problems), *_answers(day)),
            readings=_readings(readings_of(user, stand_up), engagement.zone),
            remarks=tuple(
                MinutesRemark(name=row.name, when=_when(row.at, engagement.zone), text=row.text)
                for row in remarks_on(user, stand_up)
            ),
        )


def _facts(day: ShownDay) -> tuple[MinutesFact, ...]:
    people = [(_("Vendor"), day.vendor_people), (_("Client"), day.client_people)]
    return (
        MinutesFact(label=_("Length"), text=_length(day)),
        *(MinutesFact(label=side, text=pgettext("between names", ", ").join(names) or "—") for side, names in people),
    )


def _length(day: ShownDay) -> str:
    if day.in_writing:
        return _("in writing, no meeting")
    if day.minutes is None:
        return _("length not noted")
    minutes = ngettext("%(minutes)s minute", "%(minutes)s minutes", day.minutes) % {"minutes": day.minutes}
    over = _("%(minutes)s min over") % {"minutes": day.over_minutes}
    return _("%(length)s, %(over)s") % {"length": minutes, "over": over} if day.over_minutes else minutes


def _marks(day: ShownDay, zone: ZoneInfo) -> tuple[str, ...]:
    """Say what was not written on the day itself."""
    found = []
    if day.is_late and day.published_at:
        found.append(_("Logged later: %(when)s") % {"when": _when(day.published_at, zone)})
    if day.corrected_at:
        found.append(_("Corrected: %(when)s") % {"when": _when(day.corrected_at, zone)})
    return tuple(found)


def _line(line: ShownLine) -> MinutesLine:
    return MinutesLine(text=line.text, is_done=line.is_done)


def _problem(line: ShownLine) -> MinutesLine:
    critical = (_("Critical"),) if line.severity == Severity.CRITICAL else ()
    return MinutesLine(text=line.text, tags=(line.party_label, *critical))


def _answers(day: ShownDay) -> tuple[MinutesLine, ...]:
    return tuple(MinutesLine(text=row.title, tags=(row.label,), note=row.note) for row in day.answers)


def _readings(readings: Readings, zone: ZoneInfo) -> tuple[str, ...]:
    """Who at the client's read it; one who read it before a correction is told apart."""
    words = {True: _("%(name)s, %(when)s"), False: _("%(name)s, %(when)s (before it was corrected)")}
    return tuple(words[row.is_current] % {"name": row.name, "when": _when(row.at, zone)} for row in readings.rows)


def _state(day: ShownDay, zone: ZoneInfo) -> str:
    """The edition: since when it reads as it does."""
    at = day.corrected_at or day.published_at
    return _when(at, zone) if at else ""


def _when(at: datetime, zone: ZoneInfo) -> str:
    return date_format(at.astimezone(zone), "SHORT_DATETIME_FORMAT")
