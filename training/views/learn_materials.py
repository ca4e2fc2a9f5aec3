"""Guides and videos for a learner's phone, and the address that the code on a guide leads to."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from onsite.core.policy import public
from training.learning.access import learner_of
from training.learning.home import courses_of
from training.materials import learned, sending
from training.materials.shown import learner_door, player_of
from training.models import Course, Learner, Video
from training.views.learn import for_learner


@public
@never_cache
@require_safe
def course(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where the code leads: a member to the engagement's page, a learner to theirs, everybody else reads what to do.

    Whether there is such a course is told to nobody else.
    """
    if request.user.is_authenticated:
        found = Course.objects.visible_to(request.user).filter(pk=pk).first()
        if found is not None:
            return redirect("training:materials", found.engagement_id, found.pk)
    learner = learner_of(request)
    if learner is not None and any(row.course.pk == pk for row in courses_of(learner)):
        return redirect("learn:materials", pk)
    return render(request, "learn/come_in.html", {"next_url": request.path})


@for_learner
@require_safe
def materials(request: HttpRequest, learner: Learner, pk: int) -> HttpResponseBase:
    """The guides and videos of one course of my role."""
    found = learned.materials_for(learner, pk)
    if found is None:
        raise Http404
    return render(request, "learn/materials.html", _frame(learner) | found)


@for_learner
@require_safe
def guide_pdf(request: HttpRequest, learner: Learner, pk: int) -> HttpResponseBase:
    """An issued guide."""
    return sending.guide(get_object_or_404(learned.editions_for(learner), pk=pk))


@for_learner
@require_safe
def video(request: HttpRequest, learner: Learner, pk: int) -> HttpResponseBase:
    """Watching a video."""
    row = _video(learner, pk)
    said = learned.captions_for(learner).filter(video=row)
    player = player_of(row, said, learned.newest_of(row.course_id), learner_door)
    return render(request, "learn/video.html", _frame(learner) | {"player": player})


@for_learner
@require_safe
def video_stream(request: HttpRequest, learner: Learner, pk: int) -> HttpResponseBase:
    """An uploaded video, in parts."""
    return sending.stream(request, _video(learner, pk))


@for_learner
@require_safe
def video_poster(request: HttpRequest, learner: Learner, pk: int) -> HttpResponseBase:
    """The picture that stands for a video."""
    return sending.poster(_video(learner, pk))


@for_learner
@require_safe
def captions(request: HttpRequest, learner: Learner, pk: int, language: str) -> HttpResponseBase:
    """What is said in a video."""
    return sending.captions(get_object_or_404(learned.captions_for(learner), video=pk, language=language))


def _frame(learner: Learner) -> dict[str, object]:
    return {"learner": learner, "engagement": learner.role.engagement}


def _video(learner: Learner, pk: int) -> Video:
    found: Video = get_object_or_404(learned.videos_for(learner), pk=pk)
    return found
