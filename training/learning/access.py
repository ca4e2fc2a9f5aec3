"""How a learner comes in without signing in: by a mailed link, of which only the hash is kept (TRUST.md 9).

The address of the link sets this browser's session and leads on at once, so that it stands in no history and no log.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from engagements import client_access
from onsite.accounts.services import hash_token
from training.models import Learner, LearnerLink
from training.models.session import LearnerQuerySet

GOOD_FOR = timedelta(days=180)
SESSION_KEY = "learner_link"


def link_for(learner: Learner) -> str:
    """Return the token of a new link for this person, in the caller's transaction. Older ones stay good until they end."""
    token = secrets.token_urlsafe(32)
    LearnerLink.objects.create(learner=learner, token_hash=hash_token(token), expires_at=timezone.now() + GOOD_FOR)
    return token


def end_links(learner: Learner) -> None:
    """End every link of this person: an open browser sees no more of it."""
    now = timezone.now()
    LearnerLink.objects.unscoped().filter(learner=learner, expires_at__gt=now).update(expires_at=now)


def link_of(token: str) -> LearnerLink | None:
    """Return the usable link behind a mailed address. None where it is unknown or ended, the person has left or their
    company reads along no more."""
    link: LearnerLink | None = _usable().filter(token_hash=hash_token(token)).first()
    return link


def open_link(request: HttpRequest, token: str) -> Learner | None:
    """Let this browser be the learner's, instead of whoever it was before; None where the link does not work.

    Who is signed in stays signed in; the cookie is a new one, so that whoever noted the old one is not let in with them.
    """
    link = link_of(token)
    if link is None:
        return None
    request.session[SESSION_KEY] = link.pk
    request.session.cycle_key()
    return link.learner


def leave(request: HttpRequest) -> None:
    """Forget in this browser whose pages these were; who is signed in stays so."""
    if request.session.pop(SESSION_KEY, None) is not None:
        request.session.cycle_key()


def learner_of(request: HttpRequest) -> Learner | None:
    """Return whose pages this browser may open, with their role and engagement; None where its link has ended."""
    pk = request.session.get(SESSION_KEY)
    link = _usable().filter(pk=pk).first() if isinstance(pk, int) else None
    return link.learner if link is not None else None


def learners_with_access() -> LearnerQuerySet:
    """Return who may open their pages by a link: they have not left, and their company still reads along."""
    rows: LearnerQuerySet = Learner.objects.unscoped().still_there()
    return rows.filter(role__engagement__in=client_access.open_ones())


def _usable() -> Any:
    links = LearnerLink.objects.unscoped().usable().filter(learner__in=learners_with_access())
    return links.select_related("learner__role__engagement__client")
