"""The videos of a course: uploaded or linked, with poster and captions, watched, shown to the client and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.services.files import job_of
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import rebased, submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from training.courses.shown import courses_title
from training.forms.materials import CaptionsForm, NewVideoForm, PosterForm, VideoWordsForm
from training.materials.shown import member_door, player_of
from training.models import Captions, CourseVersion, Video
from training.services import videos as services
from training.views.courses import answered, course_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def video_create(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A new video of a course."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    data = posted(request)
    form = NewVideoForm(data, request.FILES if data is not None else None, engagement=engagement, user=user)
    saved = submitted(request, form, lambda **given: services.add_video(actor=user, course=course, **given))
    if saved is not None:
        messages.success(request, _("The video is here. Your client sees it once you show it."))
        return redirect("training:video", engagement.pk, saved.pk)
    context = workspace(request, engagement, "train", heading=_("New video")) | {"form": form, "course": course}
    return answered(request, "training/video_form.html", context)


@signed_in
@require_safe
def video(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Watching a video; the vendor works on it here too."""
    engagement = open_engagement(request, engagement_id)
    return _page(request, engagement, _video(request, engagement, pk))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def video_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What a video is called."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _video(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    initial = {"was": services.words_mark(row), "title": row.title, "language": row.language}
    form = VideoWordsForm(posted(request), initial=initial)

    def save(**said: Any) -> bool:
        services.edit_video(actor=user, video=row, **said)
        return True

    if submitted(request, form, save):
        return redirect("training:video", engagement.pk, row.pk)
    now = _video(request, engagement, pk)
    is_stale = rebased(form, "was", services.words_mark(now))
    context = workspace(request, engagement, "train", heading=now.title)
    context |= {"form": form, "course": now.course, "video": now, "theirs": now if is_stale else None}
    return answered(request, "training/video_form.html", context)


@signed_in
@require_POST
def video_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take out a video that the client doesn't see."""
    act = services.delete_video
    said = _("The video is deleted. An uploaded file stays among the engagement's files.")
    return _acted(request, engagement_id, pk, Permission.EDIT_TRAINING, act, said, ends=True)


@signed_in
@require_POST
def video_show(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Let the client's people see it."""
    act = services.show_video
    return _acted(request, engagement_id, pk, Permission.ACCEPT_COURSE, act, _("Your client sees the video now."))


@signed_in
@require_POST
def video_take_back(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Let only the vendor see it."""
    act = services.take_video_back
    return _acted(request, engagement_id, pk, Permission.ACCEPT_COURSE, act, _("Only your side sees the video now."))


@signed_in
@require_POST
def video_poster_set(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Another poster: a picture of one's own, or one that the browser took from the video."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _video(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    form = PosterForm(request.POST, request.FILES)

    def keep(**given: Any) -> bool:
        services.set_poster(actor=user, video=row, **given)
        return True

    if submitted(request, form, keep):
        return redirect("training:video", engagement.pk, row.pk)
    return _page(request, engagement, row, poster=form)


@signed_in
@require_POST
def captions_save(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Captions in one language."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _video(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    form = CaptionsForm(request.POST, request.FILES)
    if submitted(request, form, lambda **given: services.save_captions(actor=user, video=row, **given)):
        messages.success(request, _("The captions are saved."))
        return redirect("training:video", engagement.pk, row.pk)
    return _page(request, engagement, row, captions=form)


@signed_in
@require_POST
def captions_delete(request: HttpRequest, engagement_id: int, pk: int, language: str) -> HttpResponse:
    """Take captions out."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _video(request, engagement, pk)
    rows: Any = Captions.objects.visible_to(user).select_related("video__course__engagement")
    found = get_object_or_404(rows, video=row, language=language)
    require(user, Permission.EDIT_TRAINING, engagement)
    return performed(
        request,
        lambda: services.delete_captions(actor=user, captions=found),
        to=reverse("training:video", args=[engagement.pk, row.pk]),
    )


def _page(
    request: HttpRequest,
    engagement: Engagement,
    row: Video,
    *,
    poster: PosterForm | None = None,
    captions: CaptionsForm | None = None,
) -> HttpResponse:
    user, course = person(request), row.course
    newest = CourseVersion.objects.visible_to(user).filter(course=course).order_by("-number").first()
    said = Captions.objects.visible_to(user).filter(video=row)
    context = workspace(request, engagement, "train", heading=row.title)
    context |= {
        "course": course,
        "course_title": courses_title(course, user),
        "player": player_of(row, said, newest, member_door(course)),
        "job": job_of(row.attachment) if row.attachment and row.attachment.is_waiting else None,
        "poster_form": poster or PosterForm(),
        "captions_form": captions or CaptionsForm(initial={"language": row.language}),
    }
    return answered(request, "training/video.html", context)


def _acted(
    request: HttpRequest,
    engagement_id: int,
    pk: int,
    permission: Permission,
    act: Callable[..., None],
    success: str,
    *,
    ends: bool = False,
) -> HttpResponse:
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _video(request, engagement, pk)
    require(user, permission, engagement)
    to = ("training:materials", row.course_id) if ends else ("training:video", row.pk)
    return performed(
        request, lambda: act(actor=user, video=row), to=reverse(to[0], args=[engagement.pk, to[1]]), success=success
    )


def _video(request: HttpRequest, engagement: Engagement, pk: int) -> Video:
    rows: Any = Video.objects.visible_to(request.user).filter(course__engagement=engagement)
    found: Video = get_object_or_404(rows.select_related("course__engagement", "attachment", "version"), pk=pk)
    return found
