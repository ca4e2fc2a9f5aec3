"""A person's own language and zone, where an engagement's pages switch to the site's zone later in the request; and the
eyes that a manager looks with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import ResolverMatch, resolve
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from onsite.accounts import viewing


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


# What is the manager's own at any time: to stop looking, to sign out, and the language of what they read.
ALWAYS_OWN = frozenset({"accounts:view_as_end", "account_logout", "accounts:set_language"})


class ViewAsMiddleware:
    """Answers the pages of one engagement as its client's person would get them, for a session that looks as that person.

    Only what is looked at: whatever would change something is refused, and so is every page outside the engagement. The
    manager's own language stays. Stands innermost, so that all around it still knows who really asks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or not viewing.is_marked(request):
            return self.get_response(request)
        match, seen = _match(request.path_info), viewing.current(request)
        if seen is None:
            return _ended(request)
        request.viewing_as = seen  # type: ignore[attr-defined]
        if match is not None and match.view_name in ALWAYS_OWN:
            return self.get_response(request)
        response = self._as_client(request, seen, match)
        # Nobody meets this page again, neither the manager with other eyes nor anyone else at this browser.
        response["Cache-Control"] = "private, no-store"
        return response

    def _as_client(self, request: HttpRequest, seen: viewing.Viewing, match: ResolverMatch | None) -> HttpResponse:
        structlog.contextvars.bind_contextvars(viewing_as=seen.client.pk)
        if request.method not in {"GET", "HEAD"}:
            return _refused(request, changes=True)
        place = match.kwargs.get("engagement_id") if match is not None else seen.engagement.pk
        if place is None:
            return _refused(request, changes=False)
        request.user, manager = seen.client, request.user
        try:
            if place != seen.engagement.pk:
                return _absent(request)
            with connection.execute_wrapper(_only_reads):
                return self.get_response(request)
        finally:
            # The log around us names who asked.
            request.user = manager


def _match(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Http404:
        return None


def _ended(request: HttpRequest) -> HttpResponse:
    """What was sent meanwhile is not done in the manager's own name: they believed it could change nothing."""
    viewing.end(request)
    messages.info(request, _("You look with your own eyes again: the view as the client's person has ended."))
    return redirect("home")


def _refused(request: HttpRequest, *, changes: bool) -> HttpResponse:
    return render(request, "accounts/viewing_refused.html", {"changes": changes}, status=403)


def _absent(request: HttpRequest) -> HttpResponse:
    return render(request, "404.html", status=404)


def _only_reads(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Refuse a page that would note that its reader was there: it was not they who read it."""
    if sql.lstrip().split(None, 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
        raise PermissionDenied
    return execute(sql, params, many, context)
