"""What was made because a rule demands it: it stays while the rule binds, and says once when it was fulfilled."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import ChecklistItem, ContingencyPlan, DocumentRequest, Engagement, RuleApplication, SignOff
from onsite.accounts.models import User
from onsite.core.errors import DomainError


def refuse_removal(row: DocumentRequest | ChecklistItem | ContingencyPlan) -> None:
    """Raise DomainError where a standing rule demands this row: who deleted it would be asked for it again."""
    name = {
        DocumentRequest: "document_request",
        ChecklistItem: "checklist_item",
        ContingencyPlan: "contingency_plan",
    }[type(row)]
    if RuleApplication.objects.unscoped().standing().filter(**{name: row.pk}).exists():
        raise DomainError(_("A standing rule asks for this, so it stays. A manager can waive it at its gate."))


def note_fulfilment(engagement: Engagement) -> None:
    """Keep when the rules of an engagement were fulfilled first. Runs in the transaction of whatever may have done it."""
    open_ones = engagement.rule_applications.unscoped().standing().filter(satisfied_at=None).with_made()
    fulfilled = [application.pk for application in open_ones if application.is_fulfilled]
    if fulfilled:
        RuleApplication.objects.unscoped().filter(pk__in=fulfilled).update(satisfied_at=timezone.now())


def letter_signed(actor: User, sign_off: SignOff) -> None:
    """The last signature under a rule's letter fulfils the rule."""
    note_fulfilment(sign_off.engagement)
