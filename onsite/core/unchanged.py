"""A page that is made once and sent again as long as nothing it shows has changed.

The whole page is kept under a key that names everything it is made of: whoever sees it, what they may see, the language, the
day, the versions of the rows behind it. What is each request's own (the form's token, the nonce, what just happened) is put
in when it is sent. The page carries a mark of what it says (ETag); a browser that has it already gets 304 and no page.
Nothing is kept where others could read it: the answer is private, and asked for anew each time, so that a person who was
signed out or taken out never meets it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import structlog
from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import BaseCache, caches
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.crypto import salted_hmac
from django.utils.dateformat import format as date_format
from django.utils.html import escape
from django.utils.translation import get_language

# What stands in a kept page where a request's own is put in; no text of ours or of a person's holds a NUL.
TOKEN, NONCE, MARK, HOUR = (f"\0{name}\0" for name in ("token", "nonce", "mark", "hour"))
TOLD = "components/messages.html"
LONGEST = timedelta(hours=1)
# A person's row changes at each sign-in without a word of it being shown.
NOT_SHOWN = frozenset({"last_login"})
log = structlog.get_logger(__name__)


class Page(NamedTuple):
    """A page as it is kept: `mark` stands for what it says, `until` is the moment from which the clock alone changes it."""

    html: str
    mark: str
    until: datetime


def answer(request: HttpRequest, *, key: Iterable[object], make: Callable[[], tuple[str, datetime]]) -> HttpResponse:
    """Return 304 where the browser has the page as it stands, else the page.

    `make` returns the page as `page_of` renders it and until when it holds by the clock; it is asked where nothing is kept
    under `key` for this address in the reader's language and zone.
    """
    zone = timezone.get_current_timezone_name()
    page = _kept(_digest("page", release(), get_language(), zone, request.get_full_path(), *key), make)
    # What just happened is told once: a page that says so is nobody's to keep.
    happened = get_messages(request)
    etag = "" if len(happened) else _etag(request, page)
    response = get_conditional_response(request, etag=etag) if etag else None
    if response is None:
        html = _filled(page.html, request, etag)
        if len(happened):
            html = html.replace(render_to_string(TOLD), render_to_string(TOLD, {"messages": happened}))
        response = HttpResponse(html)
    if etag:
        response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def page_of(template: str, context: dict[str, object], request: HttpRequest) -> str:
    """Return a rendered page that `answer` can keep. Beside `context` the template has `etag`, the mark of the page as it
    stands, and `hour`, the time it is sent."""
    own = {"csrf_token": TOKEN, "etag": MARK, "hour": HOUR, "messages": ()}
    html = render_to_string(template, {**context, **own}, request)
    return html.replace(str(request.csp_nonce), NONCE)  # type: ignore[attr-defined]  # django-csp


def row_as_it_is(row: models.Model) -> tuple[object, ...]:
    """Return all that a row says, to name it in a key."""
    # By its attributes, never its __dict__: the signed-in person comes in a wrapper whose own dictionary says nothing.
    names = (field.attname for field in row._meta.concrete_fields)
    return (row._meta.label, *((name, getattr(row, name)) for name in names if name not in NOT_SHOWN))


@cache
def release() -> str:
    """Return what stands for this version of the product: its code, templates, words and static files."""
    found = hashlib.sha256()
    places = (path for path in Path(settings.BASE_DIR).iterdir() if path.is_dir() and path.name[0] not in "._")
    for place in sorted(path for path in places if path.name not in {"tests", "var"}):
        for path in sorted(place.rglob("*")):
            if path.suffix in {".py", ".html", ".txt", ".mo", ".js", ".css", ".svg"}:
                found.update(str(path.relative_to(settings.BASE_DIR)).encode() + path.read_bytes())
    return found.hexdigest()


def _etag(request: HttpRequest, page: Page) -> str:
    """A weak mark: two pages of the same mark say the same, though the nonce and the form's token in them differ."""
    # The cookies stand for the session and what a browser chose; only their hash leaves the server. The secret of the
    # form's token is taken for itself: the very first page of a browser makes it, and its cookie comes with the second.
    if "CSRF_COOKIE" not in request.META:
        get_token(request)
    cookies = {**request.COOKIES, settings.CSRF_COOKIE_NAME: request.META["CSRF_COOKIE"]}
    told = (page.mark, sorted(cookies.items()), sorted(request.session.items()), request.get_full_path())
    return f'W/"{salted_hmac("onsite.unchanged", repr(told)).hexdigest()[:32]}"'


def _kept(key: str, make: Callable[[], tuple[str, datetime]]) -> Page:
    pages, now = caches["pages"], timezone.now()
    found = _from(pages, key)
    if found is not None and now < found.until:
        return found
    html, until = make()
    page = Page(html, _digest(html), min(until, now + LONGEST))
    try:
        pages.set(key, tuple(page), timeout=max(1, (page.until - now).total_seconds()))
    except Exception as error:  # Whatever a cache raises that is away: the page is there without it.
        log.warning("page_not_kept", error=str(error))
    return page


def _from(pages: BaseCache, key: str) -> Page | None:
    try:
        found = pages.get(key)
    except Exception as error:
        log.warning("page_cache_unreachable", error=str(error))
        return None
    return Page(*found) if found else None


def _filled(html: str, request: HttpRequest, etag: str) -> str:
    """Put in what is this request's own."""
    html = html.replace(NONCE, str(request.csp_nonce)).replace(MARK, escape(etag))  # type: ignore[attr-defined]  # django-csp
    if TOKEN in html:
        html = html.replace(TOKEN, get_token(request))
    return html.replace(HOUR, date_format(timezone.localtime(), "H:i"))


def _digest(*told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()
