"""The materials of a course at hand: one page for the phone, and what it plays and shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, workspace
from onsite.core.policy import signed_in
from training.courses.shown import courses_title
from training.materials import sending
from training.materials.shown import materials_of, qr_of
from training.models import Captions, Video
from training.views.courses import course_of


@signed_in
@require_safe
def materials(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Every guide and video of a course, and the code that leads a phone here."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    title = courses_title(course, user)
    context = workspace(request, engagement, "train", heading=_("Guides and videos: %(course)s") % {"course": title})
    context |= {"course": course, "course_title": title, "is_whole_page": True} | materials_of(course, user)
    context |= {"qr": qr_of(course, _("QR code to this page"))}
    return render(request, "training/materials.html", context)


@signed_in
@require_safe
def video_stream(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """An uploaded video, in parts."""
    return sending.stream(request, _video(request, open_engagement(request, engagement_id), pk))


@signed_in
@require_safe
def video_poster(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """The picture that stands for a video."""
    return sending.poster(_video(request, open_engagement(request, engagement_id), pk))


@signed_in
@require_safe
def captions(request: HttpRequest, engagement_id: int, pk: int, language: str) -> HttpResponse:
    """What is said in a video."""
    row = _video(request, open_engagement(request, engagement_id), pk)
    rows: Any = Captions.objects.visible_to(request.user)
    return sending.captions(get_object_or_404(rows, video=row, language=language))


def _video(request: HttpRequest, engagement: Engagement, pk: int) -> Video:
    rows: Any = Video.objects.visible_to(request.user).filter(course__engagement=engagement)
    found: Video = get_object_or_404(rows.select_related("attachment"), pk=pk)
    return found
