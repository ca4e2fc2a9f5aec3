"""A workbook on its way to a browser."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse
from django.utils.text import get_valid_filename

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet_response(content: bytes, plain: str, name: str) -> HttpResponse:
    """Return the file for saving, named `plain` in ASCII for old browsers and `name` for all others; nothing keeps it."""
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    full = quote(get_valid_filename(name).replace("_", " "), safe="")
    response["Content-Disposition"] = f"attachment; filename=\"{plain}.xlsx\"; filename*=UTF-8''{full}.xlsx"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
