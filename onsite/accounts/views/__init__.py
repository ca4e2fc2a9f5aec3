"""Pages of people: how they enter, who else is there, their own settings and those of the company."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from onsite.accounts.models import User


def me(request: HttpRequest) -> User:
    """Return the signed-in person; the policy let nobody else through."""
    return cast(User, request.user)


def with_language(response: HttpResponse, language: str) -> HttpResponse:
    """Keep the language in this browser."""
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
