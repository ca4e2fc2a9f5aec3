"""What training counts, for objectives to be measured by: people who were trained and passed. Both sides see all of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from engagements import measures
from engagements.models import Engagement
from standups.rollout import readiness
from training.models import Learner
from training.results.readiness import known_of

ROLE = "training.role:"


def people_trained(engagement: Engagement) -> Decimal:
    """Return how many people of all roles were trained and passed. Who is named for two roles, by one address or account,
    is one person here, though the go-live needs them in both."""
    ready = Learner.objects.unscoped().filter(pk__in=[person.pk for person in known_of(engagement).ready])
    rows = ready.values_list("pk", "email", "user")
    found = {email.casefold() or (f"account {user}" if user else f"learner {pk}") for pk, email, user in rows}
    return Decimal(len(found) + sum(readiness.by_hand(engagement).values()))


def trained_by_role(engagement: Engagement) -> Mapping[str, Decimal]:
    """Return by role how many of its people were trained and passed, as the go-live counts them."""
    known = readiness.trained(engagement)
    roles = engagement.rollout_roles.unscoped().values_list("pk", flat=True)
    return {str(pk): Decimal(known.get(pk, 0)) for pk in roles}


def roles_of(engagement: Engagement) -> Mapping[str, str]:
    """Return the names of the roles by what their facts are called."""
    return {str(pk): name for pk, name in engagement.rollout_roles.unscoped().values_list("pk", "name")}


def register_all() -> None:
    """Called once when the apps are ready."""
    measures.register("training.people", _("people trained and passed"), _("people"), people_trained)
    measures.register_many(
        ROLE, _("trained and passed: %(of)s"), _("people"), of=roles_of, read=trained_by_role,
        gone=_("a role that is no longer there"),
    )  # fmt: skip
