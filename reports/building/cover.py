"""What every document says on its cover and under its last line: who, where, when."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from engagements.models import Engagement, Membership
from onsite.accounts.roles import VENDOR_PARTS, Part
from onsite.core import company
from reports.documents.parts import Side, Signatory

NOBODY = "—"


class Cover(TypedDict):
    """The fields that all snapshots share; the version is given when the document is issued."""

    language: str
    title: str
    engagement_name: str
    client_name: str
    vendor_name: str
    version: str
    issued_on: date
    accent: str
    logo: str


def cover_of(engagement: Engagement, language: str, today: date) -> Cover:
    """Return the common fields; call it in the document's language."""
    client, ours = engagement.client.name, company.current()
    return Cover(
        language=language,
        title=engagement.name,
        engagement_name=f"{client} · {engagement.get_core_task_display()}",
        client_name=client,
        vendor_name=company.name_of(ours),
        version="",
        issued_on=today,
        accent=ours.accent,
        logo=ours.logo_hash,
    )


class Team:
    """The people of an engagement. Who left is remembered: a corrected report still names who ran it."""

    def __init__(self, engagement: Engagement) -> None:
        rows = engagement.memberships.unscoped().shared().select_related("user").order_by("pk")
        self.members: list[Membership] = list(rows)
        self.manager_name = engagement.created_by.name

    def name_of(self, part: Part) -> str:
        """Return the name of the person in this part, of the last one where nobody is any more, "" for none."""
        found = [row for row in self.members if row.part == part]
        present = [row for row in found if row.ended_at is None]
        return present[0].user.name if present else found[-1].user.name if found else ""

    def present(self) -> list[Membership]:
        """Return who is in the engagement now."""
        return [row for row in self.members if row.ended_at is None]

    def signatory(self, part: Part) -> Signatory:
        """Return the line on which the person in this part signs."""
        return Signatory(side=side_of(part), role=str(Part(part).label), name=self.name_of(part))


def side_of(part: str) -> Side:
    """Return whose person somebody in this part is."""
    return "vendor" if part in VENDOR_PARTS else "client"
