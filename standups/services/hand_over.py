"""The hand-over sheet: filled, frozen for the client's signature, and taken back where what it holds changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from engagements import agreements
from engagements.models import Engagement, SignOff
from engagements.services import signing
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError, Obstacle, RefusedError, StaleError
from standups.first_weeks import hand_over as hand_over_text
from standups.first_weeks.held import held_row, refuse_stale
from standups.models import HandOver, OperationsContact, ReturnedAccess


@transaction.atomic
def save_hand_over(
    *,
    actor: User,
    engagement: Engagement,
    was: str = "",
    planned_on: date | None,
    taken_over_by: str = "",
    support_hours: str = "",
    note: str = "",
) -> HandOver:
    """Say who takes over, when, and what they have to know. A day that has passed is the day it was done.

    `was` is the mark of what the page showed ("new" where nothing was there): raises StaleError where somebody wrote
    since, DomainError beside a field that holds access data.
    """
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    texts = {"taken_over_by": taken_over_by, "support_hours": support_hours, "note": note}
    refuse_access_data(texts)
    row = HandOver.objects.unscoped().filter(engagement=engagement).first()
    refuse_stale(row, was)
    row = row or HandOver(engagement=engagement)
    row.planned_on = planned_on
    for name, text in texts.items():
        setattr(row, name, text)
    row.save()
    _audit(actor, engagement, "handover.changed", row, {**texts, "planned_on": str(planned_on or "")})
    _let_go_of_changed(engagement)
    return row


@transaction.atomic
def save_access(
    *, actor: User, engagement: Engagement, access: ReturnedAccess | None = None, was: str = "", kind: str, what: str
) -> ReturnedAccess:
    """Note what was lent to the team, or change that. Raises StaleError and DomainError as `save_hand_over`."""
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    refuse_access_data({"what": what})
    row = held_row(access, was) if access else ReturnedAccess(engagement=engagement)
    row.kind, row.what = kind, what
    row.save()
    _audit(actor, engagement, "access.changed" if access else "access.noted", row, {"kind": kind, "what": what})
    _let_go_of_changed(engagement)
    return row


@transaction.atomic
def delete_access(*, actor: User, access: ReturnedAccess) -> None:
    """Take a line out that was a mistake. Raises DomainError where it was given back: that stays."""
    engagement, row = _held_access(actor, access)
    if row.returned_on is not None:
        raise DomainError(_("This was given back already and stays in the sheet."))
    _audit(actor, engagement, "access.deleted", row, {"what": row.what})
    row.delete()
    _let_go_of_changed(engagement)


@transaction.atomic
def give_back(*, actor: User, access: ReturnedAccess, returned_on: date, received_by: str) -> ReturnedAccess:
    """Note that it was given back or closed, on a day, and who took it. Once.

    Raises DomainError on "returned_on" for a day to come, on "received_by" for nobody or for access data, and where it was
    noted already.
    """
    engagement, row = _held_access(actor, access)
    if row.returned_on is not None:
        raise DomainError(_("%(name)s has taken this back already.") % {"name": row.received_by})
    if returned_on > engagement.today():
        raise DomainError(_("This day has not come yet at the site."), field="returned_on")
    if not received_by.strip():
        raise DomainError(_("Say who took it back or closed it."), field="received_by")
    refuse_access_data({"received_by": received_by})
    row.returned_on, row.received_by = returned_on, received_by
    row.save()
    _audit(actor, engagement, "access.returned", row, {"what": row.what, "on": str(returned_on), "by": received_by})
    _let_go_of_changed(engagement)
    return row


@transaction.atomic
def take_return_back(*, actor: User, access: ReturnedAccess) -> None:
    """Take back that it was given back; the audit keeps what was noted. Nothing happens where it is outstanding."""
    engagement, row = _held_access(actor, access)
    if row.returned_on is None:
        return
    was = {"what": row.what, "on": str(row.returned_on), "by": row.received_by}
    row.returned_on, row.received_by = None, ""
    row.save()
    _audit(actor, engagement, "access.outstanding", row, was)
    _let_go_of_changed(engagement)


@transaction.atomic
def save_contact(
    *,
    actor: User,
    engagement: Engagement,
    contact: OperationsContact | None = None,
    was: str = "",
    **fields: str,
) -> OperationsContact:
    """Note whom to call, or change that; `fields` are the model's own. Raises as `save_hand_over`."""
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    refuse_access_data(fields)
    row = held_row(contact, was) if contact else OperationsContact(engagement=engagement)
    for name, text in fields.items():
        setattr(row, name, text)
    row.save()
    _audit(actor, engagement, "contact.changed" if contact else "contact.created", row, dict(fields))
    _let_go_of_changed(engagement)
    return row


@transaction.atomic
def delete_contact(*, actor: User, contact: OperationsContact) -> None:
    """Take somebody out of the list. Raises DomainError where somebody else did."""
    require(actor, Permission.EDIT_ROLLOUT, contact.engagement)
    engagement = Engagement.objects.lock(contact.engagement_id)
    row = held_row(contact)
    _audit(actor, engagement, "contact.deleted", row, {"name": row.name})
    row.delete()
    _let_go_of_changed(engagement)


