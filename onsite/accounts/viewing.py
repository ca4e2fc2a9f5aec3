"""A manager looks at an engagement with the eyes of one of its client's people: read only, and only for a while.

A signed marker in the session names who looks, as whom, and where. It is judged anew at each request: what was right when
it began may not be any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import signing
from django.http import HttpRequest

from onsite.accounts.access import can
from onsite.accounts.models import User
from onsite.accounts.roles import Permission, Role

if TYPE_CHECKING:
    from engagements.models import Engagement, Membership

MARKER = "viewing_as"
LASTS = timedelta(minutes=30)
_SALT = "onsite.viewing"


@dataclass(frozen=True)
class Viewing:
    """Who looks, with whose eyes, and where."""

    manager: User
    client: User
    membership: Membership
    engagement: Engagement


def begin(request: HttpRequest, membership: Membership) -> None:
    """Let this session look as the member; `engagements.services.viewing` has asked whether it may."""
    marker = {"manager": request.user.pk, "client": membership.user_id, "engagement": membership.engagement_id}
    request.session[MARKER] = signing.dumps(marker, salt=_SALT)


def end(request: HttpRequest) -> None:
    """Look with one's own eyes again."""
    request.session.pop(MARKER, None)


def is_marked(request: HttpRequest) -> bool:
    """Whether this session began to look as somebody, however that stands now. No query beyond the session's own."""
    return MARKER in request.session


def current(request: HttpRequest) -> Viewing | None:
    """Return whose eyes this session has; None once the half hour is over, the manager may not any more, or the client's
    person has left. Three queries."""
    manager = request.user
    try:
        marker = signing.loads(request.session[MARKER], salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    if not isinstance(manager, User) or manager.pk != marker["manager"]:
        return None
    client = User.objects.filter(pk=marker["client"], is_active=True, role=Role.CLIENT).first()
    if client is None:
        return None
    mine = client.memberships.unscoped().active().of_client().filter(engagement=marker["engagement"])
    membership = mine.select_related("engagement__client").first()
    if membership is None or not can(manager, Permission.VIEW_AS_CLIENT, membership.engagement):
        return None
    return Viewing(manager, client, membership, membership.engagement)
