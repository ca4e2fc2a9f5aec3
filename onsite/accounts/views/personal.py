"""A person's own settings: how the pages speak and look, and how they sign in."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onsite.accounts import services
from onsite.accounts.forms import SettingsForm, language_of
from onsite.accounts.views import me, with_language
from onsite.core.forms import submitted
from onsite.core.policy import signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name, job title, language, time zone and theme."""
    person = me(request)
    initial = {name: getattr(person, name) for name in ("name", "title", "time_zone", "theme")}
    initial["language"] = person.language or language_of(translation.get_language() or "")
    form = SettingsForm(request.POST if request.method == "POST" else None, actor=person, initial=initial)
    saved = submitted(request, form, partial(services.save_settings, actor=person))
    if saved is None:
        context = {
            "form": form,
            "title": _("Profile"),
            "crumb": _("Settings"),
            "submit_label": _("Save"),
            "cancel_url": reverse("home"),
        }
        return render(request, "accounts/profile.html", context)
    with translation.override(saved.language):
        messages.success(request, _("Your settings are saved."))
    return with_language(redirect("accounts:settings"), saved.language)


@signed_in
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """How one signs in: by a mailed code, and by a password where one is set."""
    return render(request, "accounts/sign_in.html")
