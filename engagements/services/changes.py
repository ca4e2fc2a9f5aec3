"""Change requests: raised, decided, signed, and carried out with the last signature."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements import change_watch
from engagements.change_text import moves, reason_of, text_of_change
from engagements.models import ChangeRequest, Engagement, ScopeItem, SignOff
from engagements.services import plan, signing
from engagements.settling import PlanRows
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError

Decision = ChangeRequest.Decision
# The vendor's own business: it stands in no audit entry, no frozen text and nothing that is made from them.
PRICE_FIELDS = frozenset({"price", "price_note"})


@transaction.atomic
def save_change(
    *, actor: User, engagement: Engagement, change: ChangeRequest | None = None, **fields: Any
) -> ChangeRequest:
    """Raise a change request, or change one that is not decided yet.

    Raises DomainError where goals and scope were never agreed, on "stage" where days fall on no stage, on
    "out_of_scope" for a line that also comes in, and where it was decided meanwhile.
    """
    require(actor, Permission.EDIT_GOALS, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    if fields["impact_days"] and fields["stage"] is None:
        raise DomainError(_("Say which stage these days fall on."), field="stage")
    if change is None:
        _refuse_without_agreement(engagement)
        newest = engagement.changes.unscoped().aggregate(number=Max("number"))["number"]
        row = ChangeRequest(engagement=engagement, number=(newest or 0) + 1, raised_by=actor)
    else:
        row = _undecided(change)
    for name, value in fields.items():
        setattr(row, name, value)
    if row.into_scope and row.into_scope == row.out_of_scope:
        raise DomainError(_("One line can't come into scope and leave it."), field="out_of_scope")
    action = "change.raised" if row.pk is None else "change.edited"
    row.save()
    told = {name: str(value) for name, value in fields.items() if name not in PRICE_FIELDS}
    _audit(actor, row, action, {"number": row.number} | told)
    return row


@transaction.atomic
def decide_change(*, actor: User, change: ChangeRequest, decision: str, note: str) -> ChangeRequest:
    """Decide. To do it freezes the text that client PM and business owner sign; nothing else changes before both have.

    Raises DomainError where somebody decided meanwhile, on "decision" for one to do that changes nothing or moves a
    go-live that was recorded, and where goals and scope are not agreed or wait for signatures themselves.
    """
    require(actor, Permission.DECIDE_CHANGE, change.engagement)
    engagement = Engagement.objects.lock(change.engagement_id)
    row = _undecided(change)
    row.decision, row.decision_note = decision, note
    row.decided_by, row.decided_at = actor, timezone.now()
    if decision == Decision.DO:
        _refuse_impossible(row, engagement)
        text = text_of_change(row, _agreed_goals(engagement))
        row.sign_off = signing.freeze(
            actor=actor, engagement=engagement, kind=SignOff.Kind.CHANGE, topic=str(row.number), text=text
        )
    row.save()
    _audit(actor, row, "change.decided", {"number": row.number, "decision": decision, "note": note})
    change_watch.announce(actor, row)
    return row


@transaction.atomic
def withdraw_decision(*, actor: User, change: ChangeRequest) -> None:
    """Take back a decision to do it that not everybody signed yet: its text is superseded, and it is undecided again.

    Raises DomainError where there is no such decision any more.
    """
    require(actor, Permission.DECIDE_CHANGE, change.engagement)
    Engagement.objects.lock(change.engagement_id)
    row = ChangeRequest.objects.unscoped().select_related("engagement", "sign_off").get(pk=change.pk)
    if row.decision != Decision.DO or row.applied_at is not None or row.sign_off is None:
        raise DomainError(
            _("There is no decision to withdraw any more: somebody else was faster, or all have signed.")
        )
    signing.supersede(row.sign_off)
    row.sign_off, row.decision, row.decided_by, row.decided_at = None, Decision.UNDECIDED, None, None
    row.save()
    _audit(actor, row, "change.withdrawn", {"number": row.number})
    change_watch.announce(actor, row)


def refuse_outdated(sign_off: SignOff) -> None:
    """Raise StaleError where the change can't be carried out any more as it was written."""
    if reason := why_outdated(sign_off):
        raise StaleError(reason)


def why_outdated(sign_off: SignOff) -> str:
    """Say why an unsigned change can't be carried out any more: other goals and scope stand by now, the go-live it
    would move is recorded, or its stage can't grow. "" where it can be."""
    if sign_off.is_signed:
        return ""
    text, engagement = sign_off.text, sign_off.engagement
    current = engagement.sign_offs.unscoped().current().filter(kind=SignOff.Kind.GOALS)
    if not current.filter(version=text["goals_version"]).exists():
        return _(
            "Goals and scope changed since version %(version)s, on which this change was written. Nothing was signed;"
            " the decision has to be withdrawn and made again."
        ) % {"version": text["goals_version"]}
    if text["impact_days"] and engagement.go_live_on is not None:
        return _(
            "The go-live day was recorded meanwhile, and this change would move it. Nothing was signed; the decision"
            " has to be withdrawn and made again."
        )
    return _why_it_can_not_grow(engagement, text) if text["impact_days"] else ""


