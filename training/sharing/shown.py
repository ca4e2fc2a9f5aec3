"""What the pages of sharing sessions show. Fixed numbers of queries."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString

from engagements.models import Engagement
from onsite.accounts import zones
from onsite.accounts.models import User
from onsite.core.markdown import to_html
from training.models import Article, Sharing, SharingAction
from training.sharing.rights import may_run
from training.wiki.listed import Row, row_of


def listed(user: User) -> QuerySet[Sharing]:
    """Return the sessions this person may read, with who speaks and how many are invited and came."""
    return Sharing.objects.visible_to(user).select_related("speaker").annotate(
        invited=Count("invitations", distinct=True),
        came=Count("invitations", filter=Q(invitations__was_there=True), distinct=True),
    )  # fmt: skip


def session_of(user: User, row: Sharing) -> dict[str, Any]:
    """Return the context of a session's page. What it is about is named to those who may see that engagement."""
    invitations = list(row.invitations.select_related("user"))
    files = list(row.files.select_related("uploaded_by"))
    today = timezone.localdate()
    return {
        "sharing": row,
        "zone_name": zones.name(user.time_zone),
        "about": Engagement.objects.visible_to(user).select_related("client").filter(pk=row.engagement_id).first(),
        "may_run": may_run(user, row),
        "invitations": invitations,
        "came": sum(one.was_there is True for one in invitations),
        "slides": [file for file in files if not file.is_recording],
        "recordings": [file for file in files if file.is_recording],
        "minutes": minutes_of(row),
        "actions": list(row.actions.select_related("owner")),
        "articles": articles_of(row, user, today),
        "today": today,
    }


def articles_of(row: Sharing, user: User, today: date) -> list[Row]:
    """Return what became of it in the wiki, each as this reader may see it there."""
    articles = Article.objects.visible_to(user).filter(sharings=row)
    return [row_of(one, user, today) for one in articles.select_related("published", "category", "client", "owner")]


def minutes_of(row: Sharing) -> SafeString | str:
    """Return the minutes as HTML that can run nothing; pictures have no place in them."""
    return to_html(row.minutes, pictures=lambda _number: None) if row.minutes else ""


def coming_to(user: User, *, until: date) -> QuerySet[Sharing]:
    """Return the planned sessions this person speaks in or is invited to, up to that day; those still without an
    outcome among them for who runs them."""
    rows = Sharing.objects.visible_to(user).filter(state=Sharing.State.PLANNED, invitations__user=user)
    return rows.filter(starts_at__date__lte=until).order_by("starts_at", "pk")


def due_for(user: User, *, until: date) -> QuerySet[SharingAction]:
    """Return what this person is to do from sessions they may read, up to that day."""
    mine = SharingAction.objects.to_do().filter(owner=user, due_on__lte=until)
    return mine.filter(sharing__in=Sharing.objects.visible_to(user)).select_related("sharing")
