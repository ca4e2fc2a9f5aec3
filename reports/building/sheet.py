"""The sheet on which a frozen text is signed by hand: a pure function of frozen texts, so it may be kept and printed again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from engagements.differences import differences_between
from engagements.frozen import FrozenChange, read_change
from engagements.models import CoreTask, SignOff
from engagements.section_text import read_sections
from onsite.core import company
from reports.building.agreed import objectives_in
from reports.building.cover import Team
from reports.documents import wording
from reports.documents.parts import Objective
from reports.documents.sign_off import SignOffSheet, TextSection


def build_sheet(sign_off: SignOff) -> SignOffSheet:
    """Return the sheet in the engagement's language. The sign-off's engagement and its client must be loaded."""
    engagement, ours = sign_off.engagement, company.current()
    with override(engagement.language):
        team = Team(engagement)
        text = sign_off.text
        return SignOffSheet(
            language=engagement.language,
            title=sign_off.title,
            engagement_name=text["engagement"],
            client_name=text["client"],
            vendor_name=company.name_of(ours),
            accent=ours.accent,
            logo=ours.logo_hash,
            version=str(sign_off.version),
            issued_on=sign_off.frozen_at.astimezone(engagement.zone).date(),
            code=sign_off.code,
            text_sha256=sign_off.text_hash,
            register_url=settings.BASE_URL + reverse("engagements:paper_register", args=[engagement.pk, sign_off.pk]),
            sections=_sections(sign_off),
            signatories=tuple(team.signatory(part) for part in sign_off.needed_parts),
        )


def _sections(sign_off: SignOff) -> tuple[TextSection, ...]:
    if sign_off.kind == SignOff.Kind.CHANGE:
        change = read_change(sign_off.text)
        return (*_change(change), *_goals(sign_off.text["goals"]))
    if sign_off.kind == SignOff.Kind.GOALS:
        return (*_what_changed(sign_off), *_goals(sign_off.text))
    return tuple(TextSection(**vars(section)) for section in read_sections(sign_off.text).sections)


def _goals(text: dict[str, Any]) -> tuple[TextSection, ...]:
    return (
        TextSection(heading=_("Core task"), paragraphs=tuple(filter(None, (_task(text), text["purpose"])))),
        TextSection(heading=_("Days"), paragraphs=(_days(text),)),
        _objectives(objectives_in(text)),
        _lines(_("In scope"), text["in_scope"]),
        _lines(_("Not in scope"), text["out_of_scope"]),
    )


def _what_changed(sign_off: SignOff) -> tuple[TextSection, ...]:
    """What is new against the version before; nothing for the first."""
    earlier = sign_off.engagement.sign_offs.unscoped().filter(kind=sign_off.kind, topic=sign_off.topic)
    before = earlier.filter(version=sign_off.version - 1).first()
    found = differences_between(before, sign_off)
    if before is None or not found:
        return ()
    heading = _("What changed since version %(version)s") % {"version": before.version}
    return (TextSection(heading=heading, points=tuple(line.sentence for line in found)),)


def _change(change: FrozenChange) -> tuple[TextSection, ...]:
    version = {"version": change.goals_version}
    follows = [_("With both signatures goals and scope, version %(version)s, become what stands below.") % version]
    if change.impact_days:
        follows.append(_("Plan and baseline move by the days above, so that they count as no delay."))
    origin = " · ".join(filter(None, (change.origin, change.origin_note)))
    return (
        TextSection(heading=change.title, paragraphs=(change.reason, _("From: %(origin)s") % {"origin": origin})),
        TextSection(
            heading=_("What it means"),
            paragraphs=tuple(filter(None, (_impact(change), change.impact_note))),
            points=tuple(_moves(change)),
        ),
        TextSection(heading=_("Decision"), paragraphs=(change.decision_note, *follows)),
    )


def _impact(change: FrozenChange) -> str:
    was = date_format(change.agreed_before)
    if not change.impact_days:
        return _("No working day more; the agreed day stays %(day)s.") % {"day": was}
    said = ngettext(
        "%(stage)s: %(days)s working day more. The agreed day becomes %(now)s instead of %(was)s.",
        "%(stage)s: %(days)s working days more. The agreed day becomes %(now)s instead of %(was)s.",
        change.impact_days,
    )
    now = date_format(change.goals.agreed_go_live_on)
    return said % {"stage": change.stage, "days": change.impact_days, "now": now, "was": was}


def _moves(change: FrozenChange) -> list[str]:
    lines = []
    if change.into_scope:
        lines.append(_("Comes into scope: %(line)s") % {"line": change.into_scope})
    if change.out_of_scope:
        lines.append(_("Leaves the scope: %(line)s") % {"line": change.out_of_scope})
    return lines


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
