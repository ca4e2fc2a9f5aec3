"""What stands around every view: pages for what goes wrong, a database outage (503, with Retry-After) or an address that
only takes what is sent from a form (405), and pages made small for the line."""

from __future__ import annotations

import sys
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.urls import resolve
from django.views.defaults import server_error

RETRY_SECONDS = 30
OUTAGES = (OperationalError, InterfaceError)
log = structlog.get_logger(__name__)


class DatabaseOutageMiddleware:
    """Answers 503 where a view can't reach the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Catch it at the view, before Django turns it into a 500."""
        return _outage(exception) if isinstance(exception, OUTAGES) else None


class CompressPagesMiddleware(GZipMiddleware):
    """Compresses pages: a dashboard is a sixth on the line, and no proxy need stand before the demo.

    Files go as they are: most are compressed already, and a video is asked for in ranges. What a page's length could tell
    of the token in it is hidden by Django's padding, and by its masking of the token.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class FormAddressMiddleware:
    """Answers whoever opens the address of a verb, after signing in anew or by a reload, with the way to its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET":
            response.content = render_to_string("405.html", {"page_url": _page_of(request.path)}, request).encode()
        return response


def _page_of(path: str) -> str:
    """Return the page a verb belongs to: its address without the last part, or the start where there is none such."""
    page = path.rstrip("/").rpartition("/")[0] + "/"
    try:
        resolve(page)
    except Http404:
        return "/"
    return page


def outage_or_error(request: HttpRequest) -> HttpResponse:
    """The site's handler of a 500: the same 503 where another middleware, such as the session's, met the outage."""
    error = sys.exc_info()[1]
    return _outage(error) if isinstance(error, OUTAGES) else server_error(request)


def _outage(error: Exception) -> HttpResponse:
    log.error("database_unreachable", error=str(error))
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_SECONDS)})
