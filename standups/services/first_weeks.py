"""What ends the first weeks: criteria written down, noted as met with what shows it, and taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Engagement, Objective
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError
from standups.first_weeks.held import held_row
from standups.first_weeks.usual import CALM_TEXT, LONGEST_CALM_DAYS, USUAL_BY_HAND, USUAL_CALM_DAYS
from standups.models import ExitCriterion

Kind = ExitCriterion.Kind


@transaction.atomic
def save_criterion(
    *,
    actor: User,
    engagement: Engagement,
    criterion: ExitCriterion | None = None,
    was: str = "",
    kind: str,
    text: str = "",
    days: int | None = None,
    objective: Objective | None = None,
) -> ExitCriterion:
    """Create or change a criterion; what its kind does not need is left out, and a missing text is what it counts.

    `was` is the fingerprint of what the page showed: raises StaleError where somebody changed it since. Raises DomainError
    beside the field that is missing, on "objective" for another engagement's, and where it is noted as met already.
    """
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row = held_row(criterion, was) if criterion else ExitCriterion(engagement=engagement)
    _refuse_met(row)
    row.kind = kind
    row.days = _days(days) if kind == Kind.CALM else None
    row.objective = _objective(engagement, objective) if kind == Kind.OBJECTIVE else None
    row.text = text or _usual_text(row)
    refuse_access_data({"text": row.text})
    row.save()
    data = {"kind": row.kind, "text": row.text, "days": row.days or 0, "objective": row.objective_id or 0}
    _audit(actor, row, "exit.changed" if criterion else "exit.created", data)
    return row


@transaction.atomic
def delete_criterion(*, actor: User, criterion: ExitCriterion, was: str = "") -> None:
    """Take a criterion out. Raises DomainError where it is noted as met, or somebody else took it out; StaleError where
    it is not the one whose mark is `was`."""
    require(actor, Permission.EDIT_ROLLOUT, criterion.engagement)
    Engagement.objects.lock(criterion.engagement_id)
    row = held_row(criterion, was)
    _refuse_met(row)
    _audit(actor, row, "exit.deleted", {"text": row.text})
    row.delete()


@transaction.atomic
def start_criteria(*, actor: User, engagement: Engagement) -> int:
    """Add what is missing of the usual criteria and of each objective, in the language of the documents; return how
    many were added."""
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    known = list(engagement.exit_criteria.unscoped())
    texts, objectives = {row.text for row in known}, {row.objective_id for row in known}
    rows = [
        ExitCriterion(engagement=engagement, kind=Kind.OBJECTIVE, objective=objective, text=objective.title)
        for objective in engagement.objectives.unscoped()
        if objective.pk not in objectives
    ]
    if not any(row.kind == Kind.CALM for row in known):
        rows.insert(0, ExitCriterion(engagement=engagement, kind=Kind.CALM, days=USUAL_CALM_DAYS))
    rows += [ExitCriterion(engagement=engagement, text=text) for text in _missing_by_hand(engagement.language, texts)]
    with override(engagement.language):
        for row in rows:
            row.text = row.text or _usual_text(row)
    ExitCriterion.objects.bulk_create(rows)
    if rows:
        _audit(actor, engagement, "exit.started", {"criteria": len(rows)})
    return len(rows)


@transaction.atomic
def mark_met(*, actor: User, criterion: ExitCriterion, was: str = "", evidence: str, met_on: date) -> ExitCriterion:
    """Note that a criterion is met, by whom, and what shows it. Once.

    `was` is the mark of what the page showed: raises StaleError where the criterion says something else by now.
    Raises DomainError on "evidence" where nothing shows it, on "met_on" for a day to come, and where it is counted by
    OnSite or noted already.
    """
    require(actor, Permission.EDIT_ROLLOUT, criterion.engagement)
    engagement = Engagement.objects.lock(criterion.engagement_id)
    row = held_row(criterion, was)
    if row.kind != Kind.BY_HAND:
        raise DomainError(_("OnSite counts this one itself."))
    _refuse_met(row)
    if not evidence.strip():
        raise DomainError(_("Say what shows it: a record, a report, who saw it."), field="evidence")
    if met_on > engagement.today():
        raise DomainError(_("This day has not come yet at the site."), field="met_on")
    refuse_access_data({"evidence": evidence})
    row.met_on, row.evidence, row.recorded_by = met_on, evidence, actor
    row.save()
    _audit(actor, row, "exit.met", {"text": row.text, "on": str(met_on), "evidence": evidence})
    return row


@transaction.atomic
def take_back(*, actor: User, criterion: ExitCriterion) -> None:
    """Take back that a criterion is met; the audit keeps what was noted. Nothing happens where it is not noted."""
    require(actor, Permission.EDIT_ROLLOUT, criterion.engagement)
    Engagement.objects.lock(criterion.engagement_id)
    row = held_row(criterion)
    if row.met_on is None:
        return
    was = {"text": row.text, "on": str(row.met_on), "evidence": row.evidence}
    row.met_on, row.evidence, row.recorded_by = None, "", None
    row.save()
    _audit(actor, row, "exit.taken_back", was)


def _refuse_met(row: ExitCriterion) -> None:
    if row.met_on is not None:
        raise DomainError(_("This criterion is noted as met. Take that back first."))


def _days(days: int | None) -> int:
    if days is None or not 1 <= days <= LONGEST_CALM_DAYS:
        raise DomainError(_("Say how many days, between 1 and %(most)s.") % {"most": LONGEST_CALM_DAYS}, field="days")
    return days


def _objective(engagement: Engagement, objective: Objective | None) -> Objective:
    if objective is None or objective.engagement_id != engagement.pk:
        raise DomainError(_("Choose one of this engagement's objectives."), field="objective")
    return objective


def _usual_text(row: ExitCriterion) -> str:
    if row.kind == Kind.CALM:
        return str(CALM_TEXT) % {"days": row.days}
    if row.objective is not None:
        return row.objective.title
    raise DomainError(_("Say what has to be so."), field="text")


def _missing_by_hand(language: str, known: set[str]) -> list[str]:
    found = []
    for line in USUAL_BY_HAND:
        texts = {}
        for each in ("zh-hans", "en"):
            with override(each):
                texts[each] = str(line)
        # Recognised in both languages: the language of the documents may have changed since.
        if not known & set(texts.values()):
            found.append(texts[language])
    return found


def _audit(actor: User, row: ExitCriterion | Engagement, action: str, data: dict[str, Any]) -> None:
    engagement = row if isinstance(row, Engagement) else row.engagement
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=data)
