"""The way from an empty installation to the first engagement: which step is done is read from the rows, never kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from engagements.models import Client, Engagement, Objective
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role


@dataclass(frozen=True)
class FirstStep:
    """One line of the list; `url` is "" where an earlier step must come first."""

    label: str
    hint: str
    url: str
    is_done: bool


def first_steps(manager: User) -> list[FirstStep]:
    """Return the steps to a first engagement that can begin; none once all are done, or when it is not the first.

    At most six queries.
    """
    engagements = list(Engagement.objects.visible_to(manager).order_by("pk")[:2])
    engagement = engagements[0] if engagements else None
    if len(engagements) > 1 or (engagement is not None and not engagement.is_running):
        return []
    client = Client.objects.visible_to(manager).order_by("-pk").first()
    steps = [_colleagues(), _client(client), _engagement(client, engagement), *_inside(manager, engagement)]
    return [] if all(step.is_done for step in steps) else steps


def _colleagues() -> FirstStep:
    return FirstStep(
        _("Invite your engineers"),
        _("Each gets a link by mail."),
        reverse("accounts:person_invite"),
        User.objects.filter(role=Role.ENGINEER).exists(),
    )


def _client(client: Client | None) -> FirstStep:
    return FirstStep(
        _("Add the client"),
        _("The company your engineers are sent to."),
        reverse("engagements:client_create"),
        client is not None,
    )


def _engagement(client: Client | None, engagement: Engagement | None) -> FirstStep:
    return FirstStep(
        _("Create the engagement"),
        _("Site, first day and agreed day are enough; its five stages are laid out at once."),
        f"{reverse('engagements:create')}?client={client.pk}" if client else "",
        engagement is not None,
    )


def _inside(manager: User, engagement: Engagement | None) -> list[FirstStep]:
    """Team and goals of the first engagement."""
    parts: set[str] = set()
    has_goals = False
    if engagement is not None:
        members = engagement.memberships.visible_to(manager).active()
        parts = set(members.values_list("part", flat=True))
        has_goals = Objective.objects.visible_to(manager).filter(engagement=engagement).exists()
    return [
        FirstStep(
            _("Bring in its people"),
            _("A lead engineer, and the client PM."),
            reverse("engagements:team", args=[engagement.pk]) if engagement else "",
            {Part.LEAD, Part.CLIENT_PM} <= parts,
        ),
        FirstStep(
            _("Write the first goal"),
            _("With a number that says when it is reached."),
            reverse("engagements:prepare", args=[engagement.pk]) if engagement else "",
            has_goals,
        ),
    ]
