"""Plans to start from: what each core task usually needs, and what the company kept from an engagement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from engagements.models import CoreTask, Engagement, StageKind, Task
from engagements.models.plan import WINDOWS
from engagements.predecessors import Link
from onsite.core.calendar import lay_out

# (name, whose work, days). Each waits for the one before, the first of a stage for the milestone of the stage before, so
# that the days of a stage add up to the fewest of its window; "+" marks the work that takes what the window still gives,
# "=" what is done beside the work before it.
_Line = tuple[str, str, int] | tuple[str, str, int, str]
_V, _C = Task.Side.VENDOR.value, Task.Side.CLIENT.value

_TRAINING: tuple[_Line, ...] = (
    (gettext_noop("Prepare handouts and exercises"), _V, 1),
    (gettext_noop("Train administrators"), _V, 1),
    (gettext_noop("Book rooms and training accounts"), _C, 1, "="),
    (gettext_noop("Train key users by role"), _V, 2, "+"),
    (gettext_noop("Practise with own cases and take the test"), _C, 1),
    (gettext_noop("Users work on their own"), _C, 0),
)
_USUAL: Mapping[str, Mapping[StageKind, tuple[_Line, ...]]] = {
    CoreTask.GO_LIVE: {
        StageKind.ENVIRONMENT: (
            (gettext_noop("Provide servers, network and accounts"), _C, 1),
            (gettext_noop("Install and configure the system"), _V, 1, "+"),
            (gettext_noop("Get the workplaces ready"), _C, 1, "="),
            (gettext_noop("Check access rights and interfaces"), _V, 1),
            (gettext_noop("Environment accepted"), _C, 0),
        ),
        StageKind.MIGRATION: (
            (gettext_noop("Agree on field mapping and cleaning rules"), _C, 1),
            (gettext_noop("Trial migration"), _V, 2, "+"),
            (gettext_noop("Clean the source data"), _C, 2, "="),
            (gettext_noop("Compare the trial with the source"), _C, 1),
            (gettext_noop("Full migration"), _V, 1),
            (gettext_noop("Data accepted"), _C, 0),
        ),
        StageKind.TESTING: (
            (gettext_noop("Write test cases from the business processes"), _V, 1),
            (gettext_noop("Function and interface test"), _V, 3, "+"),
            (gettext_noop("Prepare test data and name the testers"), _C, 2, "="),
            (gettext_noop("User acceptance test"), _C, 2),
            (gettext_noop("Mend defects and test again"), _V, 1),
            (gettext_noop("Acceptance test passed"), _C, 0),
        ),
        StageKind.TRAINING: _TRAINING,
        StageKind.GO_LIVE: (
            (gettext_noop("Rehearse the cut-over and the way back"), _V, 1),
            (gettext_noop("Cut over"), _V, 1),
            (gettext_noop("Support at the workplace"), _V, 1, "+"),
            (gettext_noop("Report problems of the first days"), _C, 1, "="),
            (gettext_noop("Go-live confirmed"), _C, 0),
        ),
    },
    CoreTask.IMPROVE: {
        StageKind.ENVIRONMENT: (
            (gettext_noop("Open accounts and a test environment"), _C, 1),
            (gettext_noop("Measure the process as it runs today"), _V, 1, "+"),
            (gettext_noop("Agree on the new process and its figures"), _C, 1),
            (gettext_noop("New process approved"), _C, 0),
        ),
        StageKind.MIGRATION: (
            (gettext_noop("Clean master data that the process needs"), _C, 2),
            (gettext_noop("Configure forms, rights and rules"), _V, 2, "+"),
            (gettext_noop("Take over running cases"), _V, 1),
            (gettext_noop("Configuration accepted"), _C, 0),
        ),
        StageKind.TESTING: (
            (gettext_noop("Walk through the process with key users"), _V, 2),
            (gettext_noop("Trial run in one team"), _C, 3, "+"),
            (gettext_noop("Note questions and answer them daily"), _V, 2, "="),
            (gettext_noop("Adjust what the trial run showed"), _V, 2),
            (gettext_noop("Trial run passed"), _C, 0),
        ),
        StageKind.TRAINING: _TRAINING,
        StageKind.GO_LIVE: (
            (gettext_noop("Switch all teams to the new process"), _C, 1),
            (gettext_noop("Support at the workplace"), _V, 1, "+"),
            (gettext_noop("Measure the process again"), _V, 1),
            (gettext_noop("Improvement confirmed"), _C, 0),
        ),
    },
    CoreTask.FIX: {
        StageKind.ENVIRONMENT: (
            (gettext_noop("Provide logs, accounts and a copy of the system"), _C, 1),
            (gettext_noop("Reproduce the faults"), _V, 1, "+"),
            (gettext_noop("Agree on the order of repair"), _C, 1),
            (gettext_noop("Fault list confirmed"), _C, 0),
        ),
        StageKind.MIGRATION: (
            (gettext_noop("Find the causes"), _V, 2, "+"),
            (gettext_noop("List the data that went wrong"), _C, 1, "="),
            (gettext_noop("Repair wrong data"), _V, 2),
            (gettext_noop("Check the repaired data"), _C, 1),
            (gettext_noop("Data accepted"), _C, 0),
        ),
        StageKind.TESTING: (
            (gettext_noop("Repair the module"), _V, 3, "+"),
            (gettext_noop("Test each fault again"), _V, 2),
            (gettext_noop("User acceptance test"), _C, 2),
            (gettext_noop("Acceptance test passed"), _C, 0),
        ),
        StageKind.TRAINING: _TRAINING,
        StageKind.GO_LIVE: (
            (gettext_noop("Release the repaired module"), _V, 1),
            (gettext_noop("Watch it run in daily work"), _V, 1, "+"),
            (gettext_noop("Hand over to the client's support"), _V, 1),
            (gettext_noop("Repair confirmed"), _C, 0),
        ),
    },
}


@dataclass(frozen=True)
class TemplateTask:
    """One task of a template; `stage` is a StageKind, `waits_for` holds links to numbers of the same template."""

    number: int
    stage: str
    name: str
    days: int
    side: str
    waits_for: tuple[Link, ...] = ()


def usual_tasks(engagement: Engagement) -> list[TemplateTask]:
    """Return what the engagement's core task usually needs, in the active language, stretched within the article's
    windows so that the plan ends by the agreed day where it can."""
    windows = [(WINDOWS[kind].least_days, WINDOWS[kind].most_days) for kind in StageKind]
    calendar, agreed_on = engagement.working_calendar, engagement.agreed_go_live_on
    spans = lay_out(engagement.start_on, windows, calendar, agreed_on=agreed_on)
    lines = _USUAL[engagement.core_task]
    found: list[TemplateTask] = []
    ends: tuple[int, ...] = ()
    for kind, span in zip(StageKind, spans, strict=True):
        spare = span.days - sum(line[2] for line in lines[kind] if line[3:] != ("=",))
        starts: tuple[int, ...] = ()
        for name, side, days, *mark in lines[kind]:
            number = len(found) + 1
            starts, ends = (starts, (*ends, number)) if mark == ["="] else (ends, (number,))
            waits_for = tuple(Link(after) for after in starts)
            found.append(TemplateTask(number, kind.value, _(name), days + spare * (mark == ["+"]), side, waits_for))
    return found


def kept_tasks(content: Mapping[str, Any]) -> list[TemplateTask]:
    """Read what `content_of` wrote."""
    return [
        replace(TemplateTask(**row), waits_for=tuple(Link(*link) for link in row["waits_for"]))
        for row in content["tasks"]
    ]


def content_of(tasks: Iterable[Task], links: Mapping[int, Iterable[Link]]) -> dict[str, Any]:
    """Write a plan as JSON: days, order, whose work, what waits for what; no dates and nobody's name.

    The tasks come with their stages; `links` holds by each task's id what it waits for.
    """
    rows = (
        TemplateTask(row.number, row.stage.kind, row.name, row.days, row.side, tuple(links[row.pk])) for row in tasks
    )
    return {"tasks": [asdict(row) for row in rows]}
