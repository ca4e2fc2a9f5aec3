"""Receiving a large file in pieces: what the script of the file field calls."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, cast

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from onsite.core import incoming
from onsite.core.errors import DomainError
from onsite.core.models import IncomingFile
from onsite.core.policy import vendor_only

if TYPE_CHECKING:
    from onsite.accounts.models import User

_DIGITS = 18


@vendor_only
@require_POST
def begin(request: HttpRequest) -> JsonResponse:
    """Announce a file by name and size."""
    try:
        row = incoming.begin(
            owner=_sender(request), name=request.POST.get("name", ""), size_bytes=_number(request.POST.get("size", ""))
        )
    except DomainError as error:
        return JsonResponse({"error": error.message}, status=422)
    return _state(row, status=201)


@vendor_only
@require_http_methods(["GET", "POST"])
def piece(request: HttpRequest, token: uuid.UUID) -> JsonResponse:
    """Say how a file stands; or take its next piece, 409 where it is not the next one, 422 where it is no video."""
    owner = _sender(request)
    if request.method == "GET":
        row = incoming.found(owner=owner, token=token)
        return _state(row)
    at = _number(request.headers.get("Upload-Offset", ""))
    content = request.read(incoming.PIECE_BYTES + 1)
    try:
        row = incoming.receive(owner=owner, token=token, at=at, piece=content) if _fits(content) else None
    except DomainError as error:
        return JsonResponse({"error": error.message}, status=422)
    has_moved = row is not None and row.received_bytes == at + len(content)
    return _state(row or incoming.found(owner=owner, token=token), status=200 if has_moved else 409)


def _fits(content: bytes) -> bool:
    return len(content) <= incoming.PIECE_BYTES


def _state(row: IncomingFile | None, *, status: int = 200) -> JsonResponse:
    if row is None:
        raise Http404
    state = {
        "url": reverse("incoming:piece", args=[row.token]),
        "token": str(row.token),
        "name": row.name,
        "received": row.received_bytes,
        "size": row.size_bytes,
    }
    return JsonResponse(state, status=status, headers={"Cache-Control": "no-store"})


def _sender(request: HttpRequest) -> User:
    return cast("User", request.user)


def _number(typed: str) -> int:
    """Return the number, -1 where it is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS else -1
