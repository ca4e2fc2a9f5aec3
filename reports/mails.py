"""How the messages about reviews are written: when they are sent, while there is still something to tell."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onsite.notifications import kinds
from onsite.notifications.kinds import Readers, Topic, Written
from onsite.notifications.models import Message
from reports.models import Draft, DraftComment


def review_asked(message: Message) -> Written | None:
    """A closing report waits to be read; nothing where somebody answered."""
    draft = _draft(message)
    if draft is None or not draft.is_under_review:
        return None
    return _written(
        message, draft, _("To be reviewed: closing report of %(engagement)s"), "emails/report_review_asked.txt"
    )


def approved(message: Message) -> Written | None:
    """The words are approved; nothing where they were saved again since."""
    draft = _draft(message)
    if draft is None or not draft.is_approved:
        return None
    return _written(message, draft, _("Approved: closing report of %(engagement)s"), "emails/report_approved.txt")


def sent_back(message: Message) -> Written | None:
    """The words came back with what is to be done; nothing where that is settled."""
    rows = DraftComment.objects.visible_to(message.recipient).open().select_related("author")
    remark, draft = rows.filter(pk=message.payload["remark"]).first(), _draft(message)
    if remark is None or draft is None:
        return None
    subject = _("Sent back: closing report of %(engagement)s")
    return _written(message, draft, subject, "emails/report_sent_back.txt", remark=remark)


def _draft(message: Message) -> Draft | None:
    rows = Draft.objects.visible_to(message.recipient)
    rows = rows.select_related("engagement__client", "review_asked_by", "approved_by")
    return rows.filter(pk=message.payload["draft"]).first()


def _written(message: Message, draft: Draft, subject: str, template: str, **told: Any) -> Written:
    url = settings.BASE_URL + reverse("reports:review", args=[draft.engagement_id])
    context = {"name": message.recipient.name, "draft": draft, "url": url, **told}
    subject %= {"engagement": draft.engagement.name}
    return Written(subject=subject, body=render_to_string(template, context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "report_review_asked",
        review_asked,
        label=gettext_lazy("A closing report is to be reviewed"),
        when=gettext_lazy("When a closing report waits for your review."),
        topic=Topic.REVIEW,
        readers=Readers.VENDOR,
    )
    kinds.register(
        "report_approved",
        approved,
        label=gettext_lazy("A closing report is approved"),
        when=gettext_lazy("When a closing report you asked about is approved."),
        topic=Topic.REVIEW,
        readers=Readers.VENDOR,
    )
    kinds.register(
        "report_sent_back",
        sent_back,
        label=gettext_lazy("A closing report was sent back"),
        when=gettext_lazy("When a closing report you asked about needs something more."),
        topic=Topic.REVIEW,
        readers=Readers.VENDOR,
    )
