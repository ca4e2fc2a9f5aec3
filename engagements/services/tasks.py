"""Tasks: written, moved, deleted; after each change the whole plan is settled again (see `engagements.settling`)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import Dependency, Engagement, Stage, Task
from engagements.predecessors import Link
from engagements.services.plan import after_plan_changed
from engagements.settling import PlanRows
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError

MOST_TASKS = 1000
MOST_DAYS = 400
WRITTEN = ("stage_id", "name", "days", "not_before_on", "fixed_on", "percent", "side", "assignee_id", "effort_days")


def reschedule(engagement: Engagement) -> list[Stage | Task]:
    """Settle the plan in the caller's transaction, which holds the engagement's lock; return the rows that changed.

    Three queries to read, at most two to write. Raises DomainError that names a cycle.
    """
    rows = PlanRows.load(engagement)
    rows.settle()
    changed = rows.save()
    after_plan_changed(engagement)
    return changed


@transaction.atomic
def save_task(
    *,
    actor: User,
    engagement: Engagement,
    task: Task | None = None,
    seen: str = "",
    predecessors: Iterable[Link] = (),
    **fields: Any,
) -> Task:
    """Create or change a task, what it waits for, and all that follows from it.

    `seen` is the `version_of` the row that the person was shown. Raises StaleError where it is another one by now, and
    DomainError on "predecessors" for a number that is not there or a cycle, on "fixed_on" for two starts.
    """
    require(actor, Permission.EDIT_PLAN, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    if fields.get("fixed_on") and fields.get("not_before_on"):
        raise DomainError(_("A task begins on a fixed day or not before a day, not both."), field="fixed_on")
    row = _current(engagement, task) if task else new_task(engagement, fields["stage"])
    if task and seen != version_of(row, links_of([row])[row.pk]):
        raise StaleError(_("Somebody changed this task since you opened it. What stands there now is shown above; what you typed is kept. Save again to put yours in its place."))  # fmt: skip
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    link(engagement, row, predecessors)
    reschedule(engagement)
    row.refresh_from_db()
    _audit(
        actor,
        engagement,
        "task.changed" if task else "task.created",
        row,
        {name: str(getattr(row, name)) for name in WRITTEN},
    )
    return row


@transaction.atomic
def delete_task(*, actor: User, task: Task) -> None:
    """Take a task out; what waited for it alone keeps its day. Raises DomainError where somebody else took it out."""
    require(actor, Permission.EDIT_PLAN, task.engagement)
    engagement = Engagement.objects.lock(task.engagement_id)
    row = _current(engagement, task)
    _audit(actor, engagement, "task.deleted", row, {"name": row.name, "number": row.number})
    row.delete()
    reschedule(engagement)


@transaction.atomic
def move_task(*, actor: User, task: Task, step: int) -> None:
    """Shift a task by `step` working days, the fixed day where it has one. Raises DomainError where something it waits
    for, or the first day on site, does not let it begin earlier."""
    require(actor, Permission.EDIT_PLAN, task.engagement)
    engagement = Engagement.objects.lock(task.engagement_id)
    row = _current(engagement, task)
    was = row.start_on
    field = "fixed_on" if row.fixed_on else "not_before_on"
    setattr(row, field, engagement.working_calendar.shift(was, step))
    row.save(update_fields=[field])
    reschedule(engagement)
    row.refresh_from_db(fields=["start_on"])
    if row.start_on == was:
        raise DomainError(_what_holds(row))
    _audit(actor, engagement, "task.moved", row, {"from": str(was), "to": str(row.start_on)})


def new_task(engagement: Engagement, stage: Stage) -> Task:
    """Return an unsaved task with the next free number, at the end of its stage. Raises DomainError where a plan has
    become larger than a person can oversee."""
    if engagement.tasks.count() >= MOST_TASKS:
        raise DomainError(_("A plan holds at most %(most)s tasks.") % {"most": MOST_TASKS})
    last = engagement.tasks.aggregate(number=Max("number"), position=Max("position"))
    return Task(
        engagement=engagement,
        stage=stage,
        number=(last["number"] or 0) + 1,
        position=(last["position"] or 0) + 1,
        start_on=stage.start_on,
        finish_on=stage.start_on,
    )


def link(engagement: Engagement, task: Task, predecessors: Iterable[Link]) -> None:
    """Make the task wait for exactly these. Raises DomainError on "predecessors" for a number that is not there."""
    wanted = {link.number: link.lag_days for link in predecessors}
    found = dict(engagement.tasks.unscoped().filter(number__in=wanted).values_list("number", "pk"))
    if missing := sorted(wanted.keys() - found.keys()):
        raise DomainError(
            _("There is no task %(number)s in this plan.") % {"number": missing[0]}, field="predecessors"
        )
    if task.pk in found.values():
        raise DomainError(_("A task can't wait for itself."), field="predecessors")
    Dependency.objects.filter(task=task).unscoped().delete()
    Dependency.objects.bulk_create(
        Dependency(task=task, after_id=found[number], lag_days=lag) for number, lag in wanted.items()
    )


def links_of(tasks: Iterable[Task]) -> Mapping[int, list[Link]]:
    """Return what each task (by its id) waits for, by number. One query."""
    found: dict[int, list[Link]] = {task.pk: [] for task in tasks}
    rows = Dependency.objects.unscoped().filter(task__in=found).order_by("after__number")
    for task_id, number, lag in rows.values_list("task_id", "after__number", "lag_days"):
        found[task_id].append(Link(number, lag))
    return found


def version_of(task: Task, links: Iterable[Link]) -> str:
    """Return a hash of all that people write about a task, which waits for `links` (by number): another one means that
    somebody changed it."""
    written = [str(getattr(task, name)) for name in WRITTEN] + sorted(
        f"{link.number}{link.lag_days:+d}" for link in links
    )
    return hashlib.sha256("\x1f".join(written).encode()).hexdigest()[:12]


def _current(engagement: Engagement, task: Task) -> Task:
    row = engagement.tasks.unscoped().filter(pk=task.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    return row


def _what_holds(task: Task) -> str:
    last = task.waits_for.unscoped().select_related("after").order_by("-after__finish_on").first()
    if last is None:
        return _("It can't begin earlier: the first day on site is %(day)s.") % {
            "day": date_format(task.engagement.start_on)
        }
    return _("It can't begin earlier: “%(before)s” before it ends on %(day)s.") % {
        "before": last.after.name,
        "day": date_format(last.after.finish_on),
    }


def _audit(actor: User, engagement: Engagement, action: str, task: Task, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=task, data=data)
