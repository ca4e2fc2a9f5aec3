"""allauth's door to us: nobody signs up alone, and its mails go through the outbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation

from onsite.accounts import outgoing
from onsite.accounts.models import User

LOGIN_CODE = "account/email/login_code"


class AccountAdapter(DefaultAccountAdapter):
    """Closed registration; sign-in codes and reset links are queued like every other message."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:sign_in")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link under the address people open, whatever host name this request came by."""
        uid, _dash, token = key.partition("-")
        return str(settings.BASE_URL + reverse("account_reset_password_from_key", args=[uid, token]))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render allauth's text now, in the person's own language, and queue it.

        An address nobody has gets no mail. The outbox forgets the body once it is sent, and does not send a code that
        has expired.
        """
        recipient = User.objects.filter(email=email.lower()).first()
        if recipient is None:
            return
        with translation.override(recipient.language or translation.get_language()):
            mail = self.render_mail(
                template_prefix, email, {"request": self.request, "email": email, "person": recipient, **context}
            )
            payload = {"subject": str(mail.subject), "body": str(mail.body)}
        if template_prefix == LOGIN_CODE:
            until = timezone.now() + timedelta(seconds=app_settings.LOGIN_BY_CODE_TIMEOUT)
            payload["until"] = until.isoformat()
        outgoing.tell(kind="account", recipient=recipient, dedupe_key=f"account:{uuid4()}", payload=payload)