@transaction.atomic
def freeze_hand_over(*, actor: User, engagement: Engagement) -> SignOff:
    """Freeze the sheet as the next version, to be signed by the client's PM.

    Raises RefusedError with all that is missing (`before_freezing`), DomainError where nothing changed since the version
    that stands. Access that was not given back yet is no obstacle: an account for the follow-up visits may stay open by
    agreement, and the sheet says so under the signature.
    """
    require(actor, Permission.LEAD_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    missing = before_freezing(engagement)
    if missing:
        raise RefusedError(_("The hand-over sheet can't be frozen yet."), missing)
    sheet = hand_over_text.sheet_of(engagement)
    current = standing_text(engagement)
    if current is not None and hand_over_text.still_holds(current, sheet):
        raise DomainError(_("Nothing changed since version %(version)s.") % {"version": current.version})
    text = hand_over_text.text_of(engagement, sheet)
    sign_off = signing.freeze(actor=actor, engagement=engagement, kind=SignOff.Kind.HANDOVER, topic="", text=text)
    HandOver.objects.filter(engagement=engagement).update(sign_off=sign_off)
    return sign_off


def before_freezing(engagement: Engagement) -> list[Obstacle]:
    """Return what is missing: the go-live, who takes over, whom to call, and for each open item the role or the name that
    both sides read."""
    sheet_url = reverse("standups:hand_over", args=[engagement.pk])
    row = HandOver.objects.unscoped().filter(engagement=engagement).first()
    found = []
    if engagement.ends_with_go_live and engagement.go_live_on is None:
        go_url = reverse("standups:go_decision", args=[engagement.pk])
        text = _("No go-live day is decided: there is nothing to take over yet.")
        found.append(Obstacle("handover.not_live", text, go_url, waivable=False))
    if row is None or not row.taken_over_by.strip():
        edit_url = reverse("standups:hand_over_edit", args=[engagement.pk])
        found.append(Obstacle("handover.receiver", _("Nobody is named who takes over."), edit_url, waivable=False))
    if not engagement.operations_contacts.exists():
        text = _("Nobody is named whom to call after the team has left.")
        found.append(Obstacle("handover.contacts", text, f"{sheet_url}#contacts", waivable=False))
    ownerless = _("Name the role or department that cares for the open problem “%(title)s”.")
    found += [
        Obstacle(
            f"handover.owner.{problem.pk}",
            ownerless % {"title": problem.title},
            problem.get_absolute_url(),
            waivable=False,
        )
        for problem in hand_over_text.open_items(engagement)
        if not problem.owner_role.strip()
    ]
    nobody = _("Nobody sees to the condition “%(text)s”.")
    found += [
        Obstacle(f"handover.condition.{row.pk}", nobody % {"text": row.text}, sheet_url, waivable=False)
        for row in hand_over_text.open_conditions(engagement)
        if not row.owner_name.strip()
    ]
    return found


def standing_text(engagement: Engagement) -> SignOff | None:
    """Return the sheet as it was last frozen, if no change has taken it back since."""
    return engagement.sign_offs.unscoped().current().filter(kind=SignOff.Kind.HANDOVER).first()


def signed_text(engagement: Engagement) -> SignOff | None:
    """Return the newest sheet that was signed, also while a later one waits for its signature."""
    texts = engagement.sign_offs.unscoped().filter(kind=SignOff.Kind.HANDOVER).exclude(signed_at=None)
    return texts.order_by("-version").first()


def refuse_changed(sign_off: SignOff) -> None:
    """Raise StaleError where the sheet holds something else by now: a problem was solved, an environment added."""
    engagement = sign_off.engagement
    if sign_off.is_signed or hand_over_text.still_holds(sign_off, hand_over_text.sheet_of(engagement)):
        return
    raise StaleError(
        _("What is handed over changed since version %(version)s was frozen: freeze the sheet again, then sign that.")
        % {"version": sign_off.version}
    )


def register_all() -> None:
    """Called once when the apps are ready."""
    agreements.holds_while(SignOff.Kind.HANDOVER, refuse_changed)
    agreements.at_home(SignOff.Kind.HANDOVER, _home)


def _home(sign_off: SignOff) -> str:
    return reverse("standups:hand_over", args=[sign_off.engagement_id])


def _let_go_of_changed(engagement: Engagement) -> None:
    """Ask nobody any more to sign a sheet that holds something else by now; a signed one stays."""
    current = standing_text(engagement)
    if current is None or current.is_signed:
        return
    if not hand_over_text.still_holds(current, hand_over_text.sheet_of(engagement)):
        signing.supersede(current)


def _held_access(actor: User, access: ReturnedAccess) -> tuple[Engagement, ReturnedAccess]:
    require(actor, Permission.EDIT_ROLLOUT, access.engagement)
    engagement = Engagement.objects.lock(access.engagement_id)
    return engagement, held_row(access)


def _audit(
    actor: User,
    engagement: Engagement,
    action: str,
    row: HandOver | ReturnedAccess | OperationsContact,
    data: dict[str, Any],
) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=data)
