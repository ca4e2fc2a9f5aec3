"""The hand-over sheet: what operations and support take over, as it stands now, and as the text that is signed.

It is drawn from shared rows alone. Whether a frozen sheet still holds is asked of its contents, not of its words: they may
be worded anew by a later version of OnSite, or in another language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from engagements.models import Engagement, SignOff
from engagements.section_text import Section, text_of_sections
from standups.models import CellState, Condition, HandOver, Problem, ReturnedAccess
from standups.rollout import readiness

Row = tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """What the sheet holds, as plain texts; days as ISO, "" for none. Rows of `items` and `conditions` end with their
    owner and their day."""

    planned_on: str
    taken_over_by: str
    support_hours: str
    note: str
    environments: tuple[Row, ...]
    access: tuple[Row, ...]
    items: tuple[Row, ...]
    conditions: tuple[Row, ...]
    contacts: tuple[Row, ...]
    training: tuple[tuple[str, int, int], ...]

    def facts(self) -> dict[str, Any]:
        """Return the contents as JSON gives them back, to compare with those of a frozen text."""
        plain = asdict(self)
        return {
            name: [list(row) for row in value] if isinstance(value, tuple) else value for name, value in plain.items()
        }


def owner_of(problem: Problem) -> str:
    """Return who sees to an open problem in words for both sides: the role, else whose step is next. Never `owner`: whom
    the vendor has for it is the vendor's own."""
    return problem.owner_role.strip() or str(problem.get_next_step_with_display())


def open_items(engagement: Engagement) -> list[Problem]:
    """Return the open problems that both sides see, the worst first."""
    return list(engagement.problems.unscoped().shared().open().worst_first())


def open_conditions(engagement: Engagement) -> list[Condition]:
    """Return the conditions of acceptance that still have to be met, of what was not taken out of the roll-out."""
    rows = Condition.objects.unscoped().filter(round__cell__engagement=engagement).in_force().open()
    rows = rows.exclude(round__cell__state=CellState.DESCOPED)
    cell = ("round__cell__module", "round__cell__role", "round__cell__stage")
    return list(rows.select_related(*cell).order_by("due_on", "pk"))


def sheet_of(engagement: Engagement) -> Sheet:
    """Return the sheet as it stands now. Nine queries, and those of the readers of `readiness`."""
    row = HandOver.objects.unscoped().filter(engagement=engagement).first() or HandOver(engagement=engagement)
    trained = readiness.trained(engagement)
    return Sheet(
        planned_on=_iso(row.planned_on),
        taken_over_by=row.taken_over_by,
        support_hours=row.support_hours,
        note=row.note,
        environments=tuple(
            (each.name, each.purpose, each.address, each.access_kept, each.contact)
            for each in engagement.environments.unscoped()
        ),
        access=tuple(
            (each.kind, each.what, _iso(each.returned_on), each.received_by)
            for each in engagement.returned_access.unscoped()
        ),
        items=tuple(
            (each.severity, each.title, each.next_step, each.owner_role.strip(), _iso(each.due_on))
            for each in open_items(engagement)
        ),
        conditions=tuple(
            (str(each.round.cell), each.text, each.owner_name, _iso(each.due_on))
            for each in open_conditions(engagement)
        ),
        contacts=tuple(
            (each.name, each.role, each.phone, each.hours) for each in engagement.operations_contacts.unscoped()
        ),
        training=tuple(
            (role.name, trained.get(role.pk, 0), role.people_needed) for role in engagement.rollout_roles.unscoped()
        ),
    )


def still_holds(sign_off: SignOff, sheet: Sheet) -> bool:
    """Say whether a frozen sheet holds what stands there now."""
    return bool(sign_off.text["facts"] == sheet.facts())


def text_of(engagement: Engagement, sheet: Sheet) -> dict[str, Any]:
    """Return the text to freeze, in the language of the engagement's documents."""
    with override(engagement.language):
        return text_of_sections(engagement, _sections(sheet), sheet.facts())


def _sections(sheet: Sheet) -> Sequence[Section]:
    return (
        _taken_over(sheet),
        Section(
            _("Environments"),
            paragraphs=_none(sheet.environments, _("No environment is noted.")),
            columns=(
                _("Environment"),
                _("What it is for"),
                _("Address"),
                _("Where access is kept"),
                _("Who grants access"),
            ),
            rows=_dashed(sheet.environments),
        ),
        _access(sheet),
        _open_items(sheet),
        _open_conditions(sheet),
        Section(
            _("Whom to call"),
            paragraphs=(_("Support hours: %(hours)s") % {"hours": sheet.support_hours},)
            if sheet.support_hours
            else (),
            columns=(_("Name"), _("For what"), _("Phone or mail"), pgettext("hours of a contact", "When")),
            rows=_dashed(sheet.contacts),
        ),
        Section(
            _("Training done"),
            paragraphs=_none(sheet.training, _("No role is noted that had to be trained.")),
            columns=(pgettext("at the client's", "Role"), _("People trained"), _("People to train")),
            rows=tuple((role, str(trained), str(needed)) for role, trained, needed in sheet.training),
        ),
    )


def _taken_over(sheet: Sheet) -> Section:
    lines = [_("Who takes over: %(name)s") % {"name": sheet.taken_over_by}]
    if sheet.planned_on:
        lines.append(_("Hand-over on %(day)s") % {"day": _told(sheet.planned_on)})
    return Section(_("Hand-over to operations"), paragraphs=(*lines, *([sheet.note] if sheet.note else [])))


def _access(sheet: Sheet) -> Section:
    kinds = dict(ReturnedAccess.Kind.choices)
    rows = tuple(
        (str(kinds.get(kind, kind)), what, _told(day) if day else pgettext("access", "still open"), by or "—")
        for kind, what, day, by in sheet.access
    )
    return Section(
        _("Access and devices given back"),
        paragraphs=_none(rows, _("Nothing was lent to the team.")),
        columns=(_("Kind"), pgettext("access", "What"), _("Given back on"), _("Taken back or closed by")),
        rows=rows,
    )


def _open_items(sheet: Sheet) -> Section:
    severities = dict(Problem._meta.get_field("severity").flatchoices)
    rows = tuple((str(severities.get(item[0], item[0])), *item[1:4], _told(item[4]) or "—") for item in sheet.items)
    return Section(
        pgettext("hand-over", "Open items"),
        paragraphs=_none(rows, _("No problem is open.")),
        columns=(_("Severity"), _("Problem"), _("Next step"), _("Who sees to it"), pgettext("by which day", "By")),
        rows=_dashed(rows),
    )


def _open_conditions(sheet: Sheet) -> Section:
    rows = tuple((cell, text, owner, _told(day)) for cell, text, owner, day in sheet.conditions)
    return Section(
        _("Conditions of acceptance still to be met"),
        paragraphs=_none(rows, _("No condition is open.")),
        columns=(
            pgettext("of the acceptance matrix", "Cell"),
            _("Condition"),
            _("Who sees to it"),
            pgettext("by which day", "By"),
        ),
        rows=rows,
    )


def _none(rows: Sequence[object], words: str) -> tuple[str, ...]:
    return () if rows else (words,)


def _dashed(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(tuple(cell or "—" for cell in row) for row in rows)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _told(day: str) -> str:
    return date_format(date.fromisoformat(day), "DATE_FORMAT") if day else ""
