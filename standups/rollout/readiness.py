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


def register(reader: Reader) -> None:
    """Have `reader(engagement)` say by role id how many people it knows to be trained and to have passed. It must not
    count anybody whom somebody notes by hand as well, and must need as many queries for thirty roles as for one."""
    if reader not in _readers:
        _readers.append(reader)


def trained(engagement: Engagement) -> dict[int, int]:
    """Return by role id how many people are trained and passed; roles without any are not there. One query, and those of
    the readers."""
    rows = RoleTraining.objects.unscoped().filter(role__engagement=engagement).order_by()
    found: Counter[int] = Counter(dict(rows.values_list("role").annotate(Sum("people"))))
    for reader in _readers:
        found.update(reader(engagement))
    return dict(found)


def untrained(engagement: Engagement) -> list[RolloutRole]:
    """Return the roles of which fewer people are trained than must be, in their order. One query more than `trained`."""
    known = trained(engagement)
    return [role for role in engagement.rollout_roles.unscoped() if known.get(role.pk, 0) < role.people_needed]
