"""Sending stored files: a download that can run nothing, a picture to look at, a recording in parts (TRUST.md 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

CHUNK_BYTES = 64 * 1024
# Who asks for all the rest gets this much at a time: a paused video would hold a worker for as long as it is paused.
MOST_OPEN_BYTES = 4 * 1024 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class NoSuchPartError(Exception):
    """A part of a file was asked for that lies beyond its end."""


@dataclass(frozen=True)
class Part:
    """Some of a file's bytes: from `first` to `last`, both among them."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


def download(*, path: str, name: str, media_type: str) -> HttpResponseBase:
    """Send a stored file for saving, under this name. Raises Http404 where it is gone."""
    response = FileResponse(_opened(path), content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return _guarded(response)


def picture(*, path: str) -> HttpResponseBase:
    """Send a picture that the server made (JPEG), to be shown on a page. Raises Http404 where it is gone."""
    response = FileResponse(_opened(path), content_type="image/jpeg")
    response["Content-Disposition"] = "inline"
    return _guarded(response)


def recording(request: HttpRequest, *, path: str, media_type: str, size: int) -> HttpResponseBase:
    """Send a recording, or the part of it that the browser asks for: 206 with the part, 416 where there is none such.

    Raises Http404 where the file is gone.
    """
    try:
        part = part_asked(request.headers.get("Range", ""), size)
    except NoSuchPartError:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{size}"
        return _guarded(refused)
    sent = part or Part(0, size - 1)
    stored = _opened(path)
    response = StreamingHttpResponse(_bytes_of(stored, sent), status=206 if part else 200, content_type=media_type)
    response._resource_closers.append(stored.close)  # type: ignore[attr-defined]  # also where nobody reads it
    response["Content-Length"] = str(sent.size)
    response["Content-Disposition"] = "inline"
    response["Accept-Ranges"] = "bytes"
    if part:
        response["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    return _guarded(response)


def part_asked(header: str, size: int) -> Part | None:
    """Return the part that a Range header asks of a file of `size` bytes, None where the whole is to be sent: where
    nothing is asked, several parts at once, or what nobody understands (RFC 9110, 14.2). Of an open end it is only the
    beginning: the browser asks on (RFC 9110, 15.3.7).

    Raises NoSuchPartError for a part beyond the file's end.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        if not int(last) or not size:
            raise NoSuchPartError
        return Part(max(size - int(last), 0), size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise NoSuchPartError
    return Part(int(first), min(int(last) if last else int(first) + MOST_OPEN_BYTES - 1, size - 1))


def _opened(path: str) -> Any:
    try:
        return default_storage.open(path)
    except FileNotFoundError as error:
        raise Http404 from error


def _bytes_of(stored: Any, part: Part) -> Iterator[bytes]:
    with stored:
        stored.seek(part.first)
        left = part.size
        while left and (chunk := stored.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    """Private, and nothing in it runs: whatever it holds, a browser only saves or shows it."""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
