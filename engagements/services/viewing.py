"""Looking at an engagement with the eyes of one of its client's people (onsite.accounts.viewing)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Membership
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError


def note_viewing(*, actor: User, membership: Membership) -> None:
    """Note in the engagement's audit that this person looks as the member, before they do.

    Raises DomainError for who can't sign in: such a person sees nothing.
    """
    engagement = membership.engagement
    require(actor, Permission.VIEW_AS_CLIENT, engagement)
    if not membership.user.is_active:
        raise DomainError(_("%(person)s has not come in yet and sees nothing.") % {"person": membership.user})
    data = {"user": membership.user_id, "part": membership.part}
    with transaction.atomic():
        audit.record(chain=engagement.audit_chain, actor=actor, action="team.viewed_as", target=membership, data=data)
