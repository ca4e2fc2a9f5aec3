"""How the mails about a person's own account are written."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onsite.accounts.services import find_invitation
from onsite.notifications import kinds
from onsite.notifications.kinds import Topic, Written
from onsite.notifications.models import Message


def account(message: Message) -> Written | None:
    """Sign-in codes and reset links: allauth wrote them already. Nothing where a code has expired meanwhile."""
    if _has_expired(message):
        return None
    return Written(message.payload["subject"], message.payload["body"])


def invitation(message: Message) -> Written | None:
    """The link with which a person enters; nothing where it was replaced, used or ended."""
    if find_invitation(message.payload["token"]) is None:
        return None
    path = reverse("accounts:invitation", args=[message.payload["token"]])
    context = {**message.payload, "name": message.recipient.name, "url": settings.BASE_URL + path}
    subject = _("%(inviter)s invites you to OnSite") % {"inviter": message.payload["inviter"]}
    return Written(subject, render_to_string("emails/invitation.txt", context))


def signing_code(message: Message) -> Written | None:
    """The code that signs one text; nothing where it has expired meanwhile."""
    if _has_expired(message):
        return None
    context = {**message.payload, "name": message.recipient.name}
    subject = _("Your code to sign “%(about)s”") % {"about": message.payload["about"]}
    return Written(subject, render_to_string("emails/signing_code.txt", context))


def _has_expired(message: Message) -> bool:
    until = message.payload.get("until")
    return until is not None and datetime.fromisoformat(until) <= timezone.now()


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "account",
        account,
        label=gettext_lazy("Sign-in code or reset link"),
        is_secret=True,
        when=gettext_lazy("When you ask for a code to sign in with, or for a new password."),
        topic=Topic.ACCOUNT,
    )
    kinds.register(
        "invitation",
        invitation,
        label=gettext_lazy("Invitation"),
        is_secret=True,
        when=gettext_lazy("Once, before your account is opened."),
        topic=Topic.ACCOUNT,
    )
    kinds.register(
        "signing_code",
        signing_code,
        label=gettext_lazy("Code to sign"),
        is_secret=True,
        when=gettext_lazy("When you sign on screen and ask for a code."),
        topic=Topic.ACCOUNT,
    )
