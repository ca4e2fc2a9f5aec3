"""What the days on site tell on an engagement's overview."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements import overview
from engagements.models import Engagement
from engagements.overview import Fact
from onsite.accounts.models import User
from standups.models import Cell, DataObject, LoadRound


def tell(engagement: Engagement, user: User) -> Sequence[Fact]:
    """The latest published stand-up, the open problems this person may see, and how much of data and functions is proved."""
    newest = engagement.stand_ups.visible_to(user).published().newest_first().first()
    problems = engagement.problems.visible_to(user).open()
    count = problems.count()
    return [
        Fact(_("Latest stand-up"), date_format(newest.held_on), newest.get_absolute_url())
        if newest
        else Fact(_("Latest stand-up"), _("None yet"), reverse("standups:list", args=[engagement.pk])),
        Fact(_("Open problems"), str(count), reverse("standups:problems", args=[engagement.pk])),
        *_data(engagement, user),
        *_acceptance(engagement, user),
    ]


def _data(engagement: Engagement, user: User) -> Sequence[Fact]:
    """How many data objects have their newest load signed; nothing where no data moves. One query."""
    newest = LoadRound.objects.filter(data_object=OuterRef("pk")).order_by("-number")
    rows = DataObject.objects.visible_to(user).filter(engagement=engagement).order_by()
    found = rows.annotate(signed_at=Subquery(newest.values("sign_off__signed_at")[:1])).aggregate(
        total=Count("pk"), checked=Count("pk", filter=Q(signed_at__isnull=False))
    )
    return _share(_("Data objects checked"), found["checked"], found["total"], "standups:data_checks", engagement)


def _acceptance(engagement: Engagement, user: User) -> Sequence[Fact]:
    """How many cells of the matrix the client accepted, of those that were not descoped. One query."""
    rows = Cell.objects.visible_to(user).required().filter(engagement=engagement).order_by()
    found = rows.aggregate(total=Count("pk"), settled=Count("pk", filter=Q(state__in=Cell.SETTLED)))
    return _share(_("Cells accepted"), found["settled"], found["total"], "standups:rollout", engagement)


def _share(label: str, done: int, total: int, place: str, engagement: Engagement) -> Sequence[Fact]:
    if not total:
        return ()
    words = _("%(done)s of %(total)s") % {"done": done, "total": total}
    return (Fact(label, words, reverse(place, args=[engagement.pk]), "ok" if done == total else ""),)


def register_all() -> None:
    """Called once when the apps are ready."""
    overview.register(tell)
