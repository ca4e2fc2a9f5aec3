"""What must be prepared before anybody works on site: an agreed plan, understood functions, contingency plans."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from engagements.models import Emergency, Engagement, Function
from onsite.core.errors import Obstacle

NO_BASELINE = "plan.baseline"
NO_FUNCTION = "functions.missing"
OPEN_QUESTIONS = "functions.open"
CONTINGENCY = "contingency"
# The article's three: every engagement needs an answer to them.
EMERGENCIES = (Emergency.NETWORK, Emergency.PERMISSION, Emergency.INTERFACE)
MOST_NAMES = 4


def agreed_plan(engagement: Engagement) -> Sequence[Obstacle]:
    """The dated plan was agreed, so that it can be seen when it slips. Without a plan there is nothing to agree yet."""
    if not engagement.stages.exists() or engagement.baselines.exists():
        return []
    text = _("The plan has no agreed baseline yet: it is kept when both sides have signed goals and scope.")
    return [Obstacle(NO_BASELINE, text, reverse("engagements:prepare", args=[engagement.pk]))]


def understood_functions(engagement: Engagement) -> Sequence[Obstacle]:
    """All six questions are answered for what is used daily or carries a high risk."""
    url = reverse("engagements:function_list", args=[engagement.pk])
    if not engagement.functions.exists():
        return [Obstacle(NO_FUNCTION, _("No function is analysed yet."), url)]
    names = [function.name for function in engagement.functions.unscoped().needing_all_answers().incomplete()]
    if not names:
        return []
    text = ngettext(
        "%(count)s function of high risk or daily use is not fully analysed: %(names)s.",
        "%(count)s functions of high risk or daily use are not fully analysed: %(names)s.",
        len(names),
    )
    return [Obstacle(OPEN_QUESTIONS, text % {"count": len(names), "names": listed(names)}, url)]


def contingency_plans(engagement: Engagement) -> Sequence[Obstacle]:
    """For each of the three emergencies a plan is ready: an owner who is here, an escalation contact, and steps."""
    url = reverse("engagements:contingency_list", args=[engagement.pk])
    plans = list(engagement.contingency_plans.unscoped().filter(emergency__in=EMERGENCIES).with_presence())
    there = {plan.emergency for plan in plans}
    ready = {plan.emergency for plan in plans if plan.is_ready and plan.owner_is_here}
    missing = _("The contingency plan “%(emergency)s” is missing.")
    unready = _(
        "The contingency plan “%(emergency)s” is not ready: it needs an owner, an escalation contact and steps."
    )
    return [
        Obstacle(
            f"{CONTINGENCY}.{emergency}",
            (unready if emergency in there else missing) % {"emergency": emergency.label},
            url,
        )
        for emergency in EMERGENCIES
        if emergency not in ready
    ]


def also_incomplete(engagement: Engagement) -> list[Function]:
    """Return the functions that are not fully analysed and need not be: worth knowing, never in the way."""
    return [function for function in engagement.functions.unscoped().incomplete() if not function.needs_all_answers]


def listed(names: Sequence[str]) -> str:
    """The first names, and how many there are beyond them."""
    shown = pgettext("between names", ", ").join(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    if more <= 0:
        return shown
    return ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", more) % {
        "names": shown,
        "count": more,
    }
