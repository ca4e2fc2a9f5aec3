"""Interviews with the client's people: pages of the vendor; whoever was interviewed reads theirs by a mailed link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.forms.interviews import InterviewForm, PaperConfirmForm
from engagements.guide import grouped
from engagements.models import Engagement, Interview
from engagements.services import confirmations, interviews
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.errors import StaleError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


def _one(request: HttpRequest, engagement: Engagement, pk: int) -> Interview:
    rows = engagement.interviews.visible_to(person(request)).select_related("user", "held_by", "scan")
    found: Interview = get_object_or_404(rows, pk=pk)
    return found


@signed_in
@require_safe
def interview_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Who was asked, and whether they confirmed what we noted."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    if user.is_client:
        raise PermissionDenied
    rows = engagement.interviews.visible_to(user).select_related("held_by").annotate(
        asked=Count("notes"), answered=Count("notes", filter=~Q(notes__text=""))
    )  # fmt: skip
    context = workspace(request, engagement, "prepare", heading=_("Interviews"))
    context |= {"interviews": rows, "has_functions": engagement.functions.visible_to(user).exists()}
    return render(request, "engagements/interview_list.html", context)


@signed_in
@require_safe
def interview(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The notes, as they are read, printed and signed."""
    engagement = open_engagement(request, engagement_id)
    row = _one(request, engagement, pk)
    notes = list(row.notes.visible_to(request.user).select_related("function__module"))
    context = workspace(request, engagement, "prepare", heading=_("Interview: %(person)s") % {"person": row.person})
    context |= {
        "interview": row,
        "groups": grouped(note for note in notes if note.text),
        "unanswered": sum(not note.text for note in notes),
    }
    return render(request, "engagements/interview.html", context)


@signed_in
def interview_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Choose whom to ask and about what."""
    engagement = open_engagement(request, engagement_id)
    initial: dict[str, Any] = {"held_on": engagement.today()}
    functions = engagement.functions.visible_to(request.user)
    if request.GET.get("about") == "gaps":
        initial["functions"] = list(functions.incomplete())
    return _save(request, engagement, None, initial)


@signed_in
def interview_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Write down what is said, question by question."""
    engagement = open_engagement(request, engagement_id)
    row = _one(request, engagement, pk)
    return _save(request, engagement, row, InterviewForm.initial_of(row))


def _save(
    request: HttpRequest, engagement: Engagement, row: Interview | None, initial: dict[str, Any]
) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    functions = engagement.functions.visible_to(user).select_related("module")
    functions = functions.order_by("module__position", "module_id", "position", "pk")
    groups = grouped(row.notes.visible_to(user).select_related("function__module")) if row else []
    form = InterviewForm(posted(request), initial=initial, engagement=engagement, functions=functions, groups=groups)

    def save(**fields: Any) -> Interview:
        try:
            return interviews.save_interview(actor=user, engagement=engagement, interview=row, **fields)
        except StaleError:
            form.rebase()
            raise

    saved = submitted(request, form, save)
    if saved is not None:
        messages.success(request, _("The interview is saved."))
        to = "interview_edit" if form.cleaned_data["functions"] else "interview"
        return redirect(f"engagements:{to}", engagement.pk, saved.pk)
    heading = _("Interview: %(person)s") % {"person": row.person} if row else _("New interview")
    context = workspace(request, engagement, "prepare", heading=heading)
    return render(request, "engagements/interview_form.html", context | {"form": form, "interview": row})


@signed_in
@require_POST
def interview_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Delete an interview that was not confirmed."""
    engagement = open_engagement(request, engagement_id)
    row = _one(request, engagement, pk)
    require(person(request), Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: interviews.delete_interview(actor=person(request), interview=row),
        to=reverse("engagements:interview_list", args=[engagement.pk]),
        success=_("The interview is deleted."),
    )


@signed_in
@require_POST
def interview_send(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Mail the notes to whoever was interviewed."""
    engagement = open_engagement(request, engagement_id)
    row = _one(request, engagement, pk)
    require(person(request), Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: interviews.send_to_confirm(actor=person(request), interview=row),
        to=reverse("engagements:interview", args=[engagement.pk, row.pk]),
        success=_("The notes are on their way to %(name)s.") % {"name": row.user or row.person},
    )


@signed_in
def interview_paper(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Register the printed notes that the person signed."""
    engagement = open_engagement(request, engagement_id)
    row = _one(request, engagement, pk)
    require(person(request), Permission.EDIT_PREPARATION, engagement)
    form = PaperConfirmForm(posted(request), request.FILES or None)

    def confirm(**fields: Any) -> bool:
        confirmations.confirm_on_paper(actor=person(request), interview=row, **fields)
        return True

    if submitted(request, form, confirm):
        messages.success(request, _("The interview is confirmed; its answers stand with the functions."))
        return redirect("engagements:interview", engagement.pk, row.pk)
    context = workspace(request, engagement, "prepare", heading=_("Confirmed on paper"))
    return render(request, "engagements/interview_paper.html", context | {"form": form, "interview": row})
