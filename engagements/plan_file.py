"""The Excel file of a plan: its columns and its rows. An engineer fills it in on a train."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from engagements.models import StageKind, Task
from engagements.predecessors import Link, write_predecessors
from engagements.services.tasks import version_of
from onsite.core.spreadsheet import Sheet

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

PLAN = gettext_lazy("Plan")
NUMBER = pgettext_lazy("task", "Number")
STAGE = gettext_lazy("Stage")
NAME = gettext_lazy("Task")
DAYS = gettext_lazy("Working days")
NOT_BEFORE = gettext_lazy("Not before")
FIXED = gettext_lazy("Fixed start")
PREDECESSORS = gettext_lazy("Predecessors")
SIDE = gettext_lazy("Whose work")
PERCENT = gettext_lazy("Done, percent")
ASSIGNEE = gettext_lazy("Assignee (e-mail)")
EFFORT = gettext_lazy("Effort in person-days")
STATE = gettext_lazy("State (leave as it is)")

_BOTH = (NUMBER, STAGE, NAME, DAYS, NOT_BEFORE, FIXED, PREDECESSORS, SIDE, PERCENT)
_WIDTHS = (9, 20, 44, 12, 14, 14, 18, 14, 12)


def columns_to_read() -> dict[Any, list[_StrOrPromise]]:
    """Return what an import must find."""
    return {PLAN: [*_BOTH, ASSIGNEE, EFFORT, STATE]}


def sheets(tasks: Sequence[Task], links: Mapping[int, Sequence[Link]], *, for_client: bool) -> list[Sheet]:
    """Return the file in the active language; the tasks come with stage and assignee. The last two columns say what
    scheduling found and are not read. People, effort and state are not in a client's file: it is no form for them."""
    ours = () if for_client else (str(ASSIGNEE), str(EFFORT), str(STATE))
    return [
        Sheet(
            str(PLAN),
            (*map(str, _BOTH), *ours, _("Start"), _("Finish")),
            _rows(tasks, links, for_client=for_client),
            widths=(*_WIDTHS, *([28, 12, 16] if ours else []), 14, 14),
            words={
                str(STAGE): [str(kind.label) for kind in StageKind],
                str(SIDE): [str(side.label) for side in Task.Side],
            },
        )
    ]


def _rows(
    tasks: Sequence[Task], links: Mapping[int, Sequence[Link]], *, for_client: bool
) -> Iterator[tuple[object, ...]]:
    for task in tasks:
        waits_for = links[task.pk]
        ours = (
            (task.assignee.email if task.assignee else None, task.effort_days, version_of(task, waits_for))
            if not for_client
            else ()
        )
        yield (
            task.number, str(task.stage), task.name, task.days, task.not_before_on, task.fixed_on,
            write_predecessors(waits_for) or None, task.get_side_display(), task.percent, *ours,
            task.start_on, task.finish_on,
        )  # fmt: skip
