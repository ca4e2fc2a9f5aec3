"""Who is invited to a sharing session. The session's row is held."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core import audit
from onsite.core.errors import DomainError
from training.models import Sharing, SharingInvitation
from training.services import sharing_messages
from training.services.sharing import held, refuse_not_planned
from training.sharing.rights import colleagues


@transaction.atomic
def invite_people(*, actor: User, sharing: Sharing, people: Collection[User], everybody: bool = False) -> int:
    """Invite these colleagues, or every engineer, and return how many are new. Those invited to a session that was held
    are told nothing: they may read what came of it.

    Raises DomainError where nobody new was chosen, or it was cancelled.
    """
    row = held(actor, sharing)
    if row.state == Sharing.State.CANCELLED:
        raise DomainError(_("This sharing session was cancelled."))
    wanted = colleagues().filter(pk__in=[one.pk for one in people])
    if everybody:
        wanted |= colleagues().filter(role=Role.ENGINEER)
    there = set(row.invitations.values_list("user", flat=True))
    new = [SharingInvitation(sharing=row, user=user) for user in wanted if user.pk not in there]
    if not new:
        raise DomainError(_("Choose at least one person who is not invited yet."), field="people")
    new = SharingInvitation.objects.bulk_create(new)
    data = {"people": sorted(one.user_id for one in new)}
    audit.record(chain=audit.COMPANY, actor=actor, action="sharing.invited", target=row, data=data)
    if row.is_planned:
        sharing_messages.tell_invited(row, new)
    return len(new)


@transaction.atomic
def take_back_invitation(*, actor: User, invitation: SharingInvitation) -> None:
    """Uninvite somebody from a planned session; it leaves their calendar, if it was ever sent there.

    Raises DomainError for the speaker, for whoever has something to do from it, and where it is not planned any more
    or somebody else took it back.
    """
    row = held(actor, invitation.sharing)
    refuse_not_planned(row)
    if invitation.user_id == row.speaker_id:
        raise DomainError(_("Whoever speaks there stays invited."))
    if row.actions.filter(owner=invitation.user_id).exists():
        raise DomainError(_("%(name)s has something to do from this session.") % {"name": invitation.user.name})
    found = row.invitations.filter(pk=invitation.pk).first()
    if found is None:
        raise DomainError(_("Somebody took this invitation back already."))
    found.delete()
    # Its entry is taken back by a higher number than the one it came with.
    row.revision += 1
    row.save(update_fields=["revision"])
    sharing_messages.tell_cancelled(row, [found])
    data = {"person": invitation.user_id}
    audit.record(chain=audit.COMPANY, actor=actor, action="sharing.uninvited", target=row, data=data)
