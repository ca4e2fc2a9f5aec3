"""Rules reach engagements: what they demand is made there, ticked there, and taken back where they bind no more."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement, RuleApplication, RuleVersion
from engagements.rules import making
from engagements.rules.kept import note_fulfilment
from engagements.rules.matching import bound_of, conditions_of, is_bound, newest_versions
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError

# The rules' own chain of the audit; see `services.rules`.
CHAIN = "rules"


def apply_rules(*, actor: User, engagement: Engagement) -> None:
    """Bring what the active rules demand of a running engagement up to date; doing it twice changes nothing. Runs in the
    caller's transaction, which holds the engagement's lock."""
    if not engagement.is_running:
        return
    bound = bound_of(engagement)
    binding = {version.rule_id: version for version in newest_versions() if is_bound(conditions_of(version), bound)}
    known = {row.rule_id: row for row in engagement.rule_applications.unscoped().with_made()}
    for rule_id, application in known.items():
        application.engagement = engagement
        if rule_id not in binding and application.ended_at is None:
            _end(actor, application)
    for rule_id, version in binding.items():
        _bind(actor, engagement, version, known.get(rule_id))
    if known or binding:
        note_fulfilment(engagement)


@transaction.atomic
def tick(*, actor: User, application: RuleApplication) -> None:
    """Say that the line was done (whoever may edit the preparation). Raises DomainError where it is ticked already,
    is no line of a checklist, or the rule binds no more."""
    row = _held_line(actor, application)
    if row.ticked_at is not None:
        raise DomainError(_("This was ticked already."))
    row.ticked_at, row.ticked_by = timezone.now(), actor
    row.save(update_fields=["ticked_at", "ticked_by"])
    _audit(actor, row, "rule.ticked")
    note_fulfilment(row.engagement)


@transaction.atomic
def untick(*, actor: User, application: RuleApplication) -> None:
    """Take the tick back: what was ticked by mistake was never fulfilled. Raises DomainError where there is none."""
    row = _held_line(actor, application)
    if row.ticked_at is None:
        raise DomainError(_("This is not ticked."))
    row.ticked_at, row.ticked_by, row.satisfied_at = None, None, None
    row.save(update_fields=["ticked_at", "ticked_by", "satisfied_at"])
    _audit(actor, row, "rule.unticked")
    apply_rules(actor=actor, engagement=row.engagement)


def _held_line(actor: User, application: RuleApplication) -> RuleApplication:
    """Return the application as it stands under the engagement's lock."""
    require(actor, Permission.EDIT_PREPARATION, application.engagement)
    engagement = Engagement.objects.lock(application.engagement_id)
    rows = engagement.rule_applications.unscoped().standing().with_made()
    row = rows.filter(pk=application.pk, version__form=RuleVersion.Form.CHECKLIST).first()
    if row is None:
        raise DomainError(_("This rule asks for no tick here any more."))
    row.engagement = engagement
    return row


def _bind(actor: User, engagement: Engagement, version: RuleVersion, known: RuleApplication | None) -> None:
    row = known or RuleApplication(engagement=engagement, rule=version.rule, version=version)
    was = None if row._state.adding else _state_of(row)
    row.ended_at = None
    # Whoever did what the rule asked, when it asked for it, is not asked again because its words were improved.
    if not row.is_fulfilled:
        making.make(actor, row, version)
    if was == _state_of(row):
        return
    row.save()
    _audit(actor, row, "rule.applied")


def _end(actor: User, row: RuleApplication) -> None:
    if not row.is_fulfilled:
        making.take_back(actor, row)
    row.ended_at = timezone.now()
    row.save()
    _audit(actor, row, "rule.ended")


def _state_of(row: RuleApplication) -> tuple[Any, ...]:
    made = (row.sign_off_id, row.document_request_id, row.checklist_item_id, row.contingency_plan_id)
    return (row.version_id, row.ended_at, *made)


def _audit(actor: User, row: RuleApplication, action: str) -> None:
    data = {"rule": row.rule_id, "title": row.rule.title, "version": row.version.number}
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)
