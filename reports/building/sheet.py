"""The sheet on which a frozen text is signed by hand: a pure function of the text, so it may be kept and printed again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import CoreTask, SignOff
from reports.building.agreed import objectives_in
from reports.building.cover import Team
from reports.documents import wording
from reports.documents.parts import Objective
from reports.documents.sign_off import SignOffSheet, TextSection


def build_sheet(sign_off: SignOff) -> SignOffSheet:
    """Return the sheet in the engagement's language. The sign-off's engagement and its client must be loaded."""
    engagement = sign_off.engagement
    with override(engagement.language):
        team = Team(engagement)
        text = sign_off.text
        return SignOffSheet(
            language=engagement.language,
            title=str(sign_off.get_kind_display()),
            engagement_name=text["engagement"],
            client_name=text["client"],
            vendor_name=settings.VENDOR_NAME,
            version=str(sign_off.version),
            issued_on=sign_off.frozen_at.astimezone(engagement.zone).date(),
            code=sign_off.code,
            text_sha256=sign_off.text_hash,
            register_url=settings.BASE_URL + reverse("engagements:paper_register", args=[engagement.pk, sign_off.pk]),
            sections=_sections(text),
            signatories=tuple(team.signatory(part) for part in sign_off.needed_parts),
        )


def _sections(text: dict[str, Any]) -> tuple[TextSection, ...]:
    return (
        TextSection(heading=_("Core task"), paragraphs=tuple(filter(None, (_task(text), text["purpose"])))),
        TextSection(heading=_("Days"), paragraphs=(_days(text),)),
        _objectives(objectives_in(text)),
        _lines(_("In scope"), text["in_scope"]),
        _lines(_("Not in scope"), text["out_of_scope"]),
    )


def _task(text: dict[str, Any]) -> str:
    return str(CoreTask(text["core_task"]).label)


def _days(text: dict[str, Any]) -> str:
    return _("First day on site: %(start)s. Agreed go-live or hand-over day: %(agreed)s.") % {
        "start": date_format(date.fromisoformat(text["start_on"])),
        "agreed": date_format(date.fromisoformat(text["agreed_go_live_on"])),
    }


def _objectives(objectives: tuple[Objective, ...]) -> TextSection:
    return TextSection(
        heading=_("Objectives"),
        columns=(_("Objective"), _("Metric"), _("Baseline"), _("Target"), _("Due"), _("How it is measured")),
        rows=tuple(
            (
                row.title,
                row.metric,
                wording.amount(row.baseline, row.unit),
                wording.target(row),
                str(row.due_on),
                row.measured_how,
            )
            for row in objectives
        ),
    )


def _lines(heading: str, lines: list[dict[str, str]]) -> TextSection:
    if not lines:
        # The screen says so, too: both are the same text.
        return TextSection(heading=heading, paragraphs=(_("Nothing is named."),))
    points = [_("%(text)s (because: %(reason)s)") % line if line["reason"] else line["text"] for line in lines]
    return TextSection(heading=heading, points=tuple(points))
