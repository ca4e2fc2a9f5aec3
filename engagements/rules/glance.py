"""What an engagement taught, and what earlier ones taught it, at a glance. Vendor only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements import overview
from engagements.models import Engagement, NoLesson
from onsite.accounts.models import User


@dataclass(frozen=True)
class Glance:
    """`open` of the `rules` that bind here are neither fulfilled nor waived."""

    lessons: int
    is_none_stated: bool
    rules: int
    open: int

    @property
    def rules_in_words(self) -> str:
        return rules_in_words(self.rules, self.open)


def glance(engagement: Engagement, user: User) -> Glance:
    """Return the numbers; all nothing for a client. A constant number of queries."""
    rules, waiting = _rules(engagement, user)
    return Glance(
        lessons=0 if user.is_client else engagement.lessons.visible_to(user).count(),
        is_none_stated=NoLesson.objects.visible_to(user).filter(engagement=engagement).exists(),
        rules=rules,
        open=waiting,
    )


def rules_in_words(rules: int, waiting: int) -> str:
    """Return "3 bind here, 1 open"."""
    told = ngettext("%(count)s binds here", "%(count)s bind here", rules) % {"count": rules}
    return _("%(rules)s, %(open)s open") % {"rules": told, "open": waiting} if waiting else told


def tell(engagement: Engagement, user: User) -> Sequence[overview.Fact]:
    """Say on the overview how many rules bind here; nothing where none does."""
    rules, waiting = _rules(engagement, user)
    if not rules:
        return ()
    url = reverse("lessons:requirements", args=[engagement.pk])
    return (overview.Fact(_("Standing rules"), rules_in_words(rules, waiting), url),)


def _rules(engagement: Engagement, user: User) -> tuple[int, int]:
    """Two queries at most: who opens an overview waits for this line, too."""
    bound = list(engagement.rule_applications.visible_to(user).standing().with_made())
    waiting = {row.obstacle_code for row in bound if not row.is_fulfilled}
    if waiting:
        waived = engagement.waivers.visible_to(user).filter(obstacle__in=waiting)
        waiting -= set(waived.values_list("obstacle", flat=True))
    return len(bound), len(waiting)
