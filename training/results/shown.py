"""What the pages of training tell of its results."""

from __future__ import annotations

from typing import Any

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.rollout import readiness
from training.courses.audience import audience_of
from training.models import Course, Learner
from training.results.coverage import HeatMap, RoleNeeds, heat_map
from training.results.lists import course_results
from training.results.readiness import known_of


def results_of(course: Course, user: User) -> dict[str, Any]:
    """Return the context of `training/course_results.html`. Nine queries."""
    mine = Learner.objects.visible_to(user).still_there().filter(user=user, role__in=audience_of(course.pk))
    results = course_results(course, user)
    is_asked = results.asks_quiz and course.retired_at is None and course.engagement.is_running
    return {"results": results, "takes_quiz": is_asked and mine.exists()}


def coverage(engagement: Engagement, user: User) -> dict[str, Any]:
    """Return the context of `training/home_readiness.html`. Nine queries at most."""
    waiting = engagement.courses.visible_to(user).in_use().filter(versions=None).count() if user.is_vendor else 0
    return {"coverage": coverage_of(engagement), "courses_waiting": waiting}


def coverage_of(engagement: Engagement) -> HeatMap:
    """Return the heat map of an engagement; both sides see all of it. Eight queries, one where nobody has to learn."""
    needs = needs_of(engagement)
    return heat_map(known_of(engagement), needs) if needs else HeatMap((), ())


def needs_of(engagement: Engagement) -> list[RoleNeeds]:
    """Return what each role needs, in their order. Three queries, one without roles."""
    roles = list(engagement.rollout_roles.unscoped())
    by_hand = readiness.by_hand(engagement) if roles else {}
    return [RoleNeeds(role.pk, role.name, role.people_needed, by_hand.get(role.pk, 0)) for role in roles]
