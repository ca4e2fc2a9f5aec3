"""How a person enters, sees who else is there, and keeps their own settings."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onsite.accounts import services
from onsite.accounts.forms import InvitationForm, PersonForm, SearchForm, SettingsForm, language_of
from onsite.accounts.models import Invitation, User
from onsite.core.forms import submitted
from onsite.core.policy import people_only, public, signed_in
from onsite.core.views import performed, safe_next

PAGE_ROWS = 50


def _me(request: HttpRequest) -> User:
    """Return the signed-in person; the policy let nobody else through."""
    return cast(User, request.user)


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
    return _with_language(redirect("home"), person.language)


def _language_for(request: HttpRequest, found: Invitation) -> str:
    """The language chosen in this browser, else the one the inviter set, else the browser's."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return language_of(chosen or found.user.language or translation.get_language() or "")


def _hidden_from_others(response: HttpResponse) -> HttpResponse:
    # The address is a secret. With "no-referrer" the browser would also hide the origin that CSRF is checked by.
    response["Referrer-Policy"] = "strict-origin"
    return response


@people_only
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everyone with an account or an invitation."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(User.objects.listed(words), PAGE_ROWS).get_page(request.GET.get("page"))
    looked_after = services.LOOKED_AFTER[_me(request).role]
    return render(request, "accounts/people.html", {"form": form, "page": page, "looked_after": looked_after})


@people_only
@require_http_methods(["GET", "HEAD", "POST"])
def person_invite(request: HttpRequest) -> HttpResponse:
    """Invite a person of the vendor."""
    form = PersonForm(
        request.POST if request.method == "POST" else None,
        actor=_me(request),
        initial={"language": language_of(translation.get_language() or "")},
    )
    person = submitted(request, form, partial(services.invite_colleague, actor=_me(request)))
    if person is not None:
        messages.success(request, _("The invitation is on its way to %(address)s.") % {"address": person.email})
        return redirect("accounts:people")
    context = {
        "form": form,
        "title": _("Invite a person"),
        "crumb": _("People"),
        "crumb_url": reverse("accounts:people"),
        "submit_label": _("Send the invitation"),
        "cancel_url": reverse("accounts:people"),
    }
    return render(request, "components/form_page.html", context)


@people_only
@require_POST
def person_reinvite(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail the link again to somebody who has not entered yet."""
    person = get_object_or_404(User, pk=pk)
    return performed(
        request,
        partial(services.invite_again, actor=_me(request), user=person),
        to=_back_to_people(request),
        success=_("A new invitation is on its way to %(address)s.") % {"address": person.email},
    )


@people_only
@require_POST
def person_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, or open it again."""
    person = get_object_or_404(User, pk=pk)
    wanted = request.POST.get("active")
    if wanted not in {"yes", "no"}:
        return redirect(_back_to_people(request))
    done = _("%(name)s can sign in again.") if wanted == "yes" else _("%(name)s can no longer sign in.")
    return performed(
        request,
        partial(services.set_active, actor=_me(request), user=person, is_active=wanted == "yes"),
        to=_back_to_people(request),
        success=done % {"name": person.name},
    )


def _back_to_people(request: HttpRequest) -> str:
    return safe_next(request, reverse("accounts:people")).url


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def personal_settings(request: HttpRequest) -> HttpResponse:
    """One's own name, job title, language and time zone."""
    person = _me(request)
    initial = {"name": person.name, "title": person.title, "time_zone": person.time_zone}
    initial["language"] = person.language or language_of(translation.get_language() or "")
    form = SettingsForm(request.POST if request.method == "POST" else None, actor=person, initial=initial)
    saved = submitted(request, form, partial(services.save_settings, actor=person))
    if saved is None:
        context = {"form": form, "title": _("Settings"), "submit_label": _("Save"), "cancel_url": reverse("home")}
        return render(request, "accounts/settings.html", context)
    with translation.override(saved.language):
        messages.success(request, _("Your settings are saved."))
    return _with_language(redirect("accounts:settings"), saved.language)


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The switch in the header: kept in this browser, and with the person where somebody is signed in."""
    response = safe_next(request, reverse("home"))
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        services.set_language(actor=_me(request), language=language)
    return _with_language(response, language)


def _with_language(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@public
def closed(request: HttpRequest, **_words: Any) -> HttpResponse:
    """A page of allauth that OnSite does without: as if it did not exist."""
    raise Http404
