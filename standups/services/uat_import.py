"""Cases and results from an Excel file: all or nothing, nothing deleted, and no result lost that somebody recorded."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError
from onsite.core.fields import LineField, TextField
from onsite.core.spreadsheet import Fault, FaultsError, Row, as_text, meaning, read
from onsite.core.wording import enumerated, sentences
from standups.models import UatCase, UatRound
from standups.services.uat import audit_round, changing
from standups.services.uat_cases import drop_evidence, forget_result, next_number
from standups.services.uat_drafting import MOST_CASES
from standups.services.uat_results import NEEDS_WORDS, open_problem, raise_problem_of, record
from standups.uat.file import (
    CASES,
    EXPECTED,
    NUMBER,
    OUTCOMES,
    RESULT,
    SEEN,
    STATE,
    STEPS,
    TESTER,
    TITLE,
    columns_to_read,
    state_of,
)

_FIELDS = {
    "title": (TITLE, LineField(required=False)),
    "steps": (STEPS, TextField(required=False)),
    "expected": (EXPECTED, LineField(required=False, max_length=500)),
    "note": (SEEN, TextField(required=False, max_length=500)),
    "tested_by_name": (TESTER, LineField(required=False, max_length=80)),
}
_WORDING = ("title", "steps", "expected")
_RESULT = ("outcome", "note", "tested_by_name")


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    created: int
    changed: int
    unchanged: int
    forgotten: int = 0

    def __str__(self) -> str:
        told = [
            ngettext("%(count)s case is new.", "%(count)s cases are new.", self.created) % {"count": self.created},
            ngettext("%(count)s was changed.", "%(count)s were changed.", self.changed) % {"count": self.changed},
            ngettext("%(count)s stayed.", "%(count)s stayed.", self.unchanged) % {"count": self.unchanged},
        ]
        if self.forgotten:
            words = ngettext(
                "%(count)s case was reworded: test it anew.", "%(count)s cases were reworded: test them anew.", self.forgotten
            )  # fmt: skip
            told.append(words % {"count": self.forgotten})
        return sentences(*told)


@transaction.atomic
def import_cases(*, actor: User, row: UatRound, file: UploadedFile[Any], raise_problems: bool = True) -> Imported:
    """Bring an open round up to the file: known numbers get results and wording, rows without a number are new cases;
    an empty cell changes nothing. A case that is reworded loses its result, unless its row brings another one, and with
    it what shows it; where a case passes at last, an empty cell also clears what was seen before.

    Raises FaultsError on "file" with every bad row, also where somebody changed a case after the file was downloaded;
    DomainError where the round is closed, or for what is no such file. Then nothing is changed.
    """
    require(actor, Permission.EDIT_ROLLOUT, row.cell.engagement)
    rows = read(file, field="file", sheets=columns_to_read())
    if not rows:
        raise DomainError(_("There is no case in this file."), field="file")
    found = changing(row)
    taking = _Import(found, actor, raise_problems)
    for line in rows:
        taking.take(line)
    if taking.faults:
        raise FaultsError(taking.faults, field="file")
    done = taking.save()
    data = {"created": done.created, "changed": done.changed, "unchanged": done.unchanged}
    audit_round(actor, found.cell.engagement, found, "uat.imported", data)
    return done


class _Import:
    """Compares the file's rows with the cases that are there, then writes the difference."""

    def __init__(self, row: UatRound, actor: User, raise_problems: bool) -> None:
        self.row, self.actor, self.raise_problems = row, actor, raise_problems
        self.faults: list[Fault] = []
        self.known = {case.number: case for case in row.cases.unscoped().select_related("problem", "function")}
        self.next_number = next_number(row)
        self.seen: dict[int, int] = {}
        self.created: list[UatCase] = []
        self.changed: list[UatCase] = []
        self.judged: list[UatCase] = []
        self.was: dict[int, list[str]] = {}
        self.forgotten = 0
        self.unchanged = 0

    def take(self, line: Row) -> None:
        """Judge one row; what is wrong with it goes to `faults`."""
        before = len(self.faults)
        case = self._case(line)
        fields = {name: value for name in _FIELDS if (value := self._cell(line, name))}
        outcome = self._outcome(line)
        if outcome:
            fields["outcome"] = outcome
        if case is None or len(self.faults) > before:
            return
        self._compare(line, case, fields)

    def save(self) -> Imported:
        for case in self.created:
            self._store(case)
            self._audit("uat.case_added", {"number": case.number, "title": case.title})
        for case in self.changed:
            self._store(case)
            if case.number in self.was:
                self._tell_reworded(case)
        for case in self.judged:
            if self.raise_problems and case.outcome in NEEDS_WORDS and open_problem(case, self.actor) is None:
                case.problem = raise_problem_of(self.actor, case)
                case.save(update_fields=["problem"])
            self._audit("uat.result_recorded", {
                "case": case.number, "outcome": case.outcome, "note": case.note, "tested_by": case.tested_by_name,
                "files": 0,
            })  # fmt: skip
        return Imported(len(self.created), len(self.changed), self.unchanged, self.forgotten)

    def _store(self, case: UatCase) -> None:
        case.round = self.row
        case.save()

    def _tell_reworded(self, case: UatCase) -> None:
        words = [getattr(case, name) for name in _WORDING]
        hashes = drop_evidence(case.evidence.unscoped())
        data = {"number": case.number, "was": self.was[case.number], "is": words, "evidence": hashes}
        self._audit("uat.case_changed", data)

    def _audit(self, action: str, data: dict[str, Any]) -> None:
        audit_round(self.actor, self.row.cell.engagement, self.row, action, data)

    def _case(self, line: Row) -> UatCase | None:
        value = line.values[str(NUMBER)]
        text = as_text(value).strip()
        if not text:
            return self._fresh(line)
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
        if isinstance(value, Decimal) and value != value.to_integral_value():
            number = None
        if number is None or number not in self.known:
            self._fault(
                line, NUMBER, _("There is no case of this number in the round. Leave it empty for a new case.")
            )
            return None
        if number in self.seen:
            self._fault(line, NUMBER, _("This case stands in row %(row)s already.") % {"row": self.seen[number]})
            return None
        self.seen[number] = line.number
        return self.known[number]

    def _fresh(self, line: Row) -> UatCase | None:
        for title in (TITLE, EXPECTED):
            if not as_text(line.values[str(title)]).strip():
                self._fault(line, title, _("A new case needs this."))
        if len(self.known) + len(self.created) >= MOST_CASES:
            self._fault(line, TITLE, _("At most %(most)s cases are tested in one round.") % {"most": MOST_CASES})
        return UatCase(round=self.row, number=self.next_number + len(self.created))

    def _compare(self, line: Row, case: UatCase, fields: dict[str, str]) -> None:
        changes = {name: value for name, value in fields.items() if value != _plain(getattr(case, name))}
        if not changes:
            self.unchanged += 1
            return
        if case.pk and as_text(line.values[str(STATE)]).strip() != state_of(self.row, case):
            reason = _(
                "Somebody changed this case after the file was downloaded. Download it again and bring both together."
            )
            self._fault(line, STATE, reason)
            return
        if any(name in changes for name in _RESULT):
            self._take_result(line, case, {**{name: getattr(case, name) for name in _RESULT}, **fields}, fields)
        elif case.outcome:
            # The words change under a result that stands for the old ones.
            forget_result(case)
            self.forgotten += 1
        if case.pk and any(name in changes for name in _WORDING):
            self.was[case.number] = [getattr(case, name) for name in _WORDING]
        for name in _WORDING:
            setattr(case, name, changes.get(name, getattr(case, name)))
        case.version += 1 if case.pk else 0
        (self.changed if case.pk else self.created).append(case)

    def _take_result(self, line: Row, case: UatCase, told: dict[str, str], fields: dict[str, str]) -> None:
        if not told["outcome"]:
            self._fault(line, RESULT, _("Say how it came out, or leave what was seen and who tested it empty."))
            return
        if told["outcome"] == UatCase.Outcome.PASS != case.outcome and "note" not in fields:
            told["note"] = ""
        if told["outcome"] in NEEDS_WORDS and not told["note"]:
            self._fault(line, SEEN, _("Say in a few words what was seen instead."))
        if not told["tested_by_name"]:
            self._fault(line, TESTER, _("Say who tested it: a vendor person only writes it down."))
        version = case.version
        record(case, self.actor, told["outcome"], told["note"], told["tested_by_name"])
        case.version = version
        self.judged.append(case)

    def _cell(self, line: Row, name: str) -> str:
        title, field = _FIELDS[name]
        try:
            return _plain(str(field.clean(as_text(line.values[str(title)]).strip())))
        except ValidationError as error:
            self._fault(line, title, sentences(*error.messages))
            return ""

    def _outcome(self, line: Row) -> str:
        text = as_text(line.values[str(RESULT)]).strip()
        value = meaning(text, OUTCOMES) if text else ""
        if value is None:
            words = enumerated(label for _value, label in OUTCOMES)
            self._fault(line, RESULT, _("Please choose one of: %(words)s.") % {"words": words})
        return value or ""

    def _fault(self, line: Row, column: Any, reason: str) -> None:
        self.faults.append(Fault(str(CASES), line.number, str(column), reason))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
