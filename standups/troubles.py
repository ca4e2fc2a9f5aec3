"""The open problems of functions, objectives and tasks."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import ngettext

from engagements import troubles
from engagements.models import Engagement, Function, Objective, Task
from engagements.troubles import Subject, Trouble
from onsite.accounts.models import User


def open_problems(engagement: Engagement, user: User, subject: Subject) -> Mapping[int, Trouble]:
    """Return by the row's id how many open problems this person may see there, with the way to their list."""
    rows = engagement.problems.visible_to(user).open().exclude(**{subject: None}).order_by()
    counts = dict(rows.values_list(subject).annotate(count=Count("pk")))
    url = reverse("standups:problems", args=[engagement.pk])
    return {pk: Trouble(_words(count), f"{url}?about={subject}-{pk}") for pk, count in counts.items()}


def subject_of(
    engagement: Engagement, user: User, asked: tuple[str, int] | None
) -> Function | Objective | Task | None:
    """Return the row that a list is asked about, if this person may see it."""
    if asked is None:
        return None
    subject, pk = asked
    found: Function | Objective | Task | None = getattr(engagement, subject).visible_to(user).filter(pk=pk).first()
    return found


def register_all() -> None:
    """Called once when the apps are ready."""
    troubles.register(open_problems)


def _words(count: int) -> str:
    return ngettext("%(count)s open problem", "%(count)s open problems", count) % {"count": count}
