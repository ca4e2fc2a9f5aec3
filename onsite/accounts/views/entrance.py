"""How a person enters, and the language switch for everybody."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from onsite.accounts import services
from onsite.accounts.forms import InvitationForm, language_of
from onsite.accounts.models import Invitation
from onsite.accounts.views import me, with_language
from onsite.core.forms import submitted
from onsite.core.policy import public
from onsite.core.views import safe_next


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A mailed link: GET shows it, because mail scanners open links; only POST consumes it and signs the person in."""
    found = services.find_invitation(token)
    if found is None:
        return _hidden_from_others(render(request, "accounts/invitation_ended.html", status=410))
    with translation.override(_language_for(request, found)):
        initial = {"name": found.user.name, "language": translation.get_language()}
        form = InvitationForm(request.POST if request.method == "POST" else None, initial=initial)
        person = submitted(request, form, partial(services.accept_invitation, token=token))
        if person is None:
            return _hidden_from_others(
                render(request, "accounts/invitation.html", {"form": form, "invitation": found})
            )
    # A new session key: whoever put a session into this browser beforehand doesn't get this one.
    login(request, person)
    return with_language(redirect("home"), person.language)


def _language_for(request: HttpRequest, found: Invitation) -> str:
    """The language chosen in this browser, else the one the inviter set, else the browser's."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return language_of(chosen or found.user.language or translation.get_language() or "")


def _hidden_from_others(response: HttpResponse) -> HttpResponse:
    # The address is a secret. With "no-referrer" the browser would also hide the origin that CSRF is checked by.
    response["Referrer-Policy"] = "strict-origin"
    return response


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The switch in the header: kept in this browser, and with the person where somebody is signed in."""
    response = safe_next(request, reverse("home"))
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        services.set_language(actor=me(request), language=language)
    return with_language(response, language)


@public
def closed(request: HttpRequest, **_words: Any) -> HttpResponse:
    """A page of allauth that OnSite does without: as if it did not exist."""
    raise Http404
