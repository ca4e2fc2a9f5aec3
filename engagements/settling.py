"""The plan's rows in memory: loaded at once, settled by one rule, written back where they changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import Dependency, Engagement, Stage, Task
from engagements.scheduling import Activity, Conflict, CycleError, Schedule, Span, follow, schedule
from onsite.core.errors import DomainError

_STAGE_FIELDS = ("start_on", "finish_on", "percent", "note")
_TASK_FIELDS = ("start_on", "finish_on", "not_before_on", "days")


@dataclass
class PlanRows:
    """Stages, tasks and dependencies of one engagement, to be changed and then settled.

    The rule. Tasks fall where `scheduling.schedule` puts them. A stage with tasks spans them and is done as far as they
    are, weighted by their days; a stage without tasks keeps the days it was given. A task that waits for nothing is held
    by its own day (`not_before_on`; where none was given, the day it has). When a stage moves, what comes right after it
    follows (`scheduling.follow`): a stage without tasks as a whole; in a stage with tasks each task that waits for
    nothing follows by itself, and what waits for it comes along. A fixed day never follows: a conflict tells instead.
    """

    engagement: Engagement
    stages: list[Stage]
    tasks: list[Task]
    waits_for: dict[int, tuple[tuple[int, int], ...]]

    def __post_init__(self) -> None:
        self.was = {stage.pk: Span(stage.start_on, stage.finish_on) for stage in self.stages}
        self._known = {id(row): _values(row) for row in self.rows}

    @classmethod
    def load(cls, engagement: Engagement) -> PlanRows:
        """Read everything in three queries; the caller holds the engagement's lock."""
        waits_for: dict[int, tuple[tuple[int, int], ...]] = {}
        links = Dependency.objects.unscoped().filter(task__engagement_id=engagement.pk).order_by("pk")
        for task_id, after_id, lag in links.values_list("task_id", "after_id", "lag_days"):
            waits_for[task_id] = (*waits_for.get(task_id, ()), (after_id, lag))
        stages = list(engagement.stages.unscoped().order_by("position"))
        positions = {stage.pk: stage.position for stage in stages}
        tasks = list(engagement.tasks.unscoped().order_by("position", "pk"))
        return cls(engagement, stages, sorted(tasks, key=lambda task: positions[task.stage_id]), waits_for)

    def stage(self, pk: int) -> Stage:
        """Return the row of this stage. Raises KeyError."""
        return {stage.pk: stage for stage in self.stages}[pk]

    @property
    def rows(self) -> list[Stage | Task]:
        """Return stages and tasks alike."""
        return [*self.stages, *self.tasks]

    def tasks_of(self, stage: Stage) -> list[Task]:
        return [task for task in self.tasks if task.stage_id == stage.pk]

    def scheduled(self) -> Schedule[int]:
        """Return where the tasks fall as they stand. Raises DomainError that names a cycle."""
        activities = [
            Activity(task.pk, task.days, task.not_before_on, task.fixed_on, self.waits_for.get(task.pk, ()))
            for task in self.tasks
        ]
        try:
            return schedule(activities, self.engagement.working_calendar, self.engagement.start_on)
        except CycleError as error:
            raise DomainError(self._cycle_words(error.cycle), field="predecessors") from error

    def settle(self) -> None:
        """Bring all rows in line with the rule above, from the days the stages had when they were loaded."""
        for task in self.tasks:
            if self._is_root(task) and task.fixed_on is None and task.not_before_on is None:
                task.not_before_on = task.start_on
        self._place_tasks()
        for before, stage in zip(self.stages, self.stages[1:], strict=False):
            was, now = self.was[before.pk], Span(before.start_on, before.finish_on)
            if was != now:
                self._follow(was, now, stage)

    def changed(self) -> list[Stage | Task]:
        """Return the rows that are no longer as they were loaded."""
        return [row for row in self.rows if self._known.get(id(row)) != _values(row)]

    def save(self) -> list[Stage | Task]:
        """Write what changed, in at most two statements, and return it."""
        rows = self.changed()
        if stages := [row for row in rows if isinstance(row, Stage)]:
            Stage.objects.bulk_update(stages, _STAGE_FIELDS)
        if tasks := [row for row in rows if isinstance(row, Task)]:
            Task.objects.bulk_update(tasks, _TASK_FIELDS)
        return rows

    def grow(self, stage: Stage, days: int) -> None:
        """Make a stage `days` working days longer; with tasks, its last piece of work that is not done grows.

        Raises DomainError where all its tasks are done or only milestones are left.
        """
        if not (tasks := self.tasks_of(stage)):
            stage.finish_on = self.engagement.working_calendar.shift(stage.finish_on, days)
            return
        open_tasks = [task for task in tasks if task.days and task.percent < 100]
        if not open_tasks:
            raise DomainError(
                _("All tasks of “%(stage)s” are done: no work is left there that could grow.") % {"stage": stage}
            )
        max(open_tasks, key=attrgetter("finish_on")).days += days

    def _is_root(self, task: Task) -> bool:
        return not self.waits_for.get(task.pk)

    def _place_tasks(self) -> None:
        if not self.tasks:
            return
        found = self.scheduled().found
        for task in self.tasks:
            task.start_on, task.finish_on = found[task.pk].start_on, found[task.pk].finish_on
        for stage in self.stages:
            if tasks := self.tasks_of(stage):
                stage.start_on = min(task.start_on for task in tasks)
                stage.finish_on = max(task.finish_on for task in tasks)
                stage.percent = percent_of(tasks)

    def _follow(self, was: Span, now: Span, stage: Stage) -> None:
        calendar = self.engagement.working_calendar
        if not (tasks := self.tasks_of(stage)):
            stage.start_on, stage.finish_on = follow(was, now, Span(stage.start_on, stage.finish_on), calendar)
            return
        for task in tasks:
            if self._is_root(task) and task.fixed_on is None:
                span = Span(task.start_on, task.finish_on)
                if (new := follow(was, now, span, calendar)) != span:
                    task.not_before_on = new.start_on
        self._place_tasks()

    def _cycle_words(self, cycle: tuple[int, ...]) -> str:
        names = {task.pk: task.name for task in self.tasks}
        return _("These tasks would wait for each other: %(cycle)s.") % {
            "cycle": " → ".join(names[key] for key in cycle)
        }


def percent_of(tasks: Iterable[Task]) -> int:
    """Return how much of the tasks is done, each weighted by its days (milestones alone: equally), rounded down, so that
    100 means that nothing is left."""
    rows = list(tasks)
    if all(task.percent == 100 for task in rows):
        return 100
    weights = [task.days for task in rows] if any(task.days for task in rows) else [1] * len(rows)
    done = sum(task.percent * weight for task, weight in zip(rows, weights, strict=True))
    return min(99, int(Fraction(done, sum(weights))))


def conflict_words(conflict: Conflict[int], names: dict[int, str]) -> str:
    """Say which fixed day contradicts what, in one sentence."""
    words = {
        "task": names[conflict.key],
        "day": date_format(conflict.fixed_on),
        "before": names[conflict.after],
        "ends": date_format(conflict.after_finish_on),
        "possible": date_format(conflict.possible_on),
    }
    return (
        _("“%(task)s” is fixed on %(day)s, but “%(before)s” before it ends on %(ends)s: it fits from %(possible)s on.")
        % words
    )


def _values(row: Stage | Task) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in (_STAGE_FIELDS if isinstance(row, Stage) else _TASK_FIELDS))