def _why_it_can_not_grow(engagement: Engagement, text: dict[str, Any]) -> str:
    rows = PlanRows.load(engagement)
    try:
        rows.grow(next(stage for stage in rows.stages if stage.kind == text["stage"]), text["impact_days"])
    except DomainError as error:
        return error.message
    return ""


def carry_out(actor: User, sign_off: SignOff) -> None:
    """Do what both sides signed: scope, agreed day, plan and baseline move, and the goals and scope that follow are
    agreed through it. Runs in the transaction of the last signature, under the engagement's lock."""
    change = (
        sign_off.engagement.changes.unscoped().select_related("engagement__client", "stage").get(sign_off=sign_off)
    )
    engagement = change.engagement
    _write_scope(change, sign_off.text["goals"])
    if change.impact_days and change.stage is not None:
        engagement.agreed_go_live_on = _agreed_day_after(change, sign_off.text)
        Engagement.objects.filter(pk=engagement.pk).update(agreed_go_live_on=engagement.agreed_go_live_on)
        stage, days = change.stage, change.impact_days
        plan.move_baseline(actor=actor, engagement=engagement, stage=stage, days=days, reason=reason_of(change))
        plan.extend_stage(actor=actor, engagement=engagement, stage=stage, days=days)
    signing.add_version(
        actor=actor,
        engagement=engagement,
        kind=SignOff.Kind.GOALS,
        topic="",
        text=sign_off.text["goals"],
        through=sign_off,
    )
    change.applied_at = timezone.now()
    change.save(update_fields=["applied_at"])
    _audit(actor, change, "change.carried_out", {"number": change.number, "days": change.impact_days})
    change_watch.announce(actor, change)


def _agreed_day_after(change: ChangeRequest, text: dict[str, Any]) -> date:
    """The day that was signed, whatever calendar the site works by meanwhile; a day drafted since moves as far."""
    engagement = change.engagement
    if str(engagement.agreed_go_live_on) == text["agreed_before"]:
        return date.fromisoformat(text["goals"]["agreed_go_live_on"])
    return engagement.working_calendar.shift(engagement.agreed_go_live_on, change.impact_days)


def _write_scope(change: ChangeRequest, goals: dict[str, Any]) -> None:
    """Write the lines as the signed goals have them: a line that changes sides goes to the end of the other."""
    engagement = change.engagement
    for text, origin, target in moves(change):
        stood = engagement.scope_items.unscoped().filter(text=text, is_included=origin == "in_scope").first()
        if stood is not None:
            stood.delete()
        ScopeItem.objects.create(
            engagement=engagement, is_included=target == "in_scope", text=text, reason=goals[target][-1]["reason"]
        )


def _undecided(change: ChangeRequest) -> ChangeRequest:
    rows = ChangeRequest.objects.unscoped().select_related("engagement__client", "stage")
    row = rows.get(pk=change.pk)
    if row.decision != Decision.UNDECIDED:
        raise DomainError(_("Somebody decided on this meanwhile: %(decision)s.")
                          % {"decision": row.get_decision_display()})  # fmt: skip
    return row


def _refuse_without_agreement(engagement: Engagement) -> None:
    if not engagement.sign_offs.filter(kind=SignOff.Kind.GOALS).exclude(signed_at=None).exists():
        raise DomainError(_("Goals and scope are not agreed yet: change them directly."))


def _agreed_goals(engagement: Engagement) -> SignOff:
    """Return the version in force. One that waits for signatures would be replaced under the signers' hands."""
    _refuse_without_agreement(engagement)
    current = engagement.sign_offs.unscoped().current().get(kind=SignOff.Kind.GOALS)
    if not current.is_signed:
        raise DomainError(
            _("Version %(version)s of goals and scope waits for signatures. Decide once it is signed.")
            % {"version": current.version},
            field="decision",
        )
    return current


def _refuse_impossible(change: ChangeRequest, engagement: Engagement) -> None:
    if not (change.impact_days or change.into_scope or change.out_of_scope):
        raise DomainError(
            _(
                "It changes nothing that was agreed yet: write what comes into scope, what leaves it, or the days it takes."
            ),
            field="decision",
        )
    if change.impact_days and engagement.go_live_on is not None:
        raise DomainError(
            _("The go-live day is recorded and does not move any more. Put the change into the next phase."),
            field="decision",
        )
    if change.impact_days and change.stage_id is not None:
        # Tried on rows in memory: a stage that can't grow is said to who decides, not to the last signer.
        rows = PlanRows.load(engagement)
        rows.grow(rows.stage(change.stage_id), change.impact_days)


def _audit(actor: User, change: ChangeRequest, action: str, data: dict[str, Any]) -> None:
    audit.record(chain=change.engagement.audit_chain, actor=actor, action=action, target=change, data=data)
