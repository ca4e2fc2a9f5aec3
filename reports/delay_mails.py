"""How the message about an objection to the delay ledger is written, and only while it still stands."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.models.fingerprint import text_mark
from onsite.notifications import kinds
from onsite.notifications.kinds import Readers, Topic, Written
from onsite.notifications.models import Message
from reports.models import DelayVoice
from standups.services.concerns import leader_of


def delay_objected(message: Message) -> Written | None:
    """Somebody of the client's objects to a line; nothing where they said otherwise since, or somebody else leads."""
    rows = DelayVoice.objects.visible_to(message.recipient).filter(stance=DelayVoice.Stance.OBJECTS)
    people = ("engagement__client", "engagement__created_by", "stage", "said_by")
    voice = rows.select_related(*people).filter(pk=message.payload["voice"]).first()
    if voice is None or text_mark(voice.comment) != message.payload["said"]:
        return None
    engagement = voice.engagement
    if not engagement.is_running or message.recipient != leader_of(engagement):
        return None
    words = {"stage": voice.stage, "engagement": engagement.name}
    context = {
        "name": message.recipient.name,
        "engagement": engagement,
        "voice": voice,
        "url": settings.BASE_URL + reverse("reports:delay", args=[engagement.pk]),
    }
    subject = _("The client objects to the delay ledger: %(stage)s, %(engagement)s") % words
    return Written(subject, render_to_string("emails/delay_objected.txt", context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "delay_objected",
        delay_objected,
        label=gettext_lazy("An objection to the delay ledger"),
        when=gettext_lazy("When a client objects to the delay ledger."),
        topic=Topic.REVIEW,
        readers=Readers.VENDOR,
    )
