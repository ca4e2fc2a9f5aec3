"""The list on the trainer's phone, and what a session leaves: notes, a recording, feedback from paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.models.fingerprint import text_mark
from engagements.services import files
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import private_files
from onsite.core.forms import rebased, submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from training.courses.audience import audience_of
from training.forms.holding import AttendanceForm, NotesForm, PaperForm, RecordingForm, WalkInForm
from training.models import TrainingSession
from training.services import feedback, holding
from training.sessions.recording import may_play
from training.sessions.register import mark_of
from training.sessions.shown import calendar_file
from training.views.sessions import answered, not_enrolled, open_session


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Tick who is there: one page, one save."""
    engagement, user, row = _opened(request, engagement_id, pk)
    rows = row.enrolments.visible_to(user).select_related("learner__role")
    form = AttendanceForm(posted(request), enrolments=rows, initial={"was": mark_of(rows)})

    def save(**fields: Any) -> bool:
        holding.save_attendance(actor=user, session=row, **fields)
        return True

    if submitted(request, form, save):
        messages.success(request, _("The list is saved."))
        return redirect("training:session", engagement.pk, row.pk)
    is_stale = bool(form.data.get("was")) and rebased(form, "was", mark_of(rows))
    context = workspace(request, engagement, "train", heading=_("Who is there"))
    context |= {"form": form, "session": row, "rows": rows, "ticked": form.ticked(), "is_stale": is_stale}
    return answered(request, "training/attendance.html", context | {"has_begun": row.starts_at <= timezone.now()})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def walk_in(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Somebody came who is not on the list."""
    engagement, user, row = _opened(request, engagement_id, pk)
    roles = engagement.rollout_roles.visible_to(user).filter(pk__in=audience_of(row.course_id))
    form = WalkInForm(posted(request), learners=not_enrolled(row, user), roles=roles)
    if submitted(request, form, lambda **fields: holding.add_walk_in(actor=user, session=row, **fields)):
        messages.success(request, _("Added, and ticked as there."))
        return redirect("training:attendance", engagement.pk, row.pk)
    context = workspace(request, engagement, "train", heading=_("Somebody else is there"))
    return answered(request, "training/walk_in.html", context | {"form": form, "session": row})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_notes(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Notes, and the link to a recording."""
    engagement, user, row = _opened(request, engagement_id, pk)
    initial = {"was": text_mark(row.notes), "notes": row.notes, "recording_link": row.recording_link}
    form = NotesForm(posted(request), initial=initial)

    def save(**fields: Any) -> bool:
        holding.save_notes(actor=user, session=row, **fields)
        return True

    if submitted(request, form, save):
        messages.success(request, _("The notes are saved."))
        return redirect("training:session", engagement.pk, row.pk)
    now = open_session(request, engagement, row.pk)
    is_stale = bool(form.data.get("was")) and rebased(form, "was", text_mark(now.notes))
    context = workspace(request, engagement, "train", heading=_("Notes of the session"))
    context |= {"form": form, "session": row, "theirs": now if is_stale else None}
    return answered(request, "training/session_notes.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_recording(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Upload a recording, instead of an earlier one."""
    engagement, user, row = _opened(request, engagement_id, pk)
    room = files.room_left(engagement)
    form = RecordingForm(posted(request), request.FILES or None, sender=user, room_bytes=room)

    def keep(**fields: Any) -> bool:
        holding.keep_recording(actor=user, session=row, **fields)
        return True

    if submitted(request, form, keep):
        messages.success(request, _("The recording is stored and is being looked through."))
        return redirect("training:session", engagement.pk, row.pk)
    context = workspace(request, engagement, "train", heading=_("Recording of the session"))
    return answered(request, "training/session_recording.html", context | {"form": form, "session": row})


@signed_in
@require_POST
def recording_remove(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take the recording out."""
    engagement, user, row = _opened(request, engagement_id, pk)
    return performed(
        request,
        lambda: holding.remove_recording(actor=user, session=row),
        to=reverse("training:session", args=[engagement.pk, row.pk]),
        success=_("The recording is taken out."),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_feedback(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Write down a paper form."""
    engagement, user, row = _opened(request, engagement_id, pk)
    rows = row.enrolments.visible_to(user).attended().filter(feedback=None).select_related("learner")
    form = PaperForm(posted(request), enrolments=rows)
    if submitted(request, form, lambda **fields: feedback.note_feedback(actor=user, **fields)):
        messages.success(request, _("The form is noted."))
        return redirect("training:session", engagement.pk, row.pk)
    context = workspace(request, engagement, "train", heading=_("Feedback from paper"))
    return answered(
        request, "training/session_feedback.html", context | {"form": form, "session": row, "any": rows.exists()}
    )


@signed_in
@require_safe
def session_play(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """The recording, in the parts the browser asks for; 404 for a client as long as it is not cleared."""
    engagement = open_engagement(request, engagement_id)
    row = open_session(request, engagement, pk)
    if row.recording is None or not may_play(row, person(request)):
        raise Http404
    found = row.recording
    return private_files.recording(
        request, path=str(found.file.name), media_type=found.media_type, size=found.size_bytes
    )


@signed_in
@require_safe
def session_ics(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The session as a file for one's own calendar."""
    engagement = open_engagement(request, engagement_id)
    row = open_session(request, engagement, pk)
    return calendar_file(row, url=request.build_absolute_uri(row.get_absolute_url()))


def _opened(request: HttpRequest, engagement_id: int, pk: int) -> tuple[Engagement, User, TrainingSession]:
    """Return what these pages need, for those who may write it down; 404 and 403 for others."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = open_session(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    return engagement, user, row
