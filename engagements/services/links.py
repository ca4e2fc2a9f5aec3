"""Links in mail with which a person of the client does one thing without signing in.

Only the hash of a link is stored; the link itself travels in the payload of a secret kind of message. It ends, it works
once, and only a POST uses it up, because mail scanners open links (TRUST.md 9).
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement, MailedLink
from onsite.accounts.models import User
from onsite.accounts.roles import CLIENT_PARTS
from onsite.accounts.services import hash_token
from onsite.core.errors import DomainError


def create_link(*, engagement: Engagement, purpose: str, subject_id: int, user: User, days: int) -> str:
    """Return the token of a new link for this person, purpose and row, good for `days` days from now."""
    token = secrets.token_urlsafe(32)
    MailedLink.objects.create(
        engagement=engagement,
        purpose=purpose,
        subject_id=subject_id,
        user=user,
        token_hash=hash_token(token),
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token


def find_link(token: str, purpose: str) -> MailedLink | None:
    """Return the usable link behind a mailed address, without using it up.

    None where it is unknown, used or ended, where its person has left or their account was closed, and where the
    engagement is over. Who was invited and never entered may use it: nobody has to sign in for this.
    """
    links = MailedLink.objects.unscoped().usable().select_related("engagement__client", "user")
    link = links.filter(token_hash=hash_token(token), purpose=purpose).first()
    return link if link is not None and _still_belongs(link.user, link.engagement) else None


def use_link(link: MailedLink) -> None:
    """Use the link up, in the caller's transaction. Raises DomainError where somebody was faster or it has ended."""
    if not MailedLink.objects.usable().filter(pk=link.pk).update(used_at=timezone.now()):
        raise DomainError(_("This link was already used or has ended."))


def end_links(*, purpose: str, subject_id: int, user: User | None = None) -> None:
    """End every link to this row that was not used yet; with `user` that person's alone."""
    links = MailedLink.objects.usable().filter(purpose=purpose, subject_id=subject_id)
    (links.filter(user=user) if user else links).update(expires_at=timezone.now())


def _still_belongs(user: User, engagement: Engagement) -> bool:
    was_closed = not user.is_active and user.last_login is not None
    return engagement.is_running and not was_closed and bool(CLIENT_PARTS & engagement.parts_of(user))
