"""What of data and acceptance is to be done today: rounds to bring to an end, conditions to meet, differences to explain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from reports.dashboards.going_live import TestRound, open_conditions, open_rounds
from standups.data.state import RoundState, states_of
from standups.models import Condition, DataObject

MOST_ROWS = 8
SOON_DAYS = 7


@dataclass(frozen=True)
class Proving:
    """Each list holds the first few, its count all. `conditions` are the viewer's own that are due within a week or
    overdue; a lead also sees those that nobody with an account cares for."""

    rounds: list[TestRound]
    round_count: int
    conditions: list[Condition]
    condition_count: int
    data: list[RoundState]
    data_count: int

    def __bool__(self) -> bool:
        return bool(self.rounds or self.conditions or self.data)

    @property
    def wide(self) -> str:
        """The name of the list whose card takes the whole width, "" where all stand in pairs."""
        names = [name for name in ("conditions", "rounds", "data") if getattr(self, name)]
        return names[0] if len(names) % 2 else ""


def load_proving(user: User, engagements: dict[int, Engagement]) -> Proving:
    """Return what is to be proved in these running engagements; a fixed number of queries."""
    rounds, conditions, data = (
        open_rounds(user, engagements.values()),
        _own_conditions(user, engagements),
        _differing(user, engagements),
    )
    return Proving(
        rounds[:MOST_ROWS], len(rounds), conditions[:MOST_ROWS], len(conditions), data[:MOST_ROWS], len(data)
    )


def _own_conditions(user: User, engagements: dict[int, Engagement]) -> list[Condition]:
    led = {pk for pk, engagement in engagements.items() if Part.LEAD in engagement.parts_of(user)}

    def is_own(row: Condition) -> bool:
        return row.owner_id == user.pk or (row.owner_id is None and row.round.cell.engagement_id in led)

    def is_near(row: Condition) -> bool:
        return row.due_on <= row.round.cell.engagement.today() + timedelta(days=SOON_DAYS)

    return [row for row in open_conditions(user, engagements.values()) if is_own(row) and is_near(row)]


def _differing(user: User, engagements: dict[int, Engagement]) -> list[RoundState]:
    """The newest rounds of data with a difference, or a wrong sample, that nobody explained."""
    objects = DataObject.objects.visible_to(user).filter(engagement__in=engagements)
    found = []
    for state in states_of(objects):
        if state.newest is not None and (state.newest.unexplained or state.newest.is_sample_open):
            state.data_object.engagement = engagements[state.data_object.engagement_id]
            found.append(state.newest)
    return found
