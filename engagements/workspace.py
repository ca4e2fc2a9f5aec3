"""The frame around every page of an engagement: who may open it, where it stands, where one can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy

from engagements.models import Engagement, Phase
from onsite.accounts.models import User

LIFE = (Phase.PREPARATION, Phase.EXECUTION, Phase.REVIEW, Phase.CLOSED)

# (key, label, route), in the order of life. A client has no tab of preparation or review: the plan and the documents
# tell what came of them.
_VENDOR_TABS = (
    ("overview", gettext_lazy("Overview"), "engagements:detail"),
    ("prepare", gettext_lazy("Prepare"), "engagements:prepare"),
    ("execute", gettext_lazy("Execute"), "standups:list"),
    ("train", gettext_lazy("Train"), "training:home"),
    ("going_live", gettext_lazy("Go live"), "standups:going_live"),
    ("review", gettext_lazy("Review"), "engagements:review"),
    ("documents", gettext_lazy("Documents"), "reports:documents"),
    ("team", gettext_lazy("Team"), "engagements:team"),
)
_CLIENT_TABS = (
    ("overview", gettext_lazy("Dashboard"), "reports:dashboard"),
    ("prepare", gettext_lazy("Plan"), "engagements:plan"),
    ("execute", gettext_lazy("Stand-ups"), "standups:list"),
    ("problems", gettext_lazy("Problems"), "standups:problems"),
    ("train", gettext_lazy("Training"), "training:home"),
    ("going_live", gettext_lazy("Go live"), "standups:going_live"),
    ("documents", gettext_lazy("Documents"), "reports:documents"),
    ("team", gettext_lazy("Team"), "engagements:team"),
)


# A client finds concerns and their evidence where the problems are.
_PROBLEM_PAGES = ("standups:problem", "standups:concern", "standups:evidence")


@dataclass(frozen=True)
class Tab:
    """One page of the workspace's navigation."""

    key: str
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class PhaseStep:
    """One step of the phase bar; `state` is done, current or todo. `url` tells what still stands before it, "" where that
    is not to be shown."""

    label: str
    state: str
    url: str = ""


def person(request: HttpRequest) -> User:
    """Return the signed-in person; the sign-in middleware let nobody else through."""
    return cast(User, request.user)


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, also where nothing was filled in; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def open_engagement(request: HttpRequest, engagement_id: int) -> Engagement:
    """Return the engagement if this person may see it, else raise Http404; its pages use the site's zone from here on."""
    rows = Engagement.objects.visible_to(request.user).select_related("client")
    engagement = get_object_or_404(rows, pk=engagement_id)
    timezone.activate(engagement.zone)
    return engagement


def workspace(request: HttpRequest, engagement: Engagement, tab: str, *, heading: str = "") -> dict[str, Any]:
    """Return what `engagements/workspace.html` needs. `can` says by permission name what this person may do here
    (`can.edit_goals`); `heading` is the page's own name, else the engagement's stands there. One query at most."""
    user = person(request)
    return {
        "engagement": engagement,
        "heading": heading,
        "tab": tab,
        "tabs": tabs(request, engagement, tab),
        "phases": phases(engagement, tells_obstacles=not user.is_client),
        # Asked for where a page asks: a kept one does not.
        "can": SimpleLazyObject(lambda: {one.name.lower(): True for one in engagement.permissions_of(user)}),
        "today": engagement.today(),
    }


def tabs(request: HttpRequest, engagement: Engagement, tab: str) -> list[Tab]:
    """Return this person's tabs, the current one marked."""
    is_client = person(request).is_client
    match = request.resolver_match
    if is_client and match is not None and match.view_name.startswith(_PROBLEM_PAGES):
        tab = "problems"
    return [
        Tab(key, str(label), reverse(route, args=[engagement.pk]), key == tab)
        for key, label, route in (_CLIENT_TABS if is_client else _VENDOR_TABS)
    ]


def phases(engagement: Engagement, *, tells_obstacles: bool = False) -> list[PhaseStep]:
    """Return the steps of life with where the engagement stands; a cancelled one has only its end to show. Where obstacles
    are told, the step that comes next leads to them."""
    now = Phase(engagement.phase)
    if now == Phase.CANCELLED:
        return [PhaseStep(str(now.label), "current")]
    here = LIFE.index(now)
    states = ["done"] * here + ["current"] + ["todo"] * (len(LIFE) - here - 1)
    urls = [""] * len(LIFE)
    if tells_obstacles and now != LIFE[-1]:
        urls[here + 1] = f"{engagement.get_absolute_url()}#next-phase"
    return [PhaseStep(str(phase.label), *rest) for phase, *rest in zip(LIFE, states, urls, strict=True)]
