"""Creating and changing an engagement, and who is in it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements import client_access, gates, people_watch
from engagements.models import Client, Engagement, Membership
from engagements.services import assignments, followups, forecast, plan, reminders, signing, tasks
from engagements.services.rule_applications import CHAIN, apply_rules
from onsite.accounts import services as accounts
from onsite.accounts.access import require, require_manager
from onsite.accounts.models import User
from onsite.accounts.roles import CLIENT_PARTS, VENDOR_PARTS, Part, Permission, Role
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.unique import unless_taken
from onsite.notifications.services import enqueue


def create_engagement(*, actor: User, client: Client, **fields: Any) -> Engagement:
    """Create an engagement in preparation, with the five stages laid out between its two days and what the standing
    rules demand of it.

    Raises DomainError on "name" where the client has one of this name, on "agreed_go_live_on" where it is too early.
    """
    require_manager(actor)
    engagement = Engagement(client=client, created_by=actor, **fields)
    _check_days(engagement)
    with unless_taken(_("This client has an engagement of this name already.")):
        audit.hold(CHAIN)
        engagement.save()
        data = {"name": engagement.name, "client": client.pk}
        _audit(actor, engagement, "engagement.created", data)
        plan.lay_out_plan(actor=actor, engagement=engagement)
        apply_rules(actor=actor, engagement=engagement)
    return engagement


def change_engagement(*, actor: User, engagement: Engagement, **fields: Any) -> Engagement:
    """Change what an engagement is and return it; its client, phase and go-live day are not changed here.

    Another working calendar moves the open visits; another calendar or first day moves the tasks, so that none stays on
    a day off. Raises DomainError as `create_engagement`, and for a plan that leaves the calendar's years.
    """
    require(actor, Permission.EDIT_ENGAGEMENT, engagement)
    with unless_taken(_("This client has an engagement of this name already.")):
        row = Engagement.objects.lock(engagement.pk)
        before = {name: str(getattr(row, name)) for name in fields}
        for name, value in fields.items():
            setattr(row, name, value)
        _check_days(row)
        changed = {name: [before[name], str(value)] for name, value in fields.items() if before[name] != str(value)}
        row.save(update_fields=list(fields))
        _audit(actor, row, "engagement.changed", changed)
        if "calendar" in changed:
            followups.reroll_visits(row)
        if "signs_on_paper" in changed:
            signing.ask_to_sign(row)
        if changed.keys() & {"calendar", "start_on"}:
            tasks.reschedule(row)
        elif changed.keys() & {"agreed_go_live_on", "time_zone"}:
            forecast.refresh(row)
        apply_rules(actor=actor, engagement=row)
    return row


@transaction.atomic
def add_colleague(*, actor: User, engagement: Engagement, user: User, part: str, phone: str = "") -> Membership:
    """Put a vendor person into the engagement.

    Raises DomainError where the person already has the part, or there is a lead already.
    """
    require(actor, Permission.EDIT_TEAM, engagement)
    if part not in VENDOR_PARTS or user.role not in {Role.ENGINEER, Role.MANAGER}:
        raise DomainError(_("Choose one of the vendor's people and a part for them."), field="user")
    membership = _join(actor, engagement, user, part, phone=phone)
    enqueue(
        kind="joined",
        recipient=user,
        dedupe_key=f"joined:{membership.pk}",
        payload={"engagement": engagement.pk},
    )
    return membership


@transaction.atomic
def invite_client_person(
    *, actor: User, engagement: Engagement, email: str, name: str, part: str, title: str = "", phone: str = ""
) -> Membership:
    """Bring a person of the client in: a new one by a mailed link, a known one at once.

    Raises DomainError where the address belongs to the vendor, or to people of another client.
    """
    require(actor, Permission.EDIT_TEAM, engagement)
    if part not in CLIENT_PARTS:
        raise DomainError(_("Choose the person's part on the client's side."), field="part")
    if not client_access.is_open(engagement):
        raise DomainError(_("Everything here is over, the last visit too: nobody of the client reads along any more."))
    user = accounts.invite_person(
        actor=actor, email=email, name=name, role=Role.CLIENT, title=title,
        language=engagement.language, about=f"{engagement.client.short_name} · {engagement.name}",
    )  # fmt: skip
    # Held, so that two clients can't invite the same person at the same moment.
    list(User.objects.select_for_update(no_key=True).filter(pk=user.pk))
    others = Membership.objects.unscoped().filter(user=user).exclude(engagement__client=engagement.client_id)
    if others.exists():
        raise DomainError(_("This address belongs to a person of another client."), field="email")
    membership = _join(actor, engagement, user, part, phone=phone)
    signing.ask_to_sign(engagement, among=[user])
    return membership


@transaction.atomic
def end_membership(*, actor: User, membership: Membership) -> None:
    """Take a person out of the engagement; what they wrote stays. Whoever watches is told once they have no part left."""
    engagement = membership.engagement
    require(actor, Permission.EDIT_TEAM, engagement)
    if Membership.objects.active().filter(pk=membership.pk).update(ended_at=timezone.now()):
        _audit(actor, engagement, "team.left", {"user": membership.user_id, "part": membership.part})
        if not engagement.memberships.unscoped().active().filter(user=membership.user_id).exists():
            people_watch.announce_left(engagement, membership.user)
        if not engagement.memberships.unscoped().active().of_vendor().filter(user=membership.user_id).exists():
            assignments.end_assignments(actor=actor, engagement=engagement, user=membership.user)
        _remind_whoever_leads(engagement)


def _join(actor: User, engagement: Engagement, user: User, part: str, phone: str = "") -> Membership:
    Engagement.objects.lock(engagement.pk)
    taken = engagement.memberships.unscoped().active()
    if taken.filter(user=user, part=part).exists():
        raise DomainError(_("This person already has this part here."), field="part")
    if part == Part.LEAD and taken.filter(part=Part.LEAD).exists():
        raise DomainError(_("There is a lead engineer already. Take that person out first."), field="part")
    membership = Membership.objects.create(engagement=engagement, user=user, part=part, phone=phone)
    _audit(actor, engagement, "team.joined", {"user": user.pk, "part": str(part)})
    _remind_whoever_leads(engagement)
    return membership


def _remind_whoever_leads(engagement: Engagement) -> None:
    followups.plan_reminders(engagement)
    gates.plan_reminders(engagement)
    reminders.plan_reminders(engagement)
    people_watch.announce(engagement)


def _check_days(engagement: Engagement) -> None:
    if engagement.agreed_go_live_on < engagement.start_on:
        raise DomainError(_("The agreed day lies before the first day on site."), field="agreed_go_live_on")
    if engagement.go_live_on is not None and engagement.go_live_on < engagement.start_on:
        raise DomainError(_("The recorded go-live day lies before this day."), field="start_on")


def _audit(actor: User, engagement: Engagement, action: str, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=engagement, data=data)
