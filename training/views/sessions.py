"""Training sessions: planned, filled, moved and cancelled."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from training.courses.audience import audience_of
from training.forms.sessions import CancelForm, EnrolForm, SessionForm
from training.models import Course, Enrolment, Learner, TrainingSession
from training.services import enrolling
from training.services import sessions as services
from training.sessions import clashes
from training.sessions.recording import may_play
from training.sessions.shown import list_rows, session_facts
from training.sessions.titles import with_agreed_titles


@signed_in
@require_safe
def session_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """All sessions in the order of time."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    rows = list_rows(engagement, user, TrainingSession.objects.visible_to(user).filter(engagement=engagement))
    context = workspace(request, engagement, "train", heading=_("Training sessions")) | {"rows": rows}
    return render(request, "training/session_list.html", context)


@signed_in
@require_safe
def session(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One session: when and where, who comes, what it left, and what people said of it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = open_session(request, engagement, pk)
    context = workspace(request, engagement, "train", heading=row.course.title)
    context |= session_facts(row, user) | {"may_play": may_play(row, user)}
    return render(request, "training/session.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new session, on the next working day unless another is chosen."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = _courses(engagement, user).filter(pk=_number(request.GET.get("course"))).first()
    day = engagement.working_calendar.shift(engagement.today(), 1)
    moment = datetime.combine(day, time(14), engagement.zone)
    return _save(request, engagement, None, SessionForm.initial_for(course, user, moment))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Another time, place, trainer, or more seats."""
    engagement = open_engagement(request, engagement_id)
    row = open_session(request, engagement, pk)
    return _save(request, engagement, row, SessionForm.initial_of(row))


def _save(
    request: HttpRequest, engagement: Engagement, row: TrainingSession | None, initial: dict[str, Any]
) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_TRAINING, engagement)
    courses = _courses(engagement, user)
    form = SessionForm(posted(request), initial=initial, courses=courses, trainers=clashes.trainers_of(engagement))
    saved = submitted(
        request, form, lambda **fields: services.save_session(actor=user, engagement=engagement, session=row, **fields)
    )
    if saved is not None:
        messages.success(request, _("The session is saved."))
        for notice in clashes.notices(saved):
            messages.warning(request, notice)
        return redirect("training:session", engagement.pk, saved.pk)
    now = _rows(request, engagement).filter(pk=row.pk).first() if row else None
    context = workspace(request, engagement, "train", heading=_("Change the session") if row else _("New session"))
    context |= {"form": form, "session": row, "theirs": now if form.rebased_on(now) else None}
    context |= {"has_courses": courses.exists(), "has_trainers": clashes.trainers_of(engagement).exists()}
    return answered(request, "training/session_form.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_cancel(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Cancel a session, with a reason."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = open_session(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    form = CancelForm(posted(request))

    def cancel(**fields: Any) -> bool:
        services.cancel_session(actor=user, session=row, **fields)
        return True

    if submitted(request, form, cancel):
        messages.success(request, _("The session is cancelled. Everybody invited is told."))
        return redirect("training:session", engagement.pk, row.pk)
    context = workspace(request, engagement, "train", heading=_("Cancel this session?"))
    return answered(request, "training/session_cancel.html", context | {"form": form, "session": row})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_enrol(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Tick who comes, or take everybody of a role."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = open_session(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    free = not_enrolled(row, user)
    form = EnrolForm(posted(request), learners=free)
    new = submitted(request, form, lambda **fields: enrolling.enrol(actor=user, session=row, **fields))
    if new is not None:
        text = ngettext("%(count)s person is enrolled.", "%(count)s people are enrolled.", len(new))
        messages.success(request, text % {"count": len(new)})
        return redirect("training:session", engagement.pk, row.pk)
    context = workspace(request, engagement, "train", heading=_("Enrol people"))
    roles = {learner.role_id: learner.role for learner in free}
    context |= {"form": form, "session": row, "roles": list(roles.values())}
    context |= {"left": max(row.capacity - row.enrolments.visible_to(user).count(), 0)}
    return answered(request, "training/session_enrol.html", context)


@signed_in
@require_POST
def session_unenrol(request: HttpRequest, engagement_id: int, pk: int, enrolment_pk: int) -> HttpResponse:
    """Take somebody off."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = open_session(request, engagement, pk)
    rows: Any = Enrolment.objects.visible_to(user).select_related("session__engagement")
    enrolment = get_object_or_404(rows, pk=enrolment_pk, session=row)
    require(user, Permission.EDIT_TRAINING, engagement)
    return performed(
        request,
        lambda: enrolling.unenrol(actor=user, enrolment=enrolment),
        to=reverse("training:session", args=[engagement.pk, row.pk]),
        success=_("Taken off the list."),
    )


def open_session(request: HttpRequest, engagement: Engagement, pk: int) -> TrainingSession:
    """Return the session of this engagement that this person may see, else raise Http404."""
    row: TrainingSession = get_object_or_404(_rows(request, engagement), pk=pk)
    row.engagement = engagement
    with_agreed_titles([row])
    return row


def not_enrolled(session: TrainingSession, user: User) -> QuerySet[Learner]:
    """Return the people of the course's roles who are not on the list."""
    rows = Learner.objects.visible_to(user).still_there().filter(role__in=audience_of(session.course_id))
    return rows.exclude(enrolments__session=session).select_related("role")


def answered(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return the page of a form; 422 where it was posted and could not be kept."""
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _rows(request: HttpRequest, engagement: Engagement) -> Any:
    rows = TrainingSession.objects.visible_to(request.user).filter(engagement=engagement)
    return rows.select_related("course", "trainer", "recording")


def _courses(engagement: Engagement, user: User) -> QuerySet[Course]:
    return Course.objects.visible_to(user).accepted().in_use().filter(engagement=engagement)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0
