"""Sending what belongs to a course, to whoever may have it: the caller has checked that."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from onsite.core import private_files
from onsite.core.files import clean_name
from training.models import Captions, GuideEdition, Video


def guide(edition: GuideEdition) -> HttpResponseBase:
    """Send an issued guide, under a name that says which one it is. Raises Http404 where it is not printed yet."""
    if not edition.pdf:
        raise Http404
    content = edition.content
    name = clean_name(f"{content['title']} {content['version']} {edition.language}.pdf")
    return private_files.download(path=str(edition.pdf.name), name=name, media_type="application/pdf")


def stream(request: HttpRequest, video: Video) -> HttpResponseBase:
    """Send an uploaded video, in the parts the browser asks for. Raises Http404 for a linked one."""
    found = video.attachment
    if found is None:
        raise Http404
    return private_files.recording(
        request, path=str(found.file.name), media_type=found.media_type, size=found.size_bytes
    )


def poster(video: Video) -> HttpResponseBase:
    """Send the picture that stands for a video. Raises Http404 where it has none."""
    if not video.poster:
        raise Http404
    return private_files.picture(path=str(video.poster.name))


def captions(row: Captions) -> HttpResponse:
    """Send captions as WebVTT."""
    response = HttpResponse(row.text, content_type="text/vtt; charset=utf-8")
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
