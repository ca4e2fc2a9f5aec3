"""How this app's messages are written: when they are sent, and only to people who may still see what they tell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements import agreements, gates
from engagements.models import Engagement, Invocation, Phase, SignOff, Waiver
from engagements.services import emergencies
from engagements.services.signing import missing_parts
from onsite.notifications import kinds
from onsite.notifications.kinds import WAITS_FOR_YOU, Readers, Topic, Written
from onsite.notifications.models import Message


def sign_request(message: Message) -> Written | None:
    """A text waits for a signature on screen; nothing where it is signed or replaced, or paper was agreed since."""
    texts = SignOff.objects.visible_to(message.recipient).current().select_related("engagement__client")
    sign_off = texts.filter(pk=message.payload["sign_off"]).first()
    if sign_off is None or sign_off.engagement.signs_on_paper:
        return None
    asked = set(missing_parts(sign_off)) & sign_off.engagement.parts_of(message.recipient)
    if not any(agreements.may_sign(message.recipient, part, sign_off) for part in asked):
        return None
    subject = _("Please sign: %(text)s, version %(version)s") % {
        "text": sign_off.title,
        "version": sign_off.version,
    }
    url = reverse("engagements:sign_off", args=[sign_off.engagement_id, sign_off.pk])
    return _written(message, subject, "emails/sign_request.txt", sign_off.engagement, url, sign_off=sign_off)


def joined(message: Message) -> Written | None:
    """A colleague is now part of an engagement."""
    rows = Engagement.objects.visible_to(message.recipient).select_related("client")
    engagement = rows.filter(pk=message.payload["engagement"]).first()
    if engagement is None:
        return None
    subject = _("You are part of %(engagement)s") % {"engagement": engagement.name}
    return _written(message, subject, "emails/joined.txt", engagement, engagement.get_absolute_url())


def waiver_due(message: Message) -> Written | None:
    """What a manager let pass is due; nothing where it was mended."""
    waivers = Waiver.objects.visible_to(message.recipient).select_related("engagement__client")
    waiver = waivers.filter(pk=message.payload["waiver"]).first()
    if waiver is None or waiver.engagement.phase == Phase.CANCELLED or message.recipient not in gates.reminded(waiver):
        return None
    if not gates.still_stands(waiver):
        return None
    subject = _("Still missing: %(obstacle)s") % {"obstacle": waiver.obstacle_text}
    url = waiver.engagement.get_absolute_url()
    return _written(message, subject, "emails/waiver_due.txt", waiver.engagement, url, waiver=waiver)


def contingency_invoked(message: Message) -> Written | None:
    """An emergency runs at a site; nothing where it ended meanwhile, or it is no longer this person's."""
    rows = Invocation.objects.visible_to(message.recipient).running()
    people = ("invoked_by", "plan__owner", "plan__deputy", "plan__engagement__client", "plan__engagement__created_by")
    invocation = rows.select_related(*people).filter(pk=message.payload["invocation"]).first()
    if invocation is None or message.recipient not in emergencies.told(invocation):
        return None
    engagement = invocation.plan.engagement
    subject = _("Emergency: %(plan)s, %(client)s") % {
        "plan": invocation.plan.title,
        "client": engagement.client.short_name,
    }
    url = reverse("engagements:invocation", args=[engagement.pk, invocation.pk])
    since, due = (_at_site(engagement, at) for at in (invocation.invoked_at, invocation.respond_by))
    return _written(
        message,
        subject,
        "emails/contingency_invoked.txt",
        engagement,
        url,
        invocation=invocation,
        since=since,
        due=due,
    )


def _at_site(engagement: Engagement, at: datetime) -> str:
    """The hour at the site, with its zone: the reader may be elsewhere."""
    return f"{at.astimezone(engagement.zone):%H:%M} ({engagement.zone_name})"


def _written(
    message: Message, subject: str, template: str, engagement: Engagement, url: str, **context: Any
) -> Written:
    context |= {"name": message.recipient.name, "engagement": engagement, "url": settings.BASE_URL + url}
    return Written(subject, render_to_string(template, context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "sign_request",
        sign_request,
        label=gettext_lazy("Request to sign"),
        when=gettext_lazy("When a text waits for your signature."),
        topic=Topic.PREPARATION,
        must=WAITS_FOR_YOU,
    )
    kinds.register(
        "joined",
        joined,
        label=gettext_lazy("New in a team"),
        when=gettext_lazy("When you become part of an engagement's team."),
        topic=Topic.ENGAGEMENT,
    )
    kinds.register(
        "contingency_invoked",
        contingency_invoked,
        label=gettext_lazy("Emergency"),
        when=gettext_lazy("When an emergency plan is started that you have a part in."),
        topic=Topic.ENGAGEMENT,
        must=WAITS_FOR_YOU,
    )
    kinds.register(
        "waiver_due",
        waiver_due,
        label=gettext_lazy("Reminder of a waiver"),
        when=gettext_lazy("When something that was let pass for the time being is due."),
        topic=Topic.ENGAGEMENT,
        readers=Readers.VENDOR,
    )
