"""Who is where: everybody works from the first day on site to the agreed one, and three are away for some days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from engagements.models import Absence
from engagements.services import assignments
from onsite.accounts.models import User
from onsite.accounts.roles import VENDOR_PARTS, Part
from reports.demo.telling import Telling

# A trainer is there for two days of five.
SHARES = {Part.LEAD: 100, Part.ENGINEER: 100, Part.TRAINER: 40}
AWAY = (
    ("he", Absence.Kind.LEAVE, 8, 11),
    ("sun", Absence.Kind.TRAINING, 16, 17),
    ("zheng", Absence.Kind.LEAVE, -3, 1),
)


def assign_seats(telling: Telling) -> None:
    """Assign everybody of the vendor's side; who has two parts is assigned once, with the greater share."""
    shares: dict[str, int] = {}
    for seat in telling.story.seats:
        if seat.part in VENDOR_PARTS:
            shares[seat.person] = max(SHARES[seat.part], shares.get(seat.person, 0))
    for key, percent in shares.items():
        assignments.save_assignment(
            actor=telling.manager,
            engagement=telling.engagement,
            assignment=None,
            user=telling.people[key],
            start_on=telling.days.start,
            finish_on=telling.days.on(telling.story.agreed_days),
            percent=percent,
            is_meant=True,
        )


def note_absences(*, people: Mapping[str, User], today: date) -> None:
    """Write down who is away, counted in days from the Monday of this week."""
    monday = today - timedelta(days=today.weekday())
    for key, kind, first, last in AWAY:
        days = {"start_on": monday + timedelta(days=first), "finish_on": monday + timedelta(days=last)}
        assignments.save_absence(actor=people[key], absence=None, user=people[key], kind=kind, **days)
