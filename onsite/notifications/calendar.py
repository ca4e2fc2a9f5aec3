"""Entries for people's calendars (RFC 5545, 5546): what moves keeps its UID and gets a higher SEQUENCE."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parseaddr
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress, vText

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


class Party(NamedTuple):
    """Somebody in a calendar's entry."""

    name: str
    email: str


def sender() -> Party:
    """Return who our mails come from: the organiser that calendars accept such mails for."""
    return Party(*parseaddr(settings.DEFAULT_FROM_EMAIL))


def invitation(
    *,
    uid: str,
    revision: int,
    summary: str,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    description: str,
    url: str = "",
    organiser: Party | None = None,
    attendee: Party | None = None,
    cancelled: bool = False,
) -> bytes:
    """Return one event as iCalendar: a request to `attendee`, its cancellation, or without one a file to take along.

    The moments are written in UTC, so that no reader's clock can take them for another hour. Texts are escaped, and
    line breaks in names become blanks. Whoever takes an entry back raises its `revision` first, so that its number is
    higher than that of the request, and that of whoever is asked again by this same revision is higher still.
    """
    event = Event()
    event.add("uid", uid)
    event.add("sequence", 2 * revision - cancelled)
    event.add("dtstamp", timezone.now().astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    event.add("summary", _line(summary))
    event.add("location", _line(place))
    event.add("description", description)
    if url:
        event.add("url", url)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if organiser is not None:
        event.add("organizer", _address(organiser), encode=False)
    if attendee is not None:
        address = _address(attendee)
        address.params["RSVP"] = vText("FALSE")
        event.add("attendee", address, encode=False)
    return _wrapped(event, method_of(attendee, cancelled=cancelled))


def method_of(attendee: Party | None, *, cancelled: bool) -> str:
    """Return what the receiving calendar is to do with the entry."""
    if attendee is None:
        return PUBLISH
    return CANCEL if cancelled else REQUEST


def _wrapped(event: Event, method: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//OnSite//OnSite//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _address(party: Party) -> vCalAddress:
    address = vCalAddress(f"mailto:{_line(party.email)}")
    # A quotation mark can't stand in a parameter, however it is escaped.
    address.params["CN"] = vText(_line(party.name).replace('"', "'"))
    return address


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
