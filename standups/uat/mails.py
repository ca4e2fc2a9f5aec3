"""How the messages about acceptance tests are written: when they are sent, and only where they are still true then."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onsite.notifications import kinds
from onsite.notifications.kinds import Topic, Written
from onsite.notifications.models import Message
from standups.models import CellState, Condition, UatRound
from standups.services.conditions import reminded
from standups.services.uat import asked_to_test
from standups.uat.state import OF_CELL


def uat_open(message: Message) -> Written | None:
    """A round waits for its testers; nothing where it has a result, or they test in it no more."""
    rows = UatRound.objects.visible_to(message.recipient).filter(pk=message.payload["round"], sign_off=None)
    row = rows.select_related("cell__engagement__client", "cell__module", "cell__role", "cell__stage").first()
    if row is None or not row.cell.engagement.is_running or row.cell.state == CellState.DESCOPED:
        return None
    if message.recipient not in asked_to_test(row):
        return None
    context = {
        "name": message.recipient.name,
        "engagement": row.cell.engagement,
        "round": row,
        "count": row.cases.visible_to(message.recipient).open().count(),
        "url": settings.BASE_URL + row.get_absolute_url(),
    }
    subject = _("Please test: %(cell)s, %(round)s") % {"cell": row.cell, "round": row}
    return Written(subject, render_to_string("emails/uat_open.txt", context))


def condition_due(message: Message) -> Written | None:
    """A condition of acceptance is due today; nothing where it is met, replaced, or somebody else's by now."""
    rows = Condition.objects.visible_to(message.recipient).in_force().open()
    rows = rows.select_related("owner", "round__cell__engagement__client", *OF_CELL)
    row = rows.filter(pk=message.payload["condition"]).first()
    if row is None or row.round.cell.state == CellState.DESCOPED:
        return None
    engagement = row.round.cell.engagement
    if not engagement.is_running or message.recipient != reminded(row, engagement):
        return None
    context = {
        "name": message.recipient.name,
        "engagement": engagement,
        "condition": row,
        "url": f"{settings.BASE_URL}{reverse('standups:conditions', args=[engagement.pk])}#condition-{row.pk}",
    }
    subject = _("A condition of acceptance is due: %(condition)s") % {"condition": row.text}
    return Written(subject, render_to_string("emails/uat_condition_due.txt", context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "uat_open",
        uat_open,
        label=gettext_lazy("Acceptance test to do"),
        when=gettext_lazy("When a round of the acceptance test waits for you."),
        topic=Topic.ON_SITE,
    )
    kinds.register(
        "condition_due",
        condition_due,
        label=gettext_lazy("A condition of acceptance is due"),
        when=gettext_lazy("When a condition of the acceptance that you look after is due."),
        topic=Topic.ON_SITE,
    )
