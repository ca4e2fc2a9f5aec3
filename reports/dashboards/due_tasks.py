"""The tasks of the plan that are this person's and due. One query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from engagements.models import Engagement, Task
from onsite.accounts.models import User
from onsite.accounts.roles import Part

DUE_DAYS = 7
MOST_TASKS = 12
FULL_PERCENT = 100


def due_tasks(user: User, engagements: Mapping[int, Engagement]) -> list[Task]:
    """Return the unfinished tasks that end within a week or should have ended, the earliest first: those given to this
    person, and where they lead, those of ours that are nobody's yet. What each person is there must be known already."""
    led = [pk for pk, engagement in engagements.items() if Part.LEAD in engagement.parts_of(user)]
    theirs = Q(assignee=user) | Q(assignee=None, side=Task.Side.VENDOR, engagement__in=led)
    # A site may be a day ahead of us.
    until = timezone.localdate() + timedelta(days=DUE_DAYS + 1)
    rows = Task.objects.visible_to(user).filter(theirs, engagement__in=engagements, finish_on__lte=until)
    tasks = list(rows.filter(percent__lt=FULL_PERCENT).select_related("stage").order_by("finish_on", "pk"))
    for task in tasks:
        task.engagement = engagements[task.engagement_id]
    return [task for task in tasks if task.finish_on <= task.engagement.today() + timedelta(days=DUE_DAYS)]
