"""The client's roles of a story, written down when somebody first speaks of them."""

from __future__ import annotations

from reports.demo.telling import Telling
from standups.models import RolloutRole
from standups.services import rollout


def write_role(telling: Telling, name: str) -> RolloutRole:
    """Return the role of this name, written down now where it was not known before."""
    plan = telling.story.proof.rollout
    if plan is None:
        raise LookupError(name)
    role = next(role for role in plan.roles if role.name == name)
    found = telling.engagement.rollout_roles.unscoped().filter(name=name).first()
    return found or rollout.save_role(
        actor=telling.lead, engagement=telling.engagement, name=name, kind=role.group, people_needed=role.people
    )
