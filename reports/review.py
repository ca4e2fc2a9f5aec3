"""Reading a closing report before it is issued: remarks on its chapters, and a manager's approval of these very words."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission, Role
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.notifications.services import cancel, enqueue
from reports.models import DocumentKind, Draft, DraftComment

# What a draft says of its review where nobody asked for one and nobody approved it.
NOT_REVIEWED: dict[str, Any] = dict.fromkeys(
    ["review_asked_at", "review_asked_by", "approved_version", "approved_by", "approved_at"]
)


@transaction.atomic
def ask_review(*, actor: User, engagement: Engagement, version: int) -> Draft:
    """Ask the delivery manager to read the words in this version, the one the page showed.

    Raises StaleError where they were saved again meanwhile, DomainError where nothing is written, it was asked already, or
    a manager approved them.
    """
    require(actor, Permission.DRAFT_DOCUMENT, engagement)
    draft = _shown(engagement, version)
    if not draft.summary.strip():
        raise DomainError(_("Write the conclusion first: the report begins with it."))
    if draft.is_approved:
        raise DomainError(_("This version of the words is approved already."))
    if draft.is_under_review:
        raise DomainError(_("The review was asked for already."))
    draft.review_asked_at, draft.review_asked_by = timezone.now(), actor
    draft.save(update_fields=["review_asked_at", "review_asked_by"])
    _record(actor, draft, "review_asked")
    for manager in _managers(engagement):
        _tell(draft, manager, "report_review_asked")
    return draft


@transaction.atomic
def approve_draft(*, actor: User, engagement: Engagement, version: int) -> Draft:
    """Approve the words as the page showed them; any later word is not approved by this.

    Raises StaleError where they were saved again meanwhile, DomainError where nothing is written, or they are approved.
    """
    require(actor, Permission.REVIEW_DOCUMENT, engagement)
    draft = _shown(engagement, version)
    if draft.is_approved:
        raise DomainError(_("This version of the words is approved already."))
    _answer(actor, draft, "report_approved")
    _settle(draft, approved_version=draft.version, approved_by=actor, approved_at=timezone.now())
    _record(actor, draft, "approved")
    return draft


@transaction.atomic
def send_back(*, actor: User, engagement: Engagement, version: int, text: str) -> Draft:
    """Send the words back with what is to be done; an approval of them is withdrawn.

    Raises StaleError where they were saved again meanwhile, DomainError where nobody asked for the review.
    """
    require(actor, Permission.REVIEW_DOCUMENT, engagement)
    draft = _shown(engagement, version)
    if draft.review_asked_at is None and not draft.is_approved:
        raise DomainError(_("Nobody asked for the review: write a remark instead."))
    remark = DraftComment.objects.create(draft=draft, text=text, author=actor)
    _answer(actor, draft, "report_sent_back", remark=remark.pk)
    _settle(draft)
    _record(actor, draft, "sent_back", remark=remark.pk)
    return draft


@transaction.atomic
def add_remark(*, actor: User, engagement: Engagement, chapter: str, text: str) -> DraftComment:
    """Remark on a chapter of the draft, by its anchor, "" for the whole. Raises DomainError where nothing is written."""
    require(actor, Permission.DRAFT_DOCUMENT, engagement)
    draft = _held(engagement)
    remark = DraftComment.objects.create(draft=draft, chapter=chapter, text=text, author=actor)
    _record(actor, draft, "remarked", remark=remark.pk, chapter=chapter)
    return remark


@transaction.atomic
def settle_remark(*, actor: User, engagement: Engagement, remark: DraftComment) -> None:
    """Settle a remark; one that is settled stays so, and says who did it first."""
    require(actor, Permission.DRAFT_DOCUMENT, engagement)
    draft = _held(engagement)
    open_one = DraftComment.objects.filter(pk=remark.pk, draft=draft, settled_at=None)
    if open_one.update(settled_at=timezone.now(), settled_by=actor):
        _record(actor, draft, "remark_settled", remark=remark.pk)


def _held(engagement: Engagement) -> Draft:
    """Return the draft, held until the transaction ends: saving it waits."""
    Engagement.objects.lock(engagement.pk)
    rows = engagement.drafts.unscoped().filter(kind=DocumentKind.CLOSING_REPORT).select_for_update(of=("self",))
    draft = rows.select_related("review_asked_by").first()
    if draft is None:
        raise DomainError(_("Nothing is written yet: save your words first."))
    return draft


def _shown(engagement: Engagement, version: int) -> Draft:
    draft = _held(engagement)
    if draft.version != version:
        raise StaleError(_("The words were saved again meanwhile. Read them as they stand now."))
    return draft


def _managers(engagement: Engagement) -> list[User]:
    """Return the engagement's own manager, everyone who is one where theirs has left."""
    if engagement.created_by.is_manager and engagement.created_by.is_active:
        return [engagement.created_by]
    return list(User.objects.filter(role=Role.MANAGER, is_active=True))


def _settle(draft: Draft, **approval: Any) -> None:
    """The review is over: approved with these fields, or sent back without any."""
    for name, value in (NOT_REVIEWED | approval).items():
        setattr(draft, name, value)
    draft.save(update_fields=list(NOT_REVIEWED))


def _answer(actor: User, draft: Draft, kind: str, **told: Any) -> None:
    """Tell whoever asked; nobody is reminded any more to read."""
    cancel(prefix=f"draft:{draft.pk}:report_review_asked:")
    if draft.review_asked_by is not None and draft.review_asked_by != actor:
        _tell(draft, draft.review_asked_by, kind, **told)


def _tell(draft: Draft, person: User, kind: str, **told: Any) -> None:
    # The moment is in it: the same words can be asked about, and sent back, twice.
    key = f"draft:{draft.pk}:{kind}:{person.pk}:{timezone.now().isoformat()}"
    enqueue(kind=kind, recipient=person, dedupe_key=key, payload={"draft": draft.pk, **told})


def _record(actor: User, draft: Draft, what: str, **data: Any) -> None:
    told = {"kind": draft.kind, "version": draft.version, **data}
    audit.record(chain=draft.engagement.audit_chain, actor=actor, action=f"document.{what}", target=draft, data=told)
