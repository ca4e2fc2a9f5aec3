"""Deciding to go live: freezing what was decided for the client's signature, and what that signature brings about."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements import go_decision
from engagements.go_decision import Decision
from engagements.models import Engagement, SignOff
from engagements.services import followups, signing
from onsite.accounts.access import can, require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, RefusedError, StaleError
from standups.going_live import go
from standups.going_live.go import Standing
from standups.going_live.text import Decided, text_of


@transaction.atomic
def decide(
    *,
    actor: User,
    engagement: Engagement,
    decision: Decision,
    note: str,
    seen: str,
    after: int | None,
    go_live_on: date | None = None,
    look_again_on: date | None = None,
) -> SignOff:
    """Freeze what the client decided, to be signed by the client PM; an unsigned decision before is replaced.

    The client PM decides; lead or manager write down what was decided, which says nothing until the client has signed.
    `seen` is the fingerprint of what stood against it on the page, `after` the decision that stood there: raises
    StaleError where either is another by now. Raises RefusedError with every obstacle where a Go, or a Go with risks,
    isn't possible, DomainError where the fields or the engagement's phase forbid it.
    """
    if not can(actor, Permission.DECIDE_GO, engagement):
        require(actor, Permission.LEAD_ROLLOUT, engagement)
    row = Engagement.objects.lock(engagement.pk)
    refusal = why_not(row)
    if refusal:
        raise DomainError(refusal)
    decided = Decided(decision, note.strip(), _day(row, decision, note, go_live_on, look_again_on))
    _refuse_stale(row, after)
    # Read once: what is refused and what the text holds are the same list, whatever comes meanwhile.
    standing = go.in_documents_language(row)
    _refuse_obstacles(actor, row, decision, standing, seen)
    text = text_of(row, decided, standing)
    sign_off = signing.freeze(actor=actor, engagement=row, kind=SignOff.Kind.GO, topic="", text=text)
    data = {"decision": decision.value, "day": text["facts"]["go_live_on"], "codes": text["facts"]["codes"]}
    audit.record(chain=row.audit_chain, actor=actor, action="go.decided", target=sign_off, data=data)
    return sign_off


def why_not(engagement: Engagement) -> str:
    """Say why nothing can be decided in this engagement now; "" where it can."""
    if not engagement.ends_with_go_live:
        return _("This engagement ends with a hand-over, not with a go-live: there is no Go decision.")
    if engagement.phase not in go.DECIDED_IN:
        return _("A Go decision is made in execution or review.")
    standing = go_decision.standing_go(engagement)
    if standing is not None and standing.is_signed and engagement.is_live():
        day = date_format(engagement.go_live_on) if engagement.go_live_on else ""
        return _("It is live since %(day)s. Another day is recorded on the page “Review”.") % {"day": day}
    return ""


def carry_out(actor: User, sign_off: SignOff) -> None:
    """Do what the signed decision says: the go-live day is the one it names; "not yet" takes back a day to come.

    A day that somebody recorded by hand since the text was frozen stays: the sheet may come weeks later. Runs in the
    transaction of the signature, under the engagement's lock; the actor may be the client.
    """
    engagement = Engagement.objects.unscoped().get(pk=sign_off.engagement_id)
    if engagement.phase not in go.DECIDED_IN:
        return
    if engagement.go_live_revision != sign_off.text["facts"]["revision"]:
        return
    if go_decision.is_to_go(sign_off):
        followups.keep_go_live(actor=actor, engagement=engagement, on=go_decision.day_of(sign_off))
    else:
        followups.withdraw_go_live(actor=actor, engagement=engagement)


def home_of(sign_off: SignOff) -> str:
    """Return the address of the page on which it is decided."""
    return reverse("standups:go_decision", args=[sign_off.engagement_id])


def _day(
    engagement: Engagement, decision: Decision, note: str, go_live_on: date | None, look_again_on: date | None
) -> date:
    """Return the day that belongs to this decision; raise DomainError where it, or the reason to wait, is wrong."""
    if decision == Decision.NOT_YET:
        return _day_to_look_again(engagement, note, look_again_on)
    if go_live_on is None:
        raise DomainError(_("Choose the go-live day."), field="go_live_on")
    followups.check_go_live_day(engagement, go_live_on, field="go_live_on")
    if engagement.is_live() and go_live_on != engagement.go_live_on:
        day = date_format(engagement.go_live_on) if engagement.go_live_on else ""
        text = _("It is live since %(day)s. Another day is recorded on the page “Review”.") % {"day": day}
        raise DomainError(text, field="go_live_on")
    return go_live_on


def _day_to_look_again(engagement: Engagement, note: str, on: date | None) -> date:
    if engagement.is_live():
        raise DomainError(_("It is live already."), field="decision")
    if not note.strip():
        raise DomainError(_("Write the reason: what has to come first."), field="note")
    if on is None:
        raise DomainError(_("Choose the day by which it is decided again."), field="look_again_on")
    if on < engagement.today():
        raise DomainError(_("Choose a day that is still to come."), field="look_again_on")
    return on


def _refuse_stale(engagement: Engagement, after: int | None) -> None:
    newest = go_decision.newest(engagement)
    if (newest.pk if newest else None) != after:
        raise StaleError(_("Somebody wrote down another decision meanwhile. Read it first; nothing was saved."))


def _refuse_obstacles(actor: User, engagement: Engagement, decision: Decision, standing: Standing, seen: str) -> None:
    if decision == Decision.NOT_YET:
        return
    kept_back = go.kept_back(engagement) if actor.is_vendor else []
    # What is listed is read again: the reader's language need not be the text's.
    if decision == Decision.GO and standing.marks:
        text = _("Something still stands against it. Mend it, or decide to go with these risks.")
        raise RefusedError(text, [*go.against(engagement), *kept_back])
    if standing.hard or kept_back:
        text = _("What stands against it can't all be taken as a risk.")
        raise RefusedError(text, [*go.standing_against(engagement).hard, *kept_back])
    if decision == Decision.WITH_RISKS and not standing.marks:
        raise DomainError(_("Nothing stands against it: decide “Go”."), field="decision")
    if decision == Decision.WITH_RISKS and standing.fingerprint != seen:
        raise StaleError(_("What stands against it has changed since this page was opened. Read the list again."))
