"""What the days on site demand before a phase may begin."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements import gates, go_decision
from engagements.models import Engagement, Phase
from onsite.core.errors import Obstacle
from standups.first_weeks import hand_over
from standups.first_weeks import state as first_weeks_state
from standups.models import Party, Problem
from standups.rollout import state as rollout_state

CRITICAL = "problems.critical"
SIGNED_GO = "go.signed"
NO_OWNER = "remaining.owner"
NO_DAY = "remaining.day"


def no_critical_problem(engagement: Engagement) -> Sequence[Obstacle]:
    """No critical problem is open when the review begins."""
    count = engagement.problems.open().critical().count()
    if not count:
        return []
    text = ngettext("%(count)s critical problem is open.", "%(count)s critical problems are open.", count)
    url = reverse("standups:problems", args=[engagement.pk]) + "?severity=critical"
    return [Obstacle(CRITICAL, text % {"count": count}, url)]


def signed_go(engagement: Engagement) -> Sequence[Obstacle]:
    """The client has signed the decision to go live; asked only where the work ends with a go-live."""
    if not engagement.ends_with_go_live:
        return []
    newest = go_decision.newest(engagement)
    if newest is None:
        text = _("The client has not decided to go live.")
    elif not go_decision.is_to_go(newest) and not newest.is_signed:
        text = _("A decision not to go live yet waits for the client's signature.")
    elif not go_decision.is_to_go(newest):
        text = _("The client's decision is not to go live yet.")
    elif not newest.is_signed:
        text = _("The Go decision waits for the client's signature.")
    else:
        return []
    return [Obstacle(SIGNED_GO, text, reverse("standups:go_decision", args=[engagement.pk]))]


def owned_remaining_issues(engagement: Engagement) -> Sequence[Obstacle]:
    """Each open problem that the closing report tells the client of names who sees to it and by when.

    The report prints the role, and the vendor's own person only where the next step is the vendor's. A condition of
    acceptance has both from the start.
    """
    no_owner = _("The remaining issue “%(title)s” has no owner: name a role or department.")
    no_day = _("The remaining issue “%(title)s” has no day by which it will be done.")
    found = []
    for problem in hand_over.open_items(engagement):
        url = reverse("standups:problem_edit", args=[engagement.pk, problem.pk])
        if not has_an_owner(problem):
            found.append(Obstacle(f"{NO_OWNER}.{problem.pk}", no_owner % {"title": problem.title}, url))
        if problem.due_on is None:
            found.append(Obstacle(f"{NO_DAY}.{problem.pk}", no_day % {"title": problem.title}, url))
    return found


def has_an_owner(problem: Problem) -> bool:
    """Say whether the closing report can name who sees to it."""
    is_ours = problem.owner_id is not None and problem.next_step_with == Party.VENDOR
    return bool(problem.owner_role.strip()) or is_ours


def register_all() -> None:
    """Called once when the apps are ready."""
    gates.register(Phase.REVIEW, signed_go)
    gates.register(Phase.REVIEW, rollout_state.before_review)
    gates.register(Phase.REVIEW, first_weeks_state.before_review)
    gates.register(Phase.REVIEW, no_critical_problem)
    gates.register(Phase.CLOSED, owned_remaining_issues)
    gates.register(Phase.CLOSED, first_weeks_state.before_closing)
