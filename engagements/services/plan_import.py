"""A plan from an Excel file: all or nothing, nothing deleted, and no word lost that somebody wrote meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements import plan_file as columns
from engagements.models import Dependency, Engagement, StageKind, Task
from engagements.predecessors import Link, read_predecessors
from engagements.scheduling import Activity, CycleError, in_order
from engagements.services.tasks import MOST_DAYS, MOST_TASKS, links_of, reschedule, version_of
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.fields import DayField, LineField
from onsite.core.spreadsheet import Fault, FaultsError, Row, as_text, meaning, read
from onsite.core.wording import enumerated, sentences

# Rows without a number count on from the highest one: both together stay within the column.
_NUMBER = forms.IntegerField(min_value=1, max_value=30_000, required=False)
_DAYS = forms.IntegerField(min_value=0, max_value=MOST_DAYS)
_PERCENT = forms.IntegerField(min_value=0, max_value=100, required=False)
_EFFORT = forms.DecimalField(min_value=0, max_digits=6, decimal_places=1, required=False)
_FIELDS = ("stage", "name", "days", "not_before_on", "fixed_on", "side", "percent", "assignee", "effort_days")


class Imported(NamedTuple):
    """What an import did."""

    created: int
    changed: int
    unchanged: int

    def __str__(self) -> str:
        return sentences(
            ngettext("%(count)s task is new.", "%(count)s tasks are new.", self.created) % {"count": self.created},
            ngettext("%(count)s was changed.", "%(count)s were changed.", self.changed) % {"count": self.changed},
            ngettext("%(count)s stayed.", "%(count)s stayed.", self.unchanged) % {"count": self.unchanged},
        )  # fmt: skip


@transaction.atomic
def import_plan(*, actor: User, engagement: Engagement, file: UploadedFile[Any]) -> Imported:
    """Bring tasks up to the file, by their numbers; a row without one, or with a new one, is a new task. A row is taken
    as it stands: an empty cell empties the field.

    Raises FaultsError on "file" with every bad cell, among them cycles and tasks that somebody changed after the file was
    downloaded; DomainError for what is no such file. Then nothing is changed.
    """
    require(actor, Permission.EDIT_PLAN, engagement)
    rows = read(file, field="file", sheets=columns.columns_to_read())
    if not rows:
        raise DomainError(_("There is no task in this file."), field="file")
    engagement = Engagement.objects.lock(engagement.pk)
    if not engagement.stages.exists():
        raise DomainError(_("Lay out the five stages first: a task belongs to one of them."))
    taking = _Import(engagement)
    for row in rows:
        taking.take(row)
    taking.check_links()
    if taking.faults:
        raise FaultsError(taking.faults, field="file")
    done = taking.save()
    reschedule(engagement)
    audit.record(
        chain=engagement.audit_chain, actor=actor, action="plan.imported", target=engagement, data=done._asdict()
    )
    return done


class _Import:
    """Compares the file's rows with what stands there, then writes the difference."""

    def __init__(self, engagement: Engagement) -> None:
        self.engagement, self.faults = engagement, list[Fault]()
        tasks = list(engagement.tasks.unscoped())
        by_id = links_of(tasks)
        self.known = {task.number: task for task in tasks}
        self.links = {task.number: tuple(by_id[task.pk]) for task in tasks}
        self.stages = {stage.kind: stage for stage in engagement.stages.unscoped()}
        members = engagement.memberships.unscoped().active().select_related("user")
        self.people = {member.user.email.casefold(): member.user for member in members}
        self.rows: dict[int, Row] = {}
        self.created: list[Task] = []
        self.changed: list[Task] = []
        self.relinked: list[int] = []
        self.next_position = max((task.position for task in tasks), default=0) + 1

    def take(self, row: Row) -> None:
        """Judge one row; what is wrong with it goes to `faults`."""
        faults = len(self.faults)
        number = self._cleaned(row, columns.NUMBER, _NUMBER) or self._free_number()
        if number in self.rows:
            words = {"number": number, "row": self.rows[number].number}
            self._fault(row, columns.NUMBER, _("Task %(number)s stands in row %(row)s already.") % words)
        self.rows.setdefault(number, row)
        fields, links = self._fields(row), self._links(row)
        if len(self.faults) == faults:
            self._compare(row, number, fields, links)

    def check_links(self) -> None:
        """Refuse numbers that are nowhere, and cycles over what is there and what is new."""
        for number, row in self.rows.items():
            for link in self.links.get(number, ()):
                if link.number not in self.links and link.number not in self.rows:
                    self._fault(
                        row,
                        columns.PREDECESSORS,
                        _("There is no task %(number)s in this plan.") % {"number": link.number},
                    )
        if len(self.links) > MOST_TASKS:
            raise DomainError(_("A plan holds at most %(most)s tasks.") % {"most": MOST_TASKS}, field="file")
        if self.faults:
            return
        try:
            in_order([Activity(number, 1, waits_for=links) for number, links in self.links.items()])
        except CycleError as error:
            at = next(number for number in error.cycle if number in self.rows)
            cycle = " → ".join(f"{number} {self.known[number].name}" for number in error.cycle)
            reason = _("These tasks would wait for each other: %(cycle)s.") % {"cycle": cycle}
            self._fault(self.rows[at], columns.PREDECESSORS, reason)

    def save(self) -> Imported:
        for offset, task in enumerate(self.created):
            task.position = self.next_position + offset
        Task.objects.bulk_create(self.created)
        Task.objects.bulk_update(self.changed, _FIELDS)
        tasks = [self.known[number] for number in self.relinked]
        Dependency.objects.filter(task__in=tasks).unscoped().delete()
        Dependency.objects.bulk_create(
            Dependency(task=self.known[number], after=self.known[link.number], lag_days=link.lag_days)
            for number in self.relinked
            for link in self.links[number]
        )
        return Imported(len(self.created), len(self.changed), len(self.rows) - len(self.created) - len(self.changed))

    def _compare(self, row: Row, number: int, fields: dict[str, Any], links: tuple[Link, ...]) -> None:
        task = self.known.get(number)
        if task is None:
            stage = fields["stage"]
            task = Task(
                engagement=self.engagement, number=number, start_on=stage.start_on, finish_on=stage.start_on, **fields
            )
            self.created.append(task)
            self.known[number] = task
        elif sorted(self.links[number]) == sorted(links) and all(
            getattr(task, name) == fields[name] for name in _FIELDS
        ):
            return
        else:
            state = as_text(row.values[str(columns.STATE)]).strip()
            if state and state != version_of(task, self.links[number]):
                reason = _(
                    "Somebody changed this task after the file was downloaded. Download it again and bring both together."
                )
                self._fault(row, columns.STATE, reason)
                return
            for name, value in fields.items():
                setattr(task, name, value)
            self.changed.append(task)
        self.links[number] = links
        self.relinked.append(number)

    def _fields(self, row: Row) -> dict[str, Any]:
        stage = self._word(row, columns.STAGE, StageKind.choices)
        not_before_on = self._cleaned(row, columns.NOT_BEFORE, DayField(required=False))
        fixed_on = self._cleaned(row, columns.FIXED, DayField(required=False))
        if fixed_on and not_before_on:
            self._fault(row, columns.FIXED, _("A task begins on a fixed day or not before a day, not both."))
        return {
            "stage": self.stages.get(stage or ""),
            "name": self._cleaned(row, columns.NAME, LineField()),
            "days": self._cleaned(row, columns.DAYS, _DAYS),
            "not_before_on": not_before_on,
            "fixed_on": fixed_on,
            "side": self._word(row, columns.SIDE, Task.Side.choices)
            if row.values[str(columns.SIDE)]
            else Task.Side.VENDOR,
            "percent": self._cleaned(row, columns.PERCENT, _PERCENT) or 0,
            "assignee": self._person(row),
            "effort_days": self._cleaned(row, columns.EFFORT, _EFFORT),
        }

    def _links(self, row: Row) -> tuple[Link, ...]:
        value = row.values[str(columns.PREDECESSORS)]
        if isinstance(value, date):
            self._fault(
                row, columns.PREDECESSORS, _("Excel took this for a day. Format the cell as text and write it again.")
            )
            return ()
        try:
            return read_predecessors(as_text(value))
        except DomainError as error:
            self._fault(row, columns.PREDECESSORS, error.message)
            return ()

    def _person(self, row: Row) -> User | None:
        email = as_text(row.values[str(columns.ASSIGNEE)]).strip()
        if email and email.casefold() not in self.people:
            self._fault(row, columns.ASSIGNEE, _("Nobody in this engagement has this e-mail address."))
        return self.people.get(email.casefold())

    def _word(self, row: Row, title: Any, choices: Any) -> str | None:
        value = meaning(as_text(row.values[str(title)]), choices)
        if value is None:
            words = enumerated(label for _value, label in choices)
            self._fault(row, title, _("Please choose one of: %(words)s.") % {"words": words})
        return value

    def _cleaned(self, row: Row, title: Any, field: forms.Field) -> Any:
        value = row.values[str(title)]
        try:
            return field.clean(value if isinstance(value, date) else as_text(value))
        except ValidationError as error:
            self._fault(row, title, sentences(*error.messages))
            return None

    def _free_number(self) -> int:
        return max([*self.known, *self.rows, 0]) + 1

    def _fault(self, row: Row, title: Any, reason: str) -> None:
        self.faults.append(Fault(row.sheet, row.number, str(title), reason))
