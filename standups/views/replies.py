"""The vendor's answer to a concern: its draft, giving it, and its measures afterwards."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError, RefusedError, StaleError
from onsite.core.policy import signed_in
from onsite.core.views import performed
from onsite.core.wording import sentences
from standups.forms.concern import ReplyForm
from standups.models import Problem, Remedy, Reply
from standups.phrases import phrases
from standups.services.answering import what_is_missing
from standups.services.replies import answer_concern, save_reply, tick_measure
from standups.shown_concern import concern_context
from standups.views.concerns import concern_of

# Where a sentence about the answer stands on the page.
FIELDS = ("acknowledgement", "facts")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def reply_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Write the draft, start from a phrase, or give the answer."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    problem = concern_of(request, engagement, pk)
    require(user, Permission.EDIT_PROBLEM, engagement)
    draft = _draft(user, problem)
    form = ReplyForm(posted(request), reply=draft, remedies=draft.remedies.visible_to(user) if draft else ())
    step = request.POST.get("step", "save")
    found = next((one for one in phrases(engagement.language) if step == f"phrase:{one.key}"), None)
    if found is not None:
        form.take_over(found.text)
    elif form.is_bound and _kept(request, user, problem, form, step):
        return redirect("standups:reply", engagement.pk, problem.pk) if step == "save" else redirect(problem)
    return _page(request, engagement, problem, form, is_phrase=found is not None)


def _kept(request: HttpRequest, user: User, problem: Problem, form: ReplyForm, step: str) -> bool:
    """Save what was typed, and give it to the client where that was asked; what is refused stands on the form."""
    if not form.is_valid():
        return False
    try:
        saved = save_reply(actor=user, problem=problem, **form.cleaned_data)
        form.rebased_on(saved)
        if step != "answer":
            messages.success(request, _("The draft is saved. The client can't see it yet."))
            return True
        answer_concern(actor=user, problem=problem, version=saved.version)
    except RefusedError as refused:
        form.add_error(None, _("The draft is saved, and the client did not get it yet:"))
        for obstacle in refused.obstacles:
            field = obstacle.code.partition(".")[0]
            form.add_error(field if field in FIELDS else None, obstacle.text)
        return False
    except StaleError as stale:
        form.rebased_on(_draft(user, problem))
        form.add_error(None, sentences(stale.message, _("Saved again, your text replaces it.")))
        return False
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, _("The client has your answer and is asked whether it settles the concern."))
    return True


def _page(
    request: HttpRequest, engagement: Engagement, problem: Problem, form: ReplyForm, *, is_phrase: bool
) -> HttpResponse:
    user = person(request)
    stored = _draft(user, problem)
    is_theirs = form.is_bound and stored is not None and stored.written_by != user and not is_phrase
    context = workspace(request, engagement, "execute", heading=_("Answer the concern"))
    context |= concern_context(request, engagement, problem) | {
        "form": form,
        "problem": problem,
        "phrases": phrases(engagement.language),
        "missing": what_is_missing(problem, stored) if stored else [],
        "theirs": stored if is_theirs else None,
        "theirs_measures": stored.remedies.visible_to(user) if is_theirs and stored else (),
    }
    return render(request, "standups/concern_answer.html", context, status=422 if form.errors else 200)


def _draft(user: User, problem: Problem) -> Reply | None:
    return problem.replies.visible_to(user).drafts().select_related("written_by", "problem__engagement").first()


@signed_in
@require_POST
def measure_tick(request: HttpRequest, engagement_id: int, pk: int, measure_pk: int) -> HttpResponse:
    """Tick a measure as done today, or untick it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    problem = concern_of(request, engagement, pk)
    rows = Remedy.objects.visible_to(user).filter(reply__problem=problem, reply__answered_at__isnull=False)
    remedy = get_object_or_404(rows.select_related("reply__problem__engagement"), pk=measure_pk)
    require(user, Permission.EDIT_PROBLEM, engagement)
    is_done = request.POST.get("done") == "1"
    return performed(
        request, lambda: tick_measure(actor=user, remedy=remedy, is_done=is_done), to=problem.get_absolute_url()
    )
