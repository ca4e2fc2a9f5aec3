"""What was told to whom, what waits, what could not be delivered; one's own messages and which are wanted; and the demo's
mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onsite.accounts.models import User
from onsite.core.policy import people_only, public, signed_in
from onsite.core.views import performed, safe_next
from onsite.notifications import inbox, kinds, services
from onsite.notifications.forms import ChoicesForm
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
    shown = Message.objects.by_urgency().select_related("recipient")
    page = Paginator(shown, PAGE_ROWS).get_page(request.GET.get("page"))
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
        partial(services.retry, actor=_me(request), message=message),
        to=safe_next(request, reverse("notifications:message_list")).url,
        success=_("The message is sent again within half a minute."),
    )


@signed_in
@require_safe
def inbox_list(request: HttpRequest) -> HttpResponse:
    """What was told to the person who looks, newest first."""
    told = Message.objects.visible_to(_me(request))
    page = Paginator(told, PAGE_ROWS).get_page(request.GET.get("page"))
    rows = [Row(message, kinds.label_of(message.kind)) for message in page]
    return render(request, "notifications/inbox.html", {"page": page, "rows": rows})


@signed_in
@require_safe
def inbox_message(request: HttpRequest, pk: int) -> HttpResponse:
    """One of one's own messages, as it reads by now; opening it marks it as read."""
    rows = Message.objects.visible_to(_me(request)).select_related("recipient")
    message = get_object_or_404(rows, pk=pk)
    if message.read_at is None and request.method == "GET":
        inbox.read(actor=_me(request), message=message)
    context = {
        "message": message,
        "label": kinds.label_of(message.kind),
        "written": inbox.text_of(message),
        "is_secret": message.kind in kinds.secret_ones(),
    }
    return render(request, "notifications/inbox_message.html", context)


@signed_in
@require_POST
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark all of one's own messages as read."""
    return performed(request, partial(inbox.read, actor=_me(request)), to=reverse("notifications:inbox"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Which kinds of message a person wants, and by which channel."""
    user = _me(request)
    form = ChoicesForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        inbox.choose(actor=user, **form.cleaned_data)
        messages.success(request, _("Your choices are saved; they hold from the next message on."))
        return redirect("notifications:choices")
    return render(request, "notifications/choices.html", {"form": form, "topics": form.topics()})


@signed_in
@require_safe
def preview(request: HttpRequest, kind: str) -> HttpResponse:
    """A message of this kind, as it would be written for the person who looks, now."""
    user = _me(request)
    found = kinds.for_reader(user).get(kind)
    if found is None:
        raise Http404
    written = inbox.preview(user, kind, found)
    context = {"kind": found, "written": written or inbox.example(found, user), "is_example": written is None}
    return render(request, "notifications/preview.html", context)


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


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


def _only_in_the_demo() -> None:
    # The addresses exist in the demo only; should they ever be mounted elsewhere, they still show nothing.
    if not settings.DEMO:
        raise Http404
