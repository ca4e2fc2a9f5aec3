"""Who of the vendor works where from when to when, and when somebody is away."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.assigned import FULL, Peak, Share, peak, within
from engagements.models import Absence, Assignment, Engagement, Membership
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission, Role
from onsite.core import audit
from onsite.core.errors import DomainError


@transaction.atomic
def save_assignment(
    *, actor: User, engagement: Engagement, assignment: Assignment | None, user: User, start_on: date, finish_on: date,
    percent: int, is_meant: bool = False,
) -> Assignment:  # fmt: skip
    """Write down from when to when a colleague of the team works here, and with which share of the week.

    Raises DomainError where the finish lies before the start, the person is not of the vendor's side here or is assigned
    here in these days already; and, unless `is_meant`, where all engagements together then plan more than the whole week.
    """
    require(actor, Permission.EDIT_TEAM, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    _check_days(start_on, finish_on)
    if not Membership.objects.unscoped().active().of_vendor().filter(engagement=engagement, user=user).exists():
        raise DomainError(
            _("Only colleagues of the team are assigned. Add the person to the team first."), field="user"
        )
    _hold(user)
    others = Assignment.objects.unscoped().filter(user=user).touching(start_on, finish_on)
    if assignment is not None:
        others = others.exclude(pk=assignment.pk)
    _check_once(others.filter(engagement=engagement).first())
    new = Share(start_on, finish_on, percent)
    if not is_meant:
        _check_week(user, _peak_with(new, list(others)))
    row = assignment or Assignment(engagement=engagement)
    row.user, row.start_on, row.finish_on, row.percent = user, start_on, finish_on, percent
    row.save()
    data = {"user": user.pk, "from": str(start_on), "to": str(finish_on), "percent": percent}
    audit.record(chain=engagement.audit_chain, actor=actor, action="team.assigned", target=row, data=data)
    return row


@transaction.atomic
def delete_assignment(*, actor: User, assignment: Assignment) -> None:
    """Take the assignment back; the person stays in the team."""
    engagement = assignment.engagement
    require(actor, Permission.EDIT_TEAM, engagement)
    data = {"user": assignment.user_id, "from": str(assignment.start_on), "to": str(assignment.finish_on)}
    audit.record(chain=engagement.audit_chain, actor=actor, action="team.unassigned", target=assignment, data=data)
    assignment.delete()


def end_assignments(*, actor: User, engagement: Engagement, user: User) -> None:
    """End what somebody who has left the team was assigned for: today is the last day, what would have come goes.

    Part of taking the person out, in its transaction.
    """
    today = engagement.today()
    rows = Assignment.objects.unscoped().filter(engagement=engagement, user=user, finish_on__gt=today)
    for row in rows:
        data = {"user": user.pk, "from": str(row.start_on), "to": str(row.finish_on)}
        audit.record(chain=engagement.audit_chain, actor=actor, action="team.unassigned", target=row, data=data)
    rows.filter(start_on__gt=today).delete()
    rows.update(finish_on=today)


def may_edit_absence(actor: User, user: User) -> bool:
    """Say whether this person may write down when `user` is away: managers, and everybody for themselves."""
    return actor.is_manager or (actor.is_vendor and actor.pk == user.pk)


@transaction.atomic
def save_absence(
    *, actor: User, absence: Absence | None, user: User, start_on: date, finish_on: date, kind: str
) -> Absence:
    """Write down when somebody of the vendor is away. An assignment in these days stays: whoever plans sees both.

    Raises DomainError where the finish lies before the start, or the person is away in these days already.
    """
    if not may_edit_absence(actor, user) or (absence is not None and not may_edit_absence(actor, absence.user)):
        raise PermissionDenied
    if user.role == Role.CLIENT:
        raise DomainError(_("Only the vendor's own people are away."), field="user")
    _check_days(start_on, finish_on)
    _hold(user)
    others = Absence.objects.unscoped().filter(user=user).touching(start_on, finish_on)
    known = others.exclude(pk=absence.pk).first() if absence else others.first()
    if known is not None:
        raise DomainError(
            _("Away from %(first)s to %(last)s already: change that entry instead.")
            % {"first": date_format(known.start_on), "last": date_format(known.finish_on)},
            field="start_on",
        )
    row = absence or Absence()
    row.user, row.start_on, row.finish_on, row.kind = user, start_on, finish_on, kind
    row.save()
    # Why somebody is away is nobody's business in the audit.
    data = {"user": user.pk, "from": str(start_on), "to": str(finish_on)}
    audit.record(chain=audit.COMPANY, actor=actor, action="absence.saved", target=row, data=data)
    return row


def is_assigned(absence: Absence) -> bool:
    """Say whether the person is assigned somewhere on one of these days."""
    rows = Assignment.objects.unscoped().filter(user=absence.user_id)
    return rows.touching(absence.start_on, absence.finish_on).exists()


@transaction.atomic
def delete_absence(*, actor: User, absence: Absence) -> None:
    """Take an absence back."""
    if not may_edit_absence(actor, absence.user):
        raise PermissionDenied
    data = {"user": absence.user_id, "from": str(absence.start_on), "to": str(absence.finish_on)}
    audit.record(chain=audit.COMPANY, actor=actor, action="absence.deleted", target=absence, data=data)
    absence.delete()


def _hold(user: User) -> None:
    """Hold the person until the transaction ends: two who plan them at once, each in an engagement of their own, queue."""
    list(User.objects.select_for_update(no_key=True).filter(pk=user.pk))


def _check_days(start_on: date, finish_on: date) -> None:
    if finish_on < start_on:
        raise DomainError(_("The last day lies before the first."), field="finish_on")


def _check_once(known: Assignment | None) -> None:
    if known is not None:
        raise DomainError(
            _("Assigned here from %(first)s to %(last)s already: change that line instead.")
            % {"first": date_format(known.start_on), "last": date_format(known.finish_on)},
            field="start_on",
        )


def _peak_with(new: Share, others: list[Assignment]) -> Peak | None:
    shares = [Share(row.start_on, row.finish_on, row.percent) for row in others]
    return peak([new, *(part for row in shares if (part := within(row, new.start_on, new.finish_on)))])


def _check_week(user: User, most: Peak | None) -> None:
    """Refuse what is more than a whole week. Where else the person works is not told: who plans here may not see it."""
    if most is not None and most.percent > FULL:
        raise DomainError(
            _("With this, %(person)s is planned for %(percent)s%% of the week from %(day)s on, here and elsewhere. "
              "Tick “More than the whole week” if that is meant.")
            % {"person": user.name, "percent": most.percent, "day": date_format(most.on)},
            field="is_meant",
        )  # fmt: skip
