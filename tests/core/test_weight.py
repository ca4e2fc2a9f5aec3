"""What goes over the line: pages compressed, files as they are, static files compressed once and named by their content."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import get_template
from django.test import Client, RequestFactory, override_settings

from onsite.core.middleware import CompressPagesMiddleware

GZIP = "gzip, deflate, br"


@pytest.mark.django_db
def test_a_page_is_compressed_for_a_browser_that_can_read_it() -> None:
    """Weight: a front door ≤ 25 KB warm, with no proxy in front."""
    plain = Client().get("/accounts/login/")
    packed = Client().get("/accounts/login/", headers={"accept-encoding": GZIP})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert b"<main" in gzip.decompress(packed.content)
    assert len(packed.content) < len(plain.content) / 2


@pytest.mark.parametrize(
    "answer",
    [
        HttpResponse(b"%PDF" * 1000, content_type="application/pdf"),
        StreamingHttpResponse(iter([b"<p>" * 1000]), content_type="text/html"),
        HttpResponse(b"v" * 1000, content_type="video/webm", status=206),
    ],
)
def test_a_file_goes_as_it_is(answer: HttpResponseBase) -> None:
    """A video is asked for in ranges, and a document's length is told."""

    def view(request: HttpRequest) -> HttpResponseBase:
        return answer

    request = RequestFactory().get("/", headers={"accept-encoding": GZIP})
    found = CompressPagesMiddleware(view)(request)
    assert isinstance(found, HttpResponseBase)
    assert "Content-Encoding" not in found.headers


def test_static_files_are_collected_compressed_and_named_by_their_content(tmp_path: Path) -> None:
    """Weight: what pages ask for, and nothing else of the wheels: the demo compresses it at each start."""
    storage = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={"staticfiles": storage}):
        call_command("collectstatic", interactive=False, verbosity=0)
        sheet = get_template("base.html").render({})
    named = {path.name for path in tmp_path.rglob("*.css")} | {path.name for path in tmp_path.rglob("*.js")}
    asked = {part.split('"')[0].rsplit("/", 1)[1] for part in sheet.split("/static/")[1:]}
    assert {name for name in asked if name.endswith((".css", ".js"))} <= named
    assert all((tmp_path / f"{path}.gz").exists() for path in tmp_path.rglob("onsite.*.css"))
    # Named by content alone: the plain names are gone, and so are the wheels' other versions.
    assert not (tmp_path / "css/onsite.css").exists()
    assert [name for name in named if name.startswith(("bootstrap", "htmx"))] == [
        name for name in named if name.startswith(("bootstrap.min.", "htmx-2.min."))
    ]
