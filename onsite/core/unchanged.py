"""A page that is made once and sent again as long as nothing it shows has changed.

What costs most of a page, its body, is kept under a key that names everything the body is made of: whoever sees it, what
they may see, the language, the day, the versions of the rows behind it. The page carries a mark of what it says (ETag); a
browser that has it already gets 304 and no page. Nothing is kept where others could read it: the answer is private, and
asked for anew each time, so that a person who was signed out or taken out never meets it again.
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
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# Stands in a kept body for the token that is each request's own; no text of ours or of a person's holds a NUL.
FORM_MARK = "\0csrf\0"
LONGEST = timedelta(hours=12)
# A person's row changes at each sign-in without a word of it being shown.
NOT_SHOWN = frozenset({"last_login"})
log = structlog.get_logger(__name__)


class Body(NamedTuple):
    """The body of a page as it is kept: `mark` stands for what it says, `until` is the moment from which the clock alone
    changes it."""

    html: str
    mark: str
    until: datetime


def answer(
    request: HttpRequest,
    *,
    key: Iterable[object],
    make: Callable[[], tuple[str, datetime]],
    page: Callable[[dict[str, object]], HttpResponse],
    around: Iterable[object] = (),
) -> HttpResponse:
    """Return 304 where the browser has the page as it stands, else the page around its body.

    `make` returns the body and until when it holds by the clock; it is asked where nothing is kept under `key`. `page`
    puts the frame around it, from what `components/live.html` needs; `around` names what the frame shows beside what the
    request itself says.
    """
    body = _kept(_digest("body", release(), get_language(), timezone.get_current_timezone_name(), *key), make)
    # What just happened is told once: a page that says so is nobody's to keep.
    etag = "" if len(get_messages(request)) else _etag(request, body, around)
    response = get_conditional_response(request, etag=etag) if etag else None
    if response is None:
        response = page({"body": _with_token(body, request), "etag": etag})
    if etag:
        response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def body_of(template: str, context: dict[str, object], request: HttpRequest) -> str:
    """Return a rendered body that `answer` can keep: the form's token in it is filled in for each request."""
    return render_to_string(template, {**context, "request": request, "csrf_token": FORM_MARK})


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


def _etag(request: HttpRequest, body: Body, around: Iterable[object]) -> str:
    """A weak mark: two pages of the same mark say the same, though the nonce and the form's token in them differ."""
    # The cookies stand for the session and what a browser chose; only their hash leaves the server. The secret of the
    # form's token is taken for itself: the very first page of a browser makes it, and its cookie comes with the second.
    if "CSRF_COOKIE" not in request.META:
        get_token(request)
    cookies = {**request.COOKIES, settings.CSRF_COOKIE_NAME: request.META["CSRF_COOKIE"]}
    asked = (sorted(cookies.items()), sorted(request.session.items()), request.get_full_path())
    told = (body.mark, *asked, release(), get_language(), *around)
    return f'W/"{salted_hmac("onsite.unchanged", repr(told)).hexdigest()[:32]}"'


def _kept(key: str, make: Callable[[], tuple[str, datetime]]) -> Body:
    pages, now = caches["pages"], timezone.now()
    found = _from(pages, key)
    if found is not None and now < found.until:
        return found
    html, until = make()
    body = Body(html, _digest(html), min(until, now + LONGEST))
    try:
        pages.set(key, tuple(body), timeout=max(1, (body.until - now).total_seconds()))
    except Exception as error:  # Whatever a cache raises that is away: the page is there without it.
        log.warning("page_not_kept", error=str(error))
    return body


def _from(pages: BaseCache, key: str) -> Body | None:
    try:
        found = pages.get(key)
    except Exception as error:
        log.warning("page_cache_unreachable", error=str(error))
        return None
    return Body(*found) if found else None


def _with_token(body: Body, request: HttpRequest) -> SafeString:
    return mark_safe(body.html.replace(FORM_MARK, get_token(request)) if FORM_MARK in body.html else body.html)  # noqa: S308


def _digest(*told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()
