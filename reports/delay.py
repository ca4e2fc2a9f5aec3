"""An engagement's delay ledger, read from its rows: by milestone, as the vendor or as the client may read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.db.models import Q

from engagements.models import BaselineStage, Engagement, PlanSnapshot, Publication, Stage, StageKind
from reports.figures.delay import Blocker, DelayLine, Ledger, Picture, ledger
from reports.models import DelayVoice
from standups.models import Kind, Party, Problem, ProblemWait, Severity

PARTIES = tuple(Party.values)
UNATTRIBUTED = "unattributed"


@dataclass(frozen=True)
class MilestoneDelay:
    """A milestone's ledger; both days are those of its newest picture."""

    stage: Stage
    agreed_on: date
    planned_on: date
    ledger: Ledger

    def line(self, arose_on: date) -> DelayLine | None:
        """Return the line of that day."""
        return next((line for line in self.ledger.lines if line.arose_on == arose_on), None)


@dataclass(frozen=True)
class EngagementDelay:
    """The milestones that were agreed and seen since, in their order. `problems` are the causes that this reader may
    read of, by id: what is not among them is counted, but never named."""

    milestones: tuple[MilestoneDelay, ...]
    problems: Mapping[int, Problem]

    def milestone(self, stage_id: int) -> MilestoneDelay | None:
        """Return this stage's ledger."""
        return next((row for row in self.milestones if row.stage.pk == stage_id), None)

    @property
    def go_live(self) -> MilestoneDelay | None:
        """The milestone whose slip is the engagement's."""
        return next((row for row in self.milestones if row.stage.kind == StageKind.GO_LIVE), None)


def is_published(engagement: Engagement) -> bool:
    """Return whether the client may read the ledger."""
    return engagement.publications.filter(item=Publication.Item.DELAY).exists()


def delay_of(engagement: Engagement, *, for_client: bool) -> EngagementDelay:
    """Return the ledger as one of the two sides reads it. Five queries.

    What the client reads counts no internal problem that waits with them or a third party: nobody is charged with what
    they can't read. One that waits with the vendor counts there too, and is not named.
    """
    blockers = _blockers(engagement, for_client=for_client)
    waits = [wait for wait, _problem in blockers]
    pictures = _pictures(engagement)
    milestones = []
    for stage in engagement.stages.unscoped():
        rows = pictures[stage.pk]
        if stage.kind == StageKind.GO_LIVE and engagement.go_live_on is not None and engagement.is_live():
            rows = _gone_live(rows, engagement.go_live_on)
        if rows:
            found = ledger(rows, waits, engagement.working_calendar.is_working)
            milestones.append(MilestoneDelay(stage, rows[-1].agreed_on, rows[-1].finish_on, found))
    named = {row.pk: row for _wait, row in blockers if not (for_client and row.is_internal)}
    return EngagementDelay(tuple(milestones), named)


def told_of(line: DelayLine) -> dict[str, str]:
    """Return what the line says as it is kept beside somebody's word on it: days by party, "1/2"."""
    told = {party: str(share) for party, share in line.shares.items()}
    return told or {UNATTRIBUTED: str(line.unattributed)}


def mark_of(line: DelayLine) -> str:
    """Return what tells whether a line still says the same."""
    return ",".join(f"{party}={days}" for party, days in sorted(told_of(line).items()))


def share_words(days: Fraction | int) -> str:
    """Return days as they are printed, exactly: 2, 1/2, 1 1/3."""
    whole, rest = divmod(Fraction(days), 1)
    if not rest:
        return str(whole)
    return f"{whole} {rest}" if whole else str(rest)


def voices_of(engagement: Engagement) -> dict[tuple[int, date], list[DelayVoice]]:
    """Return what the client's people said, by milestone and day, the first one first. One query."""
    found: dict[tuple[int, date], list[DelayVoice]] = defaultdict(list)
    rows = DelayVoice.objects.unscoped().filter(engagement=engagement).select_related("said_by")
    for voice in rows.order_by("said_at", "pk"):
        found[voice.stage_id, voice.arose_on].append(voice)
    return found


def _pictures(engagement: Engagement) -> dict[int, list[Picture]]:
    """Return each stage's pictures since something was agreed, the first one first."""
    agreed = BaselineStage.objects.unscoped().filter(baseline__engagement=engagement)
    agreed_on: dict[tuple[int | None, int], date] = {
        (baseline, stage): day for baseline, stage, day in agreed.values_list("baseline_id", "stage_id", "finish_on")
    }
    found: dict[int, list[Picture]] = defaultdict(list)
    taken = PlanSnapshot.objects.unscoped().filter(stage__engagement=engagement).exclude(baseline=None)
    for row in taken.order_by("taken_on"):
        day, agreed_day = row.taken_on, agreed_on[row.baseline_id, row.stage_id]
        picture = Picture(day, row.finish_on, agreed_day, frozenset(row.driving_tasks), row.has_tasks)
        found[row.stage_id].append(picture)
    return found


def _gone_live(pictures: Sequence[Picture], live_on: date) -> list[Picture]:
    """Return the pictures until it went live: it ended there, wherever the plan has its last stage."""
    seen = [picture for picture in pictures if picture.taken_on <= live_on]
    last = [replace(seen[-1], taken_on=live_on, finish_on=live_on)] if seen else []
    return [*(picture for picture in seen if picture.taken_on < live_on), *last]


def _blockers(engagement: Engagement, *, for_client: bool) -> list[tuple[Blocker, Problem]]:
    """Return the turns of everything graver than minor, with its problem. A concern stands in the way of the work only
    where it is said of which."""
    waits = (
        ProblemWait.objects.unscoped().filter(problem__engagement=engagement).exclude(problem__severity=Severity.MINOR)
    )
    if for_client:
        waits = waits.exclude(Q(problem__is_internal=True) & ~Q(party=Party.VENDOR))
    tasks: dict[int, set[int]] = defaultdict(set)
    links = Problem.tasks.through._default_manager.filter(problem__engagement=engagement)
    for problem_id, task_id in links.values_list("problem_id", "task_id"):
        tasks[problem_id].add(task_id)
    return [
        (
            Blocker(row.problem_id, row.party, row.since_on, row.until_on, frozenset(tasks[row.problem_id])),
            row.problem,
        )
        for row in waits.select_related("problem")
        if tasks[row.problem_id] or row.problem.kind != Kind.CONCERN
    ]
