"""When a plan is needed: invoked, responded to, step by step, ended with a cause. Every change takes the engagement's lock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import ContingencyPlan, Engagement, Invocation, InvocationStep
from engagements.visit_people import reminded
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.notifications.services import enqueue

MOST_STEPS = 100


@transaction.atomic
def invoke(*, actor: User, plan: ContingencyPlan) -> Invocation:
    """Start the clock with a copy of the plan's steps and limit; owner, deputy, lead and manager are told.

    Raises DomainError where it is running already, or somebody deleted the plan.
    """
    require(actor, Permission.INVOKE_CONTINGENCY, plan.engagement)
    engagement = Engagement.objects.lock(plan.engagement_id)
    row = ContingencyPlan.objects.unscoped().select_related("owner", "deputy").filter(pk=plan.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    running = row.invocations.unscoped().running().select_related("invoked_by").first()
    if running is not None:
        words = {"person": running.invoked_by.name, "hour": _hour(engagement, running.invoked_at)}
        raise DomainError(_("%(person)s invoked this plan at %(hour)s; it is still running.") % words)
    invocation = Invocation.objects.create(
        plan=row, limit_minutes=row.respond_within_minutes, invoked_at=timezone.now(), invoked_by=actor
    )
    InvocationStep.objects.bulk_create(
        [InvocationStep(invocation=invocation, position=at, text=text) for at, text in enumerate(row.steps, start=1)]
    )
    _audit(
        actor, engagement, "contingency.invoked", invocation, {"title": row.title, "limit": row.respond_within_minutes}
    )
    _tell(engagement, row, invocation, actor)
    return invocation


@transaction.atomic
def respond(*, actor: User, invocation: Invocation) -> Invocation:
    """Note that somebody takes care now. Raises DomainError where somebody did already, or it ended."""
    engagement, row = _running(actor, invocation)
    if row.responded_at is not None:
        words = {"hour": _hour(engagement, row.responded_at)}
        raise DomainError(_("The first response was noted already, at %(hour)s.") % words)
    row.responded_at = timezone.now()
    row.save(update_fields=["responded_at"])
    _audit(actor, engagement, "contingency.responded", row)
    return row


@transaction.atomic
def tick_step(*, actor: User, step: InvocationStep) -> InvocationStep:
    """Note that a step is done, now and by this person; the first one done is a first response, too.

    Raises DomainError naming who did it already, or where the emergency ended.
    """
    engagement, row = _running(actor, step.invocation)
    found = InvocationStep.objects.unscoped().select_related("done_by").get(pk=step.pk)
    if found.done_by is not None and found.done_at is not None:
        words = {"person": found.done_by.name, "hour": _hour(engagement, found.done_at)}
        raise DomainError(_("%(person)s did this already, at %(hour)s.") % words)
    _mark_done(actor, row, found)
    _audit(actor, engagement, "contingency.step_done", found, {"step": found.text})
    return found


@transaction.atomic
def untick_step(*, actor: User, step: InvocationStep) -> InvocationStep:
    """Take a mark back that was a mistake; a first response that came of it alone is taken back with it.

    Raises DomainError where the step is not done, or the emergency ended.
    """
    engagement, row = _running(actor, step.invocation)
    found = InvocationStep.objects.unscoped().get(pk=step.pk)
    if found.done_at is None:
        raise DomainError(_("This step is not marked as done."))
    came_of_it = row.responded_at == found.done_at
    found.done_at = found.done_by = None
    found.save(update_fields=["done_at", "done_by"])
    if came_of_it:
        row.responded_at = row.steps.unscoped().aggregate(first=Min("done_at"))["first"]
        row.save(update_fields=["responded_at"])
    _audit(actor, engagement, "contingency.step_undone", found, {"step": found.text})
    return found


@transaction.atomic
def add_step(*, actor: User, invocation: Invocation, text: str, is_done: bool = False) -> InvocationStep:
    """Add what no plan foresaw, at the end; `is_done` where it was taken before it was written down.

    Raises DomainError where the emergency ended, or on "text" after a hundred steps.
    """
    engagement, row = _running(actor, invocation)
    last = row.steps.unscoped().aggregate(last=Max("position"))["last"] or 0
    if last >= MOST_STEPS:
        raise DomainError(_("This log is full. Please note the rest under the cause when it ends."), field="text")
    step = InvocationStep(invocation=row, position=last + 1, text=text)
    step.save()
    if is_done:
        _mark_done(actor, row, step)
    _audit(actor, engagement, "contingency.step_added", step, {"step": text, "done": is_done})
    return step


@transaction.atomic
def end(*, actor: User, invocation: Invocation, cause: str) -> Invocation:
    """Stop the clock and close the log for good. Raises DomainError on "cause" where none is told, or where it ended."""
    engagement, row = _running(actor, invocation)
    if not cause.strip():
        raise DomainError(
            _("Say what the cause was, or that it is not known yet and who looks for it."), field="cause"
        )
    row.ended_at, row.ended_by, row.cause = timezone.now(), actor, cause
    row.save(update_fields=["ended_at", "ended_by", "cause"])
    _audit(actor, engagement, "contingency.ended", row, {"cause": cause, "limit_kept": bool(row.limit_kept)})
    return row


def told(invocation: Invocation) -> set[User]:
    """Return who must know at once: the plan's owner and deputy while they are in the engagement, lead and manager."""
    plan = invocation.plan
    present = set(plan.engagement.memberships.unscoped().active().values_list("user_id", flat=True))
    people = {user for user in (plan.owner, plan.deputy) if user is not None and user.pk in present}
    return people | reminded(plan.engagement)


def _tell(engagement: Engagement, plan: ContingencyPlan, invocation: Invocation, actor: User) -> None:
    plan.engagement = engagement
    invocation.plan = plan
    for user in told(invocation) - {actor}:
        enqueue(
            kind="contingency_invoked", recipient=user, payload={"invocation": invocation.pk},
            dedupe_key=f"contingency_invoked:{invocation.pk}:{user.pk}",
        )  # fmt: skip


def _running(actor: User, invocation: Invocation) -> tuple[Engagement, Invocation]:
    """Return the engagement, locked, and the log as it stands under that lock."""
    require(actor, Permission.INVOKE_CONTINGENCY, invocation.plan.engagement)
    engagement = Engagement.objects.lock(invocation.plan.engagement_id)
    row = Invocation.objects.unscoped().select_related("ended_by").get(pk=invocation.pk)
    if row.ended_at is not None and row.ended_by is not None:
        words = {"person": row.ended_by.name, "hour": _hour(engagement, row.ended_at)}
        raise DomainError(_("%(person)s ended this emergency at %(hour)s; its log is closed.") % words)
    return engagement, row


def _mark_done(actor: User, invocation: Invocation, step: InvocationStep) -> None:
    step.done_at, step.done_by = timezone.now(), actor
    step.save(update_fields=["done_at", "done_by"])
    if invocation.responded_at is None:
        # The same moment to the microsecond: that is how untick_step knows what a response came of.
        invocation.responded_at = step.done_at
        invocation.save(update_fields=["responded_at"])


def _hour(engagement: Engagement, at: datetime) -> str:
    return at.astimezone(engagement.zone).strftime("%H:%M")


def _audit(
    actor: User,
    engagement: Engagement,
    action: str,
    row: Invocation | InvocationStep,
    data: dict[str, Any] | None = None,
) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=data)
