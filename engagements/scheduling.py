"""When tasks begin and end: finish to start with lag, in a site's working days. Pure: no database, no clock.

Everything is counted in working-day indices (0 = the first working day from the floor on), so that a step is an addition;
dates are looked up once at the end. The method is the critical path method (Kelley and Walker, 1959): one pass forward for
the earliest days, one pass back for the total float.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from onsite.core.calendar import WorkingCalendar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Activity(Generic[Key]):
    """A task of `days` working days, or a milestone (0 days).

    `waits_for` holds (key, lag): it begins `lag` working days (negative: earlier) after the day that follows the other's
    finish. It begins no earlier than `not_before`. `fixed_on` is kept whatever it contradicts.
    """

    key: Key
    days: int
    not_before: date | None = None
    fixed_on: date | None = None
    waits_for: tuple[tuple[Key, int], ...] = ()


class Scheduled(NamedTuple):
    """Where an activity falls, both days included; `float_days` is by how many working days it may slip before the end
    of the plan does, and it is critical where that is none."""

    start_on: date
    finish_on: date
    float_days: int

    @property
    def is_critical(self) -> bool:
        return self.float_days == 0


class Conflict(NamedTuple, Generic[Key]):
    """`key` is fixed on a day that `after`, which ends on `after_finish_on`, does not leave it; `possible_on` would."""

    key: Key
    after: Key
    fixed_on: date
    after_finish_on: date
    possible_on: date


class Schedule(NamedTuple, Generic[Key]):
    """The days of every activity by its key, and the fixed days that contradict what they wait for."""

    found: Mapping[Key, Scheduled]
    conflicts: tuple[Conflict[Key], ...]


class CycleError(ValueError, Generic[Key]):
    """Activities that wait for each other; `cycle` names them in the order of the work, the first one again at the end."""

    def __init__(self, cycle: tuple[Key, ...]) -> None:
        super().__init__(" → ".join(map(str, cycle)))
        self.cycle = cycle


def schedule(activities: Sequence[Activity[Key]], calendar: WorkingCalendar, floor_on: date) -> Schedule[Key]:
    """Return the earliest days at which everything fits, none before `floor_on` unless it is fixed there.

    A milestone falls on the finish day of the last thing it waits for (or on its own day), at the end of that day: what
    waits for it begins on the next. A day off counts as the working day after it. The float of something that only fixed
    activities wait for runs to the end of the plan: they don't move, a conflict tells instead.
    Raises CycleError, CalendarRangeError, and KeyError where an activity waits for one that is not there. Linear.
    """
    return _Pass(activities, calendar, floor_on).schedule()


class _Pass(Generic[Key]):
    def __init__(self, activities: Sequence[Activity[Key]], calendar: WorkingCalendar, floor_on: date) -> None:
        self.calendar, self.origin = calendar, calendar.next_working(floor_on)
        self.order = in_order(activities)
        self.start: dict[Key, int] = {}
        self.finish: dict[Key, int] = {}

    def schedule(self) -> Schedule[Key]:
        conflicts = [conflict for activity in self.order for conflict in self.place(activity)]
        floats = self.floats()
        days = {index: self.day(index) for index in {*self.start.values(), *self.finish.values()}}
        found = {key: Scheduled(days[self.start[key]], days[self.finish[key]], floats[key]) for key in self.start}
        return Schedule(found, tuple(conflicts))

    def place(self, activity: Activity[Key]) -> list[Conflict[Key]]:
        """Set the activity's days; return what its fixed day contradicts."""
        key, step = activity.key, int(activity.days > 0)
        ready = {after: self.finish[after] + step + lag for after, lag in activity.waits_for}
        conflicts = []
        if activity.fixed_on is not None:
            begin = self.index(activity.fixed_on)
            conflicts = [
                Conflict(key, after, self.day(begin), self.day(self.finish[after]), self.day(at))
                for after, at in ready.items()
                if at > begin
            ]
        else:
            held = 0 if activity.not_before is None else self.index(activity.not_before)
            begin = max(0, held, *ready.values())
        self.start[key], self.finish[key] = begin, begin + max(activity.days - 1, 0)
        return conflicts

    def floats(self) -> dict[Key, int]:
        """Go back from the end of the plan: how late may each finish without moving it."""
        end = max(self.finish.values(), default=0)
        latest = dict.fromkeys(self.finish, end)
        for activity in reversed(self.order):
            if activity.fixed_on is not None:
                continue
            latest_start = latest[activity.key] - max(activity.days - 1, 0)
            step = int(activity.days > 0)
            for after, lag in activity.waits_for:
                latest[after] = min(latest[after], latest_start - step - lag)
        return {key: latest[key] - finish for key, finish in self.finish.items()}

    def index(self, day: date) -> int:
        return self.calendar.working_days_between(self.origin, self.calendar.next_working(day))

    def day(self, index: int) -> date:
        return self.calendar.shift(self.origin, index)


def in_order(activities: Sequence[Activity[Key]]) -> list[Activity[Key]]:
    """Return the activities so that each comes after all it waits for. Raises CycleError and KeyError; linear."""
    by_key = {activity.key: activity for activity in activities}
    waiting = {activity.key: len(activity.waits_for) for activity in activities}
    followers: dict[Key, list[Key]] = {activity.key: [] for activity in activities}
    for activity in activities:
        for after, _lag in activity.waits_for:
            followers[after].append(activity.key)
    ready = deque(key for key, count in waiting.items() if count == 0)
    order = []
    while ready:
        key = ready.popleft()
        order.append(by_key[key])
        for follower in followers[key]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    if len(order) < len(by_key):
        raise CycleError(_cycle(by_key, {key for key, count in waiting.items() if count}))
    return order


def _cycle(by_key: Mapping[Key, Activity[Key]], stuck: set[Key]) -> tuple[Key, ...]:
    """Walk back from one that never got ready: each such waits for another one, so the walk meets itself."""
    key = next(key for key in by_key if key in stuck)
    seen: dict[Key, int] = {}
    walk: list[Key] = []
    while key not in seen:
        seen[key] = len(walk)
        walk.append(key)
        key = next(after for after, _lag in by_key[key].waits_for if after in stuck)
    return tuple(reversed([*walk[seen[key] :], key]))


class Span(NamedTuple):
    """The days of a stage or a task, both included."""

    start_on: date
    finish_on: date


def follow(was: Span, now: Span, later: Span, calendar: WorkingCalendar) -> Span:
    """Return where a stage goes when the one before it moves from `was` to `now`.

    A stage that began after it begins on the next working day where they would overlap now; room between them is used
    up first. One that overlapped it moves back by as many working days as its finish did. Never earlier, never before
    the start of the stage before it, and with as many working days as it had.
    """
    start_on = later.start_on
    if later.start_on > was.finish_on:
        if later.start_on <= now.finish_on:
            start_on = calendar.shift(now.finish_on, 1)
    elif (late := calendar.working_days_between(was.finish_on, now.finish_on)) > 0:
        start_on = calendar.shift(later.start_on, late)
    if start_on < now.start_on:
        start_on = calendar.next_working(now.start_on)
    if start_on == later.start_on:
        return later
    days = max(1, calendar.day_number(later.start_on, later.finish_on))
    return Span(start_on, calendar.finish_on(start_on, days))
