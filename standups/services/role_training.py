"""Trainings of the client's roles, noted by hand: of people who are not on the list of learners."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from standups.models import RoleTraining, RolloutRole
from standups.rollout import readiness


@transaction.atomic
def note_training(*, actor: User, role: RolloutRole, held_on: date, people: int, note: str = "") -> RoleTraining:
    """Note that so many people of a role were trained and passed on a day.

    Raises DomainError on "held_on" for a day to come, on "people" for nobody and for more than the role has to train beyond
    those known by name and noted already, on "note" where the very same is noted already, and where the role is gone.
    """
    require(actor, Permission.EDIT_ROLLOUT, role.engagement)
    engagement = Engagement.objects.lock(role.engagement_id)
    if held_on > engagement.today():
        raise DomainError(_("This day has not come yet at the site."), field="held_on")
    if people < 1:
        raise DomainError(_("At least one person was trained."), field="people")
    row = engagement.rollout_roles.unscoped().filter(pk=role.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if people > row.people_needed:
        text = _("This role has %(count)s people to train. If there are more, change the role first.")
        raise DomainError(text % {"count": row.people_needed}, field="people")
    if row.trainings.filter(held_on=held_on, people=people, note=note).exists():
        raise DomainError(
            _("Exactly this is noted already. If it was a second training, say so in the note."), field="note"
        )
    _refuse_too_many(row, people)
    training = RoleTraining.objects.create(role=row, held_on=held_on, people=people, note=note, recorded_by=actor)
    _audit(actor, engagement, "role_training.noted", training)
    return training


def _refuse_too_many(role: RolloutRole, people: int) -> None:
    """The people on the list of learners are trained there: noted here as well, one person would count as two."""
    left = readiness.left_to_note(role)
    if people <= left:
        return
    text = _(
        "%(left)s more people of this role can be noted here: it has %(needed)s to train, %(named)s are on the list of "
        "learners, and %(noted)s are noted already."
    )
    known, there = readiness.named(role.engagement), readiness.noted(role.engagement)
    words = {
        "left": left,
        "needed": role.people_needed,
        "named": known.get(role.pk, 0),
        "noted": there.get(role.pk, 0),
    }
    raise DomainError(text % words, field="people")


@transaction.atomic
def delete_training(*, actor: User, training: RoleTraining) -> None:
    """Take a noted training back. Raises DomainError where it is gone already."""
    require(actor, Permission.EDIT_ROLLOUT, training.role.engagement)
    engagement = Engagement.objects.lock(training.role.engagement_id)
    row = RoleTraining.objects.unscoped().select_related("role").filter(pk=training.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    _audit(actor, engagement, "role_training.deleted", row)
    row.delete()


def _audit(actor: User, engagement: Engagement, action: str, row: RoleTraining) -> None:
    data = {"role": row.role.name, "held_on": str(row.held_on), "people": row.people, "note": row.note}
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=data)
