"""What a follow-up visit opens on: the objectives to measure again, and what was left open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from engagements import measures
from engagements.measures import Measured
from engagements.models import Engagement, Reading
from onsite.accounts.models import User
from standups.models import Condition, Problem


@dataclass(frozen=True)
class ObjectiveQuestion:
    """An objective with where it stands, and the value it was closed with, where a closing report was issued."""

    measured: Measured
    closing: Reading | None

    @property
    def pk(self) -> int:
        return self.measured.objective.pk

    @property
    def is_counted(self) -> bool:
        """Whether OnSite reads it itself, so that nobody is asked."""
        return bool(self.measured.objective.measure)


@dataclass(frozen=True)
class Questions:
    """Everything to ask; `conditions` are those of acceptance that are not met yet."""

    objectives: list[ObjectiveQuestion]
    problems: list[Problem]
    conditions: list[Condition]


def load_questions(engagement: Engagement, user: User, *, also: Collection[int] = ()) -> Questions:
    """Return what to ask in a visit; `also` are problems (ids) that the page asked after and somebody solved since, so
    that nothing said of them is lost. The same queries for one row as for thirty."""
    closing = {
        reading.objective_id: reading
        for reading in Reading.objects.visible_to(user).filter(objective__engagement=engagement, closes=True)
    }
    rows = measures.measure(engagement, engagement.objectives.visible_to(user))
    shared = engagement.problems.visible_to(user).shared()
    problems = shared.filter(Q(solved_on=None) | Q(pk__in=also))
    conditions = Condition.objects.visible_to(user).in_force().open().filter(round__cell__engagement=engagement)
    return Questions(
        objectives=[ObjectiveQuestion(row, closing.get(row.objective.pk)) for row in rows],
        problems=list(problems.worst_first()),
        conditions=list(conditions),
    )
