"""What a cutover usually takes, from the freeze of the old system to the word that all is well (N11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from standups.models import Party, StepKind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_OURS, _THEIRS = Party.VENDOR, Party.CLIENT
_FREEZE, _BACKUP, _CHECK, _STEP = StepKind.FREEZE, StepKind.BACKUP, StepKind.CHECK, StepKind.STEP


class Usual(NamedTuple):
    """A step of the usual sheet; texts are told in the language that is active when they are asked for."""

    kind: str
    title: _StrPromise
    owner: _StrPromise
    side: str
    minutes: int
    check: _StrPromise
    rollback: _StrPromise | str = ""


_IT, _LEAD, _DATA = _("Client's IT department"), _("Lead engineer"), _("Data engineer")
_BUSINESS, _KEY_USERS = _("Business owner"), _("Key users")

USUAL = (
    Usual(_STEP, _("Everybody is there: roll call, telephone numbers tried"), _LEAD, _OURS, 10,
          _("Each owner of a step has answered")),
    Usual(_STEP, _("Tell all users that the old system closes"), _IT, _THEIRS, 10,
          _("Notice shown in the old system and in the chat groups"), _("Tell them that the old system stays open")),
    Usual(_STEP, _("Departments change to their emergency procedure"), _BUSINESS, _THEIRS, 20,
          _("Each department has said so"), _("Departments go back to the old system")),
    Usual(_FREEZE, _("Freeze the old system: no more entries"), _IT, _THEIRS, 10,
          _("A trial entry is refused"), _("Open the old system for entries again")),
    Usual(_STEP, _("Stop interfaces and scheduled jobs of the old system"), _IT, _THEIRS, 15,
          _("Queues are empty, no job runs"), _("Start interfaces and jobs again")),
    Usual(_BACKUP, _("Back up the old system completely"), _IT, _THEIRS, 60,
          _("Backup finished without an error; checksum noted")),
    Usual(_BACKUP, _("Back up the new system as it is before the load"), _DATA, _OURS, 30,
          _("Backup finished without an error; checksum noted")),
    Usual(_STEP, _("Take the last changes out of the old system"), _DATA, _OURS, 30,
          _("Number of rows of each object noted")),
    Usual(_STEP, _("Load the last changes into the new system"), _DATA, _OURS, 45,
          _("The load ended without a rejected row"), _("Restore the new system from its backup")),
    Usual(_CHECK, _("Compare counts and control sums"), _DATA, _OURS, 30,
          _("Every difference is explained")),
    Usual(_CHECK, _("Check a sample of the data on the screen"), _KEY_USERS, _THEIRS, 30,
          _("Sample without an error, list signed")),
    Usual(_STEP, _("Switch settings, parameters and licences to productive use"), _LEAD, _OURS, 15,
          _("List of parameters ticked off"), _("Set the parameters back")),
    Usual(_STEP, _("Switch interfaces to the new system"), _IT, _THEIRS, 30,
          _("One trial message in each direction"), _("Point the interfaces at the old system")),
    Usual(_STEP, _("Switch workstations, printers and readers"), _IT, _THEIRS, 30,
          _("A trial print at each place"), _("Put the old shortcuts and drivers back")),
    Usual(_STEP, _("Open accounts and permissions"), _LEAD, _OURS, 15,
          _("One person of each role has signed in"), _("Lock the accounts again")),
    Usual(_CHECK, _("Walk through the core processes once"), _KEY_USERS, _THEIRS, 45,
          _("Each process ended as expected")),
    Usual(_CHECK, _("Decide: stay with the new system, or roll back"), _BUSINESS, _THEIRS, 10,
          _("The decision is said aloud and noted, before the last moment to roll back")),
    Usual(_STEP, _("Enter what was written on paper during the freeze"), _BUSINESS, _THEIRS, 60,
          _("Every form is marked as entered")),
    Usual(_STEP, _("Open the new system for everybody"), _LEAD, _OURS, 10,
          _("The first real case of the day is in"), _("Close the new system; emergency procedure")),
    Usual(_STEP, _("Watch the first hour; support at every place"), _LEAD, _OURS, 60,
          _("No critical problem is open")),
)  # fmt: skip


def usual_steps() -> list[dict[str, Any]]:
    """Return the usual steps as `services.run_sheet.SAID` names their parts, in the active language."""
    return [
        {
            "kind": str(step.kind), "title": str(step.title), "owner": str(step.owner), "side": str(step.side),
            "planned_minutes": step.minutes, "check_text": str(step.check), "rollback": str(step.rollback),
        }
        for step in USUAL
    ]  # fmt: skip
