"""How the message about a file that is held back is written: when it is sent, and only while it is held."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.found import found_in
from engagements.models import Attachment
from onsite.notifications import kinds
from onsite.notifications.kinds import Readers, Topic, Written
from onsite.notifications.models import Message


def file_held(message: Message) -> Written | None:
    """A file is held back from the client; nothing where it was released or masked, or is not this person's to see."""
    rows = Attachment.objects.visible_to(message.recipient).select_related("engagement__client", "uploaded_by")
    row = rows.held().filter(pk=message.payload["file"]).first()
    if row is None:
        return None
    subject = _("A file is held back: %(engagement)s") % {"engagement": row.engagement.name}
    url = settings.BASE_URL + reverse("engagements:file", args=[row.engagement_id, row.pk])
    context = {
        "name": message.recipient.name,
        "row": row,
        "engagement": row.engagement,
        "kinds": sorted({found.kind for found in found_in(row)}),
        "url": url,
    }
    return Written(subject, render_to_string("emails/file_held.txt", context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "file_held",
        file_held,
        label=gettext_lazy("A file is held back"),
        when=gettext_lazy("When a file of an engagement you lead is held back from the client."),
        topic=Topic.PREPARATION,
        readers=Readers.VENDOR,
    )
