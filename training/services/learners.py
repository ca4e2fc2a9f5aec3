"""Who of the client's people is to be trained: named by either side, one by one or as a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from standups.models import RolloutRole
from training.learning.access import end_links, learners_with_access, link_for
from training.models import Enrolment, Learner, TrainingSession
from training.services import invitations
from training.services.enrolling import renumber, take_off, take_off_strangers
from training.sessions.pasted import Named

MOST_LEARNERS = 2000


@transaction.atomic
def save_learner(
    *, actor: User, engagement: Engagement, learner: Learner | None = None, was: str = "", role: RolloutRole, name: str,
    email: str, language: str,
) -> Learner:  # fmt: skip
    """Name somebody, or change who they are; `was` is the fingerprint of what the page showed.

    A person whose address is a member's is that member. Another role takes them off what is still to come and is not for
    it; another address is invited anew. Raises StaleError where somebody changed them since, DomainError
    on "name" where they are named already, and where they or their role are gone.
    """
    require(actor, Permission.NAME_LEARNERS, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    _refuse_role(engagement, role)
    email = email.lower()
    row = _held(engagement, learner, was) if learner else Learner(named_by=actor)
    if Learner.objects.filter(role=role, name=name, email=email).exclude(pk=row.pk).exists():
        raise DomainError(_("This person is named in this role already."), field="name")
    if learner is None:
        _refuse_too_many(engagement, 1)
    moved = learner is not None and email != row.email
    is_elsewhere = learner is not None and role.pk != row.role_id
    row.role, row.name, row.email, row.language = role, name, email, language
    row.user = _users_of(engagement).get(email)
    row.save()
    if is_elsewhere:
        take_off_strangers(actor, engagement, row.enrolments.unscoped())
    if moved:
        # Whoever read the old address's mails must not go on in this person's name.
        end_links(row)
        _invite_anew(engagement, row)
    _audit(
        engagement, actor, row, "learner.changed" if learner else "learner.named", {"name": name, "role": role.name}
    )
    return row


@transaction.atomic
def name_several(
    *, actor: User, engagement: Engagement, role: RolloutRole, people: Sequence[Named], language: str
) -> int:
    """Name the people of a list and return how many came; who was named in this role already stays as they are.

    Raises DomainError where the role is gone or there would be too many.
    """
    require(actor, Permission.NAME_LEARNERS, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    _refuse_role(engagement, role)
    known = set(Learner.objects.unscoped().filter(role=role).values_list("name", "email"))
    users = _users_of(engagement)
    new = [
        Learner(
            role=role, name=one.name, email=one.email, language=language, user=users.get(one.email), named_by=actor
        )
        for one in people
        if tuple(one) not in known
    ]  # fmt: skip
    _refuse_too_many(engagement, len(new))
    Learner.objects.bulk_create(new)
    if new:
        names = [row.name for row in new]
        _audit(engagement, actor, role, "learners.named", {"names": names, "role": role.name})
    return len(new)


@transaction.atomic
def say_left(*, actor: User, learner: Learner) -> None:
    """Note that somebody has left: their links end, and they are taken off what is still to come. What they learned
    stays."""
    require(actor, Permission.NAME_LEARNERS, learner.role.engagement)
    engagement = Engagement.objects.lock(learner.role.engagement_id)
    row = _held(engagement, learner)
    if row.left_at is not None:
        return
    row.left_at = timezone.now()
    row.save(update_fields=["left_at"])
    end_links(row)
    planned = Enrolment.objects.unscoped().filter(learner=row, session__state=TrainingSession.State.PLANNED)
    for enrolment in planned.filter(session__starts_at__gt=timezone.now()).select_related("session", "learner"):
        take_off(actor, engagement, enrolment)
    _audit(engagement, actor, row, "learner.left", {"name": row.name})


@transaction.atomic
def say_returned(*, actor: User, learner: Learner) -> None:
    """Take it back that somebody has left. Their old links stay ended."""
    require(actor, Permission.NAME_LEARNERS, learner.role.engagement)
    engagement = Engagement.objects.lock(learner.role.engagement_id)
    row = _held(engagement, learner)
    if row.left_at is not None:
        row.left_at = None
        row.save(update_fields=["left_at"])
        _audit(engagement, actor, row, "learner.returned", {"name": row.name})


@transaction.atomic
def hand_out_link(*, actor: User, learner: Learner) -> str:
    """Return the token of one more personal link, to be shown to this person once; older ones stay good.

    Only who teaches hands it out: it opens what the person said of sessions and how they answered. Raises DomainError
    where no link of theirs would open anything.
    """
    require(actor, Permission.EDIT_TRAINING, learner.role.engagement)
    engagement = Engagement.objects.lock(learner.role.engagement_id)
    row = _held(engagement, learner)
    if not learners_with_access().filter(pk=row.pk).exists():
        raise DomainError(_("This person has left, or their company reads along no more: a link would open nothing."))
    _audit(engagement, actor, row, "learner.link_handed_out", {"name": row.name})
    return link_for(row)


@transaction.atomic
def delete_learner(*, actor: User, learner: Learner) -> None:
    """Forget somebody named by mistake. Raises DomainError for who was ever enrolled or has a result, or is gone."""
    require(actor, Permission.NAME_LEARNERS, learner.role.engagement)
    engagement = Engagement.objects.lock(learner.role.engagement_id)
    row = _held(engagement, learner)
    if row.enrolments.exists() or row.checks.exists() or row.attempts.exists():
        raise DomainError(_("This person was enrolled or has a result: say that they have left."))
    _audit(engagement, actor, row, "learner.deleted", {"name": row.name})
    row.delete()


def know_members(engagement: Engagement) -> None:
    """Let learners with the address of a member be that member; runs in the transaction in which somebody came."""
    users = _users_of(engagement)
    for row in Learner.objects.unscoped().filter(role__engagement=engagement, user=None).exclude(email=""):
        if row.email in users:
            Learner.objects.filter(pk=row.pk).update(user=users[row.email])


def end_links_of_member(engagement: Engagement, user: User) -> None:
    """End the links of the learner that a member was who is taken out; they stay named. Runs in that transaction."""
    for row in Learner.objects.unscoped().filter(role__engagement=engagement, user=user):
        end_links(row)


def _invite_anew(engagement: Engagement, row: Learner) -> None:
    planned = row.enrolments.unscoped().filter(session__state=TrainingSession.State.PLANNED)
    for enrolment in planned.select_related("session"):
        # An address may come back to which this number was told before, with a link that has ended since.
        renumber(enrolment.session)
        invitations.invite(engagement, enrolment.session, row)


def _users_of(engagement: Engagement) -> dict[str, User]:
    rows = engagement.memberships.unscoped().active().of_client().select_related("user")
    return {row.user.email.lower(): row.user for row in rows}


def _held(engagement: Engagement, learner: Learner, was: str = "") -> Learner:
    rows = Learner.objects.unscoped().filter(role__engagement=engagement).select_related("role")
    row = rows.filter(pk=learner.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if was and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Look at what they wrote, then save again."))
    return row


def _refuse_role(engagement: Engagement, role: RolloutRole) -> None:
    if not engagement.rollout_roles.unscoped().filter(pk=role.pk).exists():
        raise DomainError(_("This role is not there any more."), field="role")


def _refuse_too_many(engagement: Engagement, new: int) -> None:
    there = Learner.objects.filter(role__engagement=engagement).count()
    if there + new > MOST_LEARNERS:
        raise DomainError(_("An engagement has at most %(most)s people to train.") % {"most": MOST_LEARNERS})


def _audit(engagement: Engagement, actor: User, target: Any, action: str, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=target, data=data)
