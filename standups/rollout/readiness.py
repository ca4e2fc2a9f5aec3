"""Whether the people of a role are trained: what was noted by hand, and what apps above count.

Apps above offer what they know from `AppConfig.ready()`, so that this floor imports none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from django.db.models import Sum

from engagements.models import Engagement
from standups.models import RoleTraining, RolloutRole

Reader = Callable[[Engagement], Mapping[int, int]]
_readers: list[Reader] = []
_named: list[Reader] = []


def register(reader: Reader) -> None:
    """Have `reader(engagement)` say by role id how many people it knows to be trained and to have passed. It must need as
    many queries for thirty roles as for one, and count nobody who is not among those of a `register_named` reader."""
    if reader not in _readers:
        _readers.append(reader)


def register_named(reader: Reader) -> None:
    """Have `reader(engagement)` say by role id how many people are on its list by name, trained or not: nobody can be noted
    by hand in their place. As many queries for thirty roles as for one."""
    if reader not in _named:
        _named.append(reader)


def named(engagement: Engagement) -> dict[int, int]:
    """Return by role id how many people are known by name; roles without any are not there. The readers' queries."""
    found: Counter[int] = Counter()
    for reader in _named:
        found.update(reader(engagement))
    return dict(found)


def noted(engagement: Engagement) -> dict[int, int]:
    """Return by role id how many people were noted by hand; roles without any are not there. One query."""
    rows = RoleTraining.objects.unscoped().filter(role__engagement=engagement).order_by()
    return dict(rows.values_list("role").annotate(Sum("people")))


def by_hand(engagement: Engagement) -> dict[int, int]:
    """Return by role id how many of those noted by hand count: not more than the role needs beyond the people known by
    name, for they are on their list. Roles without any are not there. One query, and those of the readers."""
    rows = RoleTraining.objects.unscoped().filter(role__engagement=engagement).order_by()
    known = named(engagement)
    found = {
        role: min(people, max(needed - known.get(role, 0), 0))
        for role, needed, people in rows.values_list("role", "role__people_needed").annotate(Sum("people"))
    }
    return {role: people for role, people in found.items() if people}


def left_to_note(role: RolloutRole) -> int:
    """Return how many more people of a role can be noted by hand: those it needs who are neither known by name nor noted."""
    known, there = named(role.engagement), noted(role.engagement)
    return max(role.people_needed - known.get(role.pk, 0) - there.get(role.pk, 0), 0)


def trained(engagement: Engagement) -> dict[int, int]:
    """Return by role id how many people are trained and passed, nobody twice; roles without any are not there. One query,
    and those of the readers."""
    found: Counter[int] = Counter(by_hand(engagement))
    for reader in _readers:
        found.update(reader(engagement))
    return dict(found)


def untrained(engagement: Engagement) -> list[RolloutRole]:
    """Return the roles of which fewer people are trained than must be, in their order. One query more than `trained`."""
    known = trained(engagement)
    return [role for role in engagement.rollout_roles.unscoped() if known.get(role.pk, 0) < role.people_needed]
