"""A person's own language and zone; an engagement's pages switch to the site's zone later in the request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


class PersonalSettingsMiddleware:
    """Language from the user's setting, else the browser's; zone from the user's setting."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        timezone.activate(user.zone if user.is_authenticated else settings.TIME_ZONE)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()
