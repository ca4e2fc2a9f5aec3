"""What was told to whom, what waits, what could not be delivered; and the demo's mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import cast

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from onsite.accounts.models import User
from onsite.core.policy import people_only, public
from onsite.core.views import performed, safe_next
from onsite.notifications import kinds, services
from onsite.notifications.models import MailboxMail, Message

PAGE_ROWS = 50


@dataclass(frozen=True)
class Row:
    """A message and its kind's name for people."""

    message: Message
    label: str


@people_only
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """The outbox: dead letters first, then what waits, then what was sent of late."""
    messages = Message.objects.by_urgency().select_related("recipient")
    page = Paginator(messages, PAGE_ROWS).get_page(request.GET.get("page"))
    groups = {
        state: [Row(message, kinds.label_of(message.kind)) for message in found]
        for state, found in groupby(page, key=lambda message: message.state)
    }
    return render(request, "notifications/message_list.html", {"page": page, "groups": groups})


@people_only
@require_POST
def message_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a dead letter another round."""
    message = get_object_or_404(Message, pk=pk)
    return performed(
        request,
        partial(services.retry, actor=cast(User, request.user), message=message),
        to=safe_next(request, reverse("notifications:message_list")).url,
        success=_("The message is sent again within half a minute."),
    )


@public
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """The demo's mailbox. Open to all, because the codes to sign in with arrive here."""
    _only_in_the_demo()
    page = Paginator(MailboxMail.objects.all(), PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "mailbox/mail_list.html", {"page": page})


@public
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail of the demo."""
    _only_in_the_demo()
    return render(request, "mailbox/mail.html", {"mail": get_object_or_404(MailboxMail, pk=pk)})


def _only_in_the_demo() -> None:
    # The addresses exist in the demo only; should they ever be mounted elsewhere, they still show nothing.
    if not settings.DEMO:
        raise Http404
