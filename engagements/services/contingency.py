"""An engagement's contingency plans: prepared, fitted, kept ready. What happens in an emergency: `emergencies`, offered
here as well so that callers have one door."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.contingency_library import PreparedPlan, usual_plans
from engagements.models import ContingencyPlan, Engagement
from engagements.rules.kept import note_fulfilment, refuse_removal
from engagements.services.emergencies import add_step, end, invoke, respond, tick_step, untick_step
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.unique import unless_taken

LONGEST_LIMIT_MINUTES = 24 * 60
LONGEST_STEP = 300
MOST_STEPS = 30

__all__ = [
    "add_step", "delete_plan", "end", "invoke", "respond", "save_plan", "take_over", "take_over_usual_plans",
    "tick_step", "untick_step",
]  # fmt: skip


@transaction.atomic
def take_over_usual_plans(*, actor: User, engagement: Engagement) -> list[ContingencyPlan]:
    """Add those of the three usual plans that the engagement has no answer to yet, in the language of its documents.

    The lead owns them until somebody says otherwise. Returns what was added, nothing where all are there.
    """
    require(actor, Permission.EDIT_PREPARATION, engagement)
    row = Engagement.objects.lock(engagement.pk)
    existing = list(row.contingency_plans.unscoped())
    answered, titles = {plan.emergency for plan in existing}, {plan.title for plan in existing}
    with override(row.language):
        missing = [plan for plan in usual_plans() if plan.emergency not in answered and plan.title not in titles]
    return [_adopt(actor, row, plan) for plan in missing]


@transaction.atomic
def take_over(*, actor: User, engagement: Engagement, prepared: PreparedPlan) -> ContingencyPlan:
    """Add one plan of the library. Raises DomainError where the engagement has one of this title already."""
    require(actor, Permission.EDIT_PREPARATION, engagement)
    row = Engagement.objects.lock(engagement.pk)
    if row.contingency_plans.filter(title=prepared.title).exists():
        raise DomainError(_same_title(), field="title")
    return _adopt(actor, row, prepared)


def save_plan(
    *, actor: User, engagement: Engagement, plan: ContingencyPlan | None = None, was: str = "", **fields: Any
) -> ContingencyPlan:
    """Create or change a plan; `fields` are the model's own, `steps` a list of lines.

    `was` is the fingerprint of what the page showed: raises StaleError where somebody changed the plan since. Raises
    DomainError beside the field for a person who is not in the engagement, owner and deputy in one person, a limit
    outside 1–1440 minutes, steps too long or too many, a rehearsal in the future or a result without its day.
    """
    require(actor, Permission.EDIT_PREPARATION, engagement)
    with unless_taken(_same_title(), field="title"):
        Engagement.objects.lock(engagement.pk)
        row = _held(plan, was) if plan else ContingencyPlan(engagement=engagement)
        for name, value in fields.items():
            setattr(row, name, value)
        _refuse_impossible(row, engagement)
        row.save()
        _audit(actor, "contingency.changed" if plan else "contingency.created", row)
        note_fulfilment(engagement)
    return row


@transaction.atomic
def delete_plan(*, actor: User, plan: ContingencyPlan) -> None:
    """Take a plan out. Raises DomainError where it was needed already, as its log stays for the report, or a standing
    rule asks for it."""
    require(actor, Permission.EDIT_PREPARATION, plan.engagement)
    Engagement.objects.lock(plan.engagement_id)
    row = _held(plan, "")
    if row.invocations.exists():
        raise DomainError(_("This plan was invoked already and stays with its log."))
    refuse_removal(row)
    _audit(actor, "contingency.deleted", row)
    row.delete()


def _adopt(actor: User, engagement: Engagement, prepared: PreparedPlan) -> ContingencyPlan:
    lead = engagement.memberships.unscoped().active().with_part(Part.LEAD).first()
    row = ContingencyPlan.objects.create(
        engagement=engagement, emergency=prepared.emergency, title=prepared.title, trigger=prepared.trigger,
        respond_within_minutes=prepared.respond_within_minutes, steps=list(prepared.steps),
        fallback=prepared.fallback, owner_id=lead.user_id if lead else None,
    )  # fmt: skip
    _audit(actor, "contingency.created", row)
    return row


def _held(plan: ContingencyPlan, was: str) -> ContingencyPlan:
    """Return the row as it stands under the engagement's lock."""
    row = ContingencyPlan.objects.unscoped().filter(pk=plan.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if was and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    return row


def _refuse_impossible(row: ContingencyPlan, engagement: Engagement) -> None:
    _refuse_people(row, engagement)
    if not 1 <= row.respond_within_minutes <= LONGEST_LIMIT_MINUTES:
        raise DomainError(_("Say a limit between 1 minute and 24 hours."), field="respond_within_minutes")
    if len(row.steps) > MOST_STEPS or any(len(step) > LONGEST_STEP for step in row.steps):
        raise DomainError(_("At most 30 steps of 300 characters: who reads this is in a hurry."), field="steps")
    _refuse_rehearsal(row, engagement.today())


def _refuse_people(row: ContingencyPlan, engagement: Engagement) -> None:
    people = set(engagement.memberships.unscoped().active().values_list("user_id", flat=True))
    for name in ("owner", "deputy"):
        if getattr(row, f"{name}_id") not in {None, *people}:
            raise DomainError(_("This person is not in the engagement."), field=name)
    if row.owner_id is not None and row.owner_id == row.deputy_id:
        raise DomainError(_("The deputy must be somebody else than the owner."), field="deputy")


def _refuse_rehearsal(row: ContingencyPlan, today: date) -> None:
    if row.rehearsed_on is not None and row.rehearsed_on > today:
        raise DomainError(_("This day has not come yet."), field="rehearsed_on")
    if row.rehearsal_result and row.rehearsed_on is None:
        raise DomainError(_("Say on which day it was rehearsed."), field="rehearsed_on")


def _same_title() -> str:
    return _("The engagement has a plan of this title already.")


def _audit(actor: User, action: str, row: ContingencyPlan) -> None:
    data = {
        "title": row.title, "limit_minutes": row.respond_within_minutes, "steps": row.steps, "owner": row.owner_id,
        "deputy": row.deputy_id, "escalation": row.escalation, "rehearsed_on": str(row.rehearsed_on or ""),
    }  # fmt: skip
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)
