"""What is usually ticked off before work on site begins, on every day there, and before go-live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from engagements.models import ChecklistItem

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_M = ChecklistItem.Moment


@dataclass(frozen=True)
class Usual:
    """One line, in both languages."""

    moment: str
    text: _StrPromise

    def texts(self) -> set[str]:
        """Return the line in every language, so that it is recognised after the engagement's language changed."""
        found = set()
        for language in ("zh-hans", "en"):
            with translation.override(language):
                found.add(str(self.text))
        return found


USUAL = (
    Usual(_M.BEFORE, _("Field manual issued and with everybody who goes on site")),
    Usual(_M.BEFORE, _("Entry passes, desks and meeting room confirmed with the client")),
    Usual(_M.BEFORE, _("Accounts, VPN and remote access applied for and tried")),
    Usual(_M.BEFORE, _("Requested documents received and reviewed; gaps named to the client PM")),
    Usual(_M.BEFORE, _("Contingency plans rehearsed; escalation contacts tried by phone")),
    Usual(_M.BEFORE, _("Notebook, installation media, licences and converters packed")),
    Usual(_M.DAILY, _("Stand-up held and published")),
    Usual(_M.DAILY, _("Yesterday's open problems asked after, each with its next step and its owner")),
    Usual(_M.DAILY, _("Last night's backup checked")),
    Usual(_M.DAILY, _("Changes to the system recorded: what, who, when, how to undo it")),
    Usual(_M.DAILY, _("Screens locked, papers cleared away, no client data on own devices")),
    Usual(_M.GO_LIVE, _("Acceptance signed for every function in scope")),
    Usual(_M.GO_LIVE, _("Migrated data reconciled with the old system and confirmed by the business")),
    Usual(_M.GO_LIVE, _("All users trained, accounts and permissions in place")),
    Usual(_M.GO_LIVE, _("Full backup made, and restored once as a trial")),
    Usual(_M.GO_LIVE, _("Way back rehearsed, with the hour by which it is decided")),
    Usual(_M.GO_LIVE, _("Support for the first days agreed: who, where, which telephone number")),
)


def usual_lines(language: str, known: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the usual (moment, text) lines in this language that `known`, also pairs, lacks in both languages."""
    missing = [line for line in USUAL if not {(line.moment, text) for text in line.texts()} & known]
    with translation.override(language):
        return [(line.moment, str(line.text)) for line in missing]
