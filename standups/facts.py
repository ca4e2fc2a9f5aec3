"""What the days on site tell on an engagement's overview."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements import overview
from engagements.models import Engagement
from engagements.overview import Fact
from onsite.accounts.models import User


def tell(engagement: Engagement, user: User) -> Sequence[Fact]:
    """The latest published stand-up and the open problems this person may see."""
    newest = engagement.stand_ups.visible_to(user).published().newest_first().first()
    problems = engagement.problems.visible_to(user).open()
    count = problems.count()
    return [
        Fact(_("Latest stand-up"), date_format(newest.held_on), newest.get_absolute_url())
        if newest
        else Fact(_("Latest stand-up"), _("None yet"), reverse("standups:list", args=[engagement.pk])),
        Fact(_("Open problems"), str(count), reverse("standups:problems", args=[engagement.pk])),
    ]


def register_all() -> None:
    """Called once when the apps are ready."""
    overview.register(tell)
