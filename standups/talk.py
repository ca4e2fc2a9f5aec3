"""What was said to a published day, as a person sees it: on its page, on the client's dashboard, in the minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from onsite.accounts.models import User
from standups.models import StandUp


@dataclass(frozen=True, slots=True)
class Reading:
    """Who at the client's read the day, and when; `is_current`: as it stands, not as it stood before a correction."""

    name: str
    at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark, and of which side."""

    name: str
    at: datetime
    text: str
    is_from_client: bool


@dataclass(frozen=True, slots=True)
class Readings:
    """All who read one day; `has_read` is the viewer's own reading of it as it stands."""

    rows: tuple[Reading, ...]
    has_read: bool


def readings_of(user: User, stand_up: StandUp) -> Readings:
    """Return who read the day, the first one first. One query."""
    rows = list(stand_up.acknowledgements.visible_to(user).select_related("user"))
    since = stand_up.corrected_at
    return Readings(
        rows=tuple(Reading(row.user.name, row.at, row.holds_since(since)) for row in rows),
        has_read=any(row.user_id == user.pk and row.holds_since(since) for row in rows),
    )


def remarks_on(user: User, stand_up: StandUp) -> list[Remark]:
    """Return what both sides said to the day, in the order it was said. One query."""
    rows = stand_up.comments.visible_to(user).select_related("author")
    return [Remark(row.author.name, row.at, row.text, row.author.is_client) for row in rows]
