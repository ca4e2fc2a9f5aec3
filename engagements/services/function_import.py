"""Functions from an Excel file: all or nothing, nothing deleted, and no word lost that somebody wrote meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.function_file import COLUMNS, FUNCTIONS, MODULE, NAME, STATE, Column, columns_to_read
from engagements.function_tree import BETWEEN, DEEPEST, branches
from engagements.models import Engagement, Function, Module
from engagements.services.rule_applications import apply_rules
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.fields import LineField
from onsite.core.spreadsheet import Fault, FaultsError, Row, as_text, meaning, read
from onsite.core.wording import enumerated, sentences

BATCH = 200
Path = tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    created: int
    changed: int
    unchanged: int

    def __str__(self) -> str:
        return sentences(
            ngettext("%(count)s function is new.", "%(count)s functions are new.", self.created) % {"count": self.created},
            ngettext("%(count)s was changed.", "%(count)s were changed.", self.changed) % {"count": self.changed},
            ngettext("%(count)s stayed.", "%(count)s stayed.", self.unchanged) % {"count": self.unchanged},
        )  # fmt: skip


@transaction.atomic
def import_functions(*, actor: User, engagement: Engagement, file: UploadedFile[Any]) -> Imported:
    """Bring functions up to the file, by the way of modules and the name; an empty cell changes nothing.

    Raises FaultsError on "file" with every bad row, also where somebody changed a function after the file was
    downloaded; DomainError for what is no such file. Then nothing is changed.
    """
    require(actor, Permission.EDIT_PREPARATION, engagement)
    rows = read(file, field="file", sheets=columns_to_read())
    if not rows:
        raise DomainError(_("There is no function in this file."), field="file")
    taking = _Import(Engagement.objects.lock(engagement.pk))
    for row in rows:
        taking.take(row)
    if taking.faults:
        raise FaultsError(taking.faults, field="file")
    done = taking.save()
    data = {"created": done.created, "changed": done.changed, "unchanged": done.unchanged}
    audit.record(chain=engagement.audit_chain, actor=actor, action="functions.imported", target=engagement, data=data)
    apply_rules(actor=actor, engagement=taking.engagement)
    return done


class _Import:
    """Compares the file's rows with what stands there, then writes the difference."""

    def __init__(self, engagement: Engagement) -> None:
        self.engagement = engagement
        self.faults: list[Fault] = []
        self.created: list[tuple[Path, Function]] = []
        self.changed: list[Function] = []
        self.unchanged = 0
        functions = engagement.functions.unscoped()
        tree = branches(engagement.modules.unscoped(), functions)
        self.modules: dict[Path, Module] = {branch.names: branch.module for branch in tree}
        self.known = {(branch.names, row.name): row for branch in tree for row in branch.functions}
        self.next_position = max((row.position for row in functions), default=-1) + 1
        self.seen: dict[tuple[Path, str], int] = {}

    def take(self, row: Row) -> None:
        """Judge one row; what is wrong with it goes to `faults`."""
        faults = len(self.faults)
        path, name = self._path(row), self._line(row, str(NAME), str(row.values[str(NAME)] or ""))
        fields = {column.name: value for column in COLUMNS if (value := self._cell(row, column)) is not None}
        if len(self.faults) > faults:
            return
        if (path, name) in self.seen:
            reason = _("This function stands in row %(row)s already.") % {"row": self.seen[path, name]}
            self._fault(row, str(NAME), reason)
            return
        self.seen[path, name] = row.number
        function = self.known.get((path, name))
        if function is None:
            self.created.append((path, Function(engagement=self.engagement, name=name, **fields)))
        else:
            self._compare(row, function, fields)

    def _compare(self, row: Row, function: Function, fields: dict[str, str]) -> None:
        changes = {
            name: value
            for name, value in fields.items()
            if value != getattr(function, name).replace("\r\n", "\n").strip()
        }
        if not changes:
            self.unchanged += 1
            return
        state = as_text(row.values[str(STATE)]).strip()
        if state and state != function.fingerprint:
            reason = _(
                "Somebody changed this function after the file was downloaded. Download it again and bring both together."
            )
            self._fault(row, str(STATE), reason)
            return
        for name, value in changes.items():
            setattr(function, name, value)
        self.changed.append(function)

    def save(self) -> Imported:
        for offset, (path, function) in enumerate(self.created):
            function.module = self._module(path)
            function.position = self.next_position + offset
        Function.objects.bulk_create([function for _path, function in self.created], batch_size=BATCH)
        Function.objects.bulk_update(self.changed, [column.name for column in COLUMNS], batch_size=BATCH)
        return Imported(len(self.created), len(self.changed), self.unchanged)

    def _module(self, path: Path) -> Module:
        if path not in self.modules:
            parent = self._module(path[:-1]) if len(path) > 1 else None
            self.modules[path] = Module.objects.create(
                engagement=self.engagement, parent=parent, name=path[-1], position=len(self.modules)
            )
        return self.modules[path]

    def _path(self, row: Row) -> Path:
        words = [word.strip() for word in as_text(row.values[str(MODULE)]).split(BETWEEN.strip())]
        if len(words) > DEEPEST:
            self._fault(row, str(MODULE), _("Modules lie in each other at most %(most)s deep.") % {"most": DEEPEST})
        return tuple(self._line(row, str(MODULE), word) for word in words[:DEEPEST])

    def _line(self, row: Row, title: str, value: str) -> str:
        return str(self._cleaned(row, title, LineField(max_length=120), value) or "")

    def _cell(self, row: Row, column: Column) -> str | None:
        """Return what the cell means, None where it is empty or wrong."""
        text = as_text(row.values[str(column.title)]).strip()
        if not text:
            return None
        if column.choices:
            value = meaning(text, column.choices)
            if value is None:
                words = enumerated(label for _value, label in column.choices)
                self._fault(row, str(column.title), _("Please choose one of: %(words)s.") % {"words": words})
            return value
        return self._cleaned(row, str(column.title), column.field, text)

    def _cleaned(self, row: Row, title: str, field: Any, value: str) -> str | None:
        try:
            return str(field.clean(value))
        except ValidationError as error:
            self._fault(row, title, sentences(*error.messages))
            return None

    def _fault(self, row: Row, column: str, reason: str) -> None:
        self.faults.append(Fault(str(FUNCTIONS), row.number, column, reason))
