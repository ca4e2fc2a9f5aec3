"""The one gate between phases: a transition table, what each app demands, and what a manager let pass.

Apps above register their demands from `AppConfig.ready()`, so that this floor imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from engagements import end_watch, visit_people
from engagements.models import Engagement, Phase, Waiver
from engagements.services import followups, forecast
from engagements.services.followups import REMIND_AT
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, Obstacle, RefusedError
from onsite.notifications.services import enqueue

TRANSITIONS: dict[Phase, tuple[Phase, ...]] = {
    Phase.PREPARATION: (Phase.EXECUTION, Phase.CANCELLED),
    Phase.EXECUTION: (Phase.REVIEW, Phase.CANCELLED),
    Phase.REVIEW: (Phase.CLOSED,),
    Phase.CLOSED: (),
    Phase.CANCELLED: (),
}

LONGEST_WAIVER_DAYS = 183

Demand = Callable[[Engagement], Sequence[Obstacle]]
_demands: dict[Phase, list[Demand]] = {phase: [] for phase in Phase}


@dataclass(frozen=True)
class Standing:
    """An obstacle as it stands, and the waiver that lets it pass, if one does."""

    obstacle: Obstacle
    waiver: Waiver | None

    @property
    def blocks(self) -> bool:
        return self.waiver is None


def register(before: Phase, demand: Demand) -> None:
    """State what must be true before an engagement may enter a phase."""
    if demand not in _demands[before]:
        _demands[before].append(demand)


def next_phase(engagement: Engagement) -> Phase | None:
    """Return the phase that comes next in the order of life, or None at its end."""
    following = TRANSITIONS[Phase(engagement.phase)]
    return following[0] if following else None


def standing_before(engagement: Engagement, phase: Phase) -> list[Standing]:
    """Return everything that is missing before this phase, waived or not."""
    rows = engagement.waivers.unscoped().filter(before_phase=phase).select_related("granted_by")
    waivers = {waiver.obstacle: waiver for waiver in rows}
    return [
        Standing(obstacle, waivers.get(obstacle.code)) for demand in _demands[phase] for obstacle in demand(engagement)
    ]


def still_owed(engagement: Engagement) -> list[Standing]:
    """Return what was let pass before the present phase and is missing to this day."""
    passed = engagement.waivers.unscoped().exclude(before_phase=next_phase(engagement))
    phases = sorted(set(passed.values_list("before_phase", flat=True)))
    return [found for phase in phases for found in standing_before(engagement, Phase(phase)) if not found.blocks]


def change_phase(*, actor: User, engagement: Engagement, to: Phase) -> None:
    """Move the engagement. Raises RefusedError with every obstacle that blocks, DomainError where the table has no
    such step or somebody moved it meanwhile."""
    require(actor, Permission.CHANGE_PHASE, engagement)
    origin = Phase(engagement.phase)
    with transaction.atomic():
        row = Engagement.objects.lock(engagement.pk)
        if row.phase != origin or to not in TRANSITIONS[origin]:
            raise DomainError(
                _("The engagement is in “%(phase)s” now; this step is not possible.")
                % {"phase": row.get_phase_display()}
            )
        blocking = [standing.obstacle for standing in standing_before(row, to) if standing.blocks]
        if blocking:
            raise RefusedError(_("“%(phase)s” can't begin yet.") % {"phase": to.label}, blocking)
        Engagement.objects.filter(pk=row.pk).update(phase=to)
        audit.record(
            chain=row.audit_chain, actor=actor, action="phase.changed", target=row, data={"from": origin, "to": to}
        )
        row.phase = to
        _let_go(actor, row)
        forecast.refresh(row)
    engagement.phase = to


def waive(*, actor: User, engagement: Engagement, obstacle: str, reason: str, due_on: date) -> Waiver:
    """Let one obstacle before the next phase pass, to be mended by a day; a reminder follows.

    Raises DomainError where there is no such obstacle now, it may not be waived, or the day has passed.
    """
    require(actor, Permission.WAIVE, engagement)
    if due_on < engagement.today():
        raise DomainError(_("Choose a day that is still to come."), field="due_on")
    if due_on > engagement.today() + timedelta(days=LONGEST_WAIVER_DAYS):
        raise DomainError(_("Choose a day within the next half year."), field="due_on")
    with transaction.atomic():
        row = Engagement.objects.lock(engagement.pk)
        phase = next_phase(row)
        standing = find_standing(row, obstacle)
        if phase is None or standing is None or not standing.obstacle.waivable:
            raise DomainError(_("This does not stand in the way any more, or can't be waived."))
        if standing.waiver is not None:
            raise DomainError(_("This was waived already."))
        waiver = Waiver.objects.create(
            engagement=row, before_phase=phase, obstacle=obstacle, obstacle_text=standing.obstacle.text[:300],
            reason=reason, due_on=due_on, granted_by=actor,
        )  # fmt: skip
        data = {"obstacle": obstacle, "reason": reason, "due_on": str(due_on)}
        audit.record(chain=row.audit_chain, actor=actor, action="gate.waived", target=waiver, data=data)
        _remind(waiver)
    return waiver


def find_standing(engagement: Engagement, code: str) -> Standing | None:
    """Return what stands before the next phase under this code, or None where nothing does."""
    phase = next_phase(engagement)
    standing = standing_before(engagement, phase) if phase else []
    return next((found for found in standing if found.obstacle.code == code), None)


def reminded(waiver: Waiver) -> set[User]:
    """Return who is reminded of it: the manager who granted it, and those who are reminded of visits."""
    return {waiver.granted_by} | visit_people.reminded(waiver.engagement)


def still_stands(waiver: Waiver) -> bool:
    """Say whether what was waived is still missing."""
    standing = standing_before(waiver.engagement, Phase(waiver.before_phase))
    return any(found.obstacle.code == waiver.obstacle for found in standing)


def plan_reminders(engagement: Engagement) -> None:
    """Queue the reminders of what was let pass and is not due yet, for whoever is reminded now."""
    for waiver in engagement.waivers.unscoped().filter(due_on__gte=engagement.today()):
        _remind(waiver)


def _remind(waiver: Waiver) -> None:
    for user in reminded(waiver):
        enqueue(
            kind="waiver_due",
            recipient=user,
            dedupe_key=f"waiver:{waiver.pk}:{user.pk}",
            payload={"waiver": waiver.pk},
            due_at=datetime.combine(waiver.due_on, REMIND_AT, tzinfo=user.zone),
        )


def _let_go(actor: User, engagement: Engagement) -> None:
    if engagement.phase == Phase.CANCELLED:
        followups.drop_visits(engagement)
    if not engagement.is_running:
        end_watch.announce(actor, engagement)
    followups.end_client_access_if_over(actor=actor, engagement=engagement)
