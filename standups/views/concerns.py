"""A client's doubt: raised or noted, and what the client says of our answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.forms.concern import ConcernForm, NoteConcernForm, ReopenForm, VerdictForm
from standups.models import Problem
from standups.services.concerns import note_concern, raise_concern
from standups.services.verdicts import confirm_answer, record_verdict, reopen_concern


def concern_of(request: HttpRequest, engagement: Engagement, pk: int) -> Problem:
    """Return the concern if this person may see it, else raise Http404; no other problem has an answer to give."""
    rows = engagement.problems.visible_to(person(request)).concerns()
    found: Problem = get_object_or_404(rows.select_related("engagement__client", "said_by"), pk=pk)
    return found


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def concern_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Raise a concern as the client, or note as the vendor one that was heard."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    form: ConcernForm | NoteConcernForm
    if user.is_client:
        require(user, Permission.RAISE_CONCERN, engagement)
        form, heading = ConcernForm(posted(request)), _("Raise a concern")
        action: Any = partial(raise_concern, actor=user, engagement=engagement)
        thanks = _("Thank you. The lead engineer knows of it and will answer you here.")
    else:
        require(user, Permission.EDIT_PROBLEM, engagement)
        form, heading = NoteConcernForm(posted(request), engagement=engagement), _("Note a concern")
        action, thanks = partial(note_concern, actor=user, engagement=engagement), _("Saved.")
    saved = submitted(request, form, action)
    if saved is not None:
        messages.success(request, thanks)
        return redirect(saved)
    return _page(request, engagement, "standups/concern_form.html", heading, form)


@signed_in
@require_POST
def concern_confirm(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The client says that the answer settles it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    problem = concern_of(request, engagement, pk)
    require(user, Permission.CONFIRM_ANSWER, engagement)
    text = request.POST.get("round", "")
    seen = int(text) if text.isdecimal() and len(text) < 6 else 0
    return performed(
        request,
        lambda: confirm_answer(actor=user, problem=problem, round_seen=seen),
        to=problem.get_absolute_url(),
        success=_("Thank you. The concern is settled."),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def concern_reopen(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The client says what the answer leaves open."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    problem = concern_of(request, engagement, pk)
    require(user, Permission.CONFIRM_ANSWER, engagement)
    form = ReopenForm(posted(request), initial={"round": _round(problem)})

    def reopen(*, round: int, note: str) -> bool:
        reopen_concern(actor=user, problem=problem, round_seen=round, note=note)
        return True

    if submitted(request, form, reopen):
        messages.success(request, _("Thank you. The lead engineer has been told and will answer again."))
        return redirect(problem)
    return _page(request, engagement, "standups/concern_reopen.html", _("Not settled yet"), form, problem)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def verdict_record(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Write down as the vendor what the client said elsewhere."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    problem = concern_of(request, engagement, pk)
    require(user, Permission.EDIT_PROBLEM, engagement)
    initial = {"round": _round(problem), "verdict_by": problem.said_by_id, "verdict_by_name": problem.said_by_name}
    form = VerdictForm(posted(request), engagement=engagement, initial=initial)

    def record(*, round: int, **fields: Any) -> bool:
        record_verdict(actor=user, problem=problem, round_seen=round, **fields)
        return True

    if submitted(request, form, record):
        messages.success(request, _("Saved. The page says that you wrote it down."))
        return redirect(problem)
    heading = _("What the client said")
    return _page(request, engagement, "standups/concern_verdict.html", heading, form, problem)


def _round(problem: Problem) -> int:
    """The round whose answer the page shows; 1 where there is none, which the service then says."""
    return problem.replies.given().count() or 1


def _page(
    request: HttpRequest,
    engagement: Engagement,
    template: str,
    heading: str,
    form: Any,
    problem: Problem | None = None,
) -> HttpResponse:
    context = workspace(request, engagement, "execute", heading=heading) | {"form": form, "problem": problem}
    return render(request, template, context, status=422 if form.errors else 200)
