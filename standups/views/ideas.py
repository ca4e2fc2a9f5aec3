"""Ideas of the client's people: the list both sides read, and what becomes of each."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.forms.changes import ChangeForm
from engagements.models import ChangeRequest, Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import can, require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.forms.idea import AnswerForm, IdeaForm, SuggestionForm, ThanksForm
from standups.models import Idea
from standups.phrases import THANKS, phrases
from standups.services import ideas

IDEAS_A_PAGE = 30


@signed_in
@require_safe
def idea_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Open ideas first, then those whose outcome nobody told back, then the rest."""
    engagement = open_engagement(request, engagement_id)
    found = engagement.ideas.visible_to(person(request)).with_people().by_need()
    page_obj = Paginator(found, IDEAS_A_PAGE).get_page(request.GET.get("page"))
    context = workspace(request, engagement, "execute", heading=_("Ideas")) | {"page_obj": page_obj}
    return render(request, "standups/idea_list.html", context)


@signed_in
@require_safe
def idea_detail(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One idea: whose it is, the thanks, and what came of it."""
    engagement = open_engagement(request, engagement_id)
    idea = _idea(request, engagement, pk)
    context = workspace(request, engagement, "execute", heading=idea.title)
    return render(request, "standups/idea.html", context | {"idea": idea, "change": idea.change})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def idea_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The vendor notes somebody's idea; one of the client's people suggests their own."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    noting = can(user, Permission.EDIT_PROBLEM, engagement)
    if not noting:
        require(user, Permission.RAISE_CONCERN, engagement)
    form = IdeaForm(posted(request), engagement=engagement) if noting else SuggestionForm(posted(request))
    keep = ideas.note_idea if noting else ideas.suggest_idea
    saved = submitted(request, form, lambda **fields: keep(actor=user, engagement=engagement, **fields))
    if saved is not None:
        messages.success(request, _("The idea is noted.") if noting else _("Thank you. Your idea is with the team."))
        return redirect(saved)
    heading = _("Note an idea") if noting else _("Suggest an idea")
    return _form_page(request, engagement, "standups/idea_form.html", heading, form)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def idea_thank(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Say thank you; ?start= begins with one of the phrases."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    idea = _idea(request, engagement, pk)
    require(user, Permission.EDIT_PROBLEM, engagement)
    offered = phrases((idea.said_by.language if idea.said_by else "") or engagement.language, THANKS)
    begun = {phrase.key: phrase.text for phrase in offered}
    initial = {"thanks": begun.get(request.GET.get("start", ""), offered[0].text)}
    form = ThanksForm(posted(request), initial=initial)
    if submitted(request, form, lambda **fields: ideas.thank_for_idea(actor=user, idea=idea, **fields)):
        messages.success(request, _("The thanks are noted."))
        return redirect(idea)
    heading = _("Say thank you for the idea")
    return _form_page(request, engagement, "standups/idea_thank.html", heading, form, idea=idea, phrases=offered)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def idea_answer(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Answer an idea that needs no change of what was agreed."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    idea = _idea(request, engagement, pk)
    require(user, Permission.EDIT_PROBLEM, engagement)
    form = AnswerForm(posted(request))
    if submitted(request, form, lambda **fields: ideas.answer_idea(actor=user, idea=idea, **fields)):
        idea.refresh_from_db(fields=["told_at"])
        messages.success(request, _("The answer is saved and sent.") if idea.told_at else _("The answer is saved."))
        return redirect(idea)
    return _form_page(request, engagement, "standups/idea_answer.html", _("Answer the idea"), form, idea=idea)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def idea_change(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Raise the change request that the idea becomes."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    idea = _idea(request, engagement, pk)
    require(user, Permission.EDIT_GOALS, engagement)
    stages = engagement.stages.visible_to(user)
    form = ChangeForm(posted(request), initial=_begun_with(idea), stages=stages)
    raised = submitted(request, form, lambda **fields: ideas.turn_into_change(actor=user, idea=idea, **fields))
    if raised is not None:
        messages.success(request, _("The idea is change request %(number)s now.") % {"number": raised.number})
        return redirect("engagements:change", engagement.pk, raised.pk)
    lines = engagement.scope_items.visible_to(user)
    heading = _("Raise a change request")
    return _form_page(
        request, engagement, "standups/idea_change.html", heading, form, idea=idea, change=None, scope_items=lines
    )


@signed_in
@require_POST
def idea_told(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Whoever had it was told in person."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    idea = _idea(request, engagement, pk)
    require(user, Permission.EDIT_PROBLEM, engagement)
    return performed(
        request,
        lambda: ideas.mark_told(actor=user, idea=idea),
        to=idea.get_absolute_url(),
        success=_("Noted: the outcome was told in person."),
    )


@signed_in
@require_POST
def idea_reopen(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take the outcome back while nobody was told."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    idea = _idea(request, engagement, pk)
    require(user, Permission.EDIT_PROBLEM, engagement)
    return performed(
        request,
        lambda: ideas.reopen_idea(actor=user, idea=idea),
        to=idea.get_absolute_url(),
        success=_("The idea is open again."),
    )


def _begun_with(idea: Idea) -> dict[str, object]:
    """What the form of its change request begins with."""
    note = _("%(person)s, %(day)s") % {"person": idea.person, "day": date_format(idea.said_on)}
    origin = ChangeRequest.Origin.IDEA
    return {"title": idea.title, "reason": idea.words, "origin": origin, "origin_note": note, "impact_days": 0}


def _form_page(
    request: HttpRequest, engagement: Engagement, template: str, heading: str, form: BaseForm, **context: object
) -> HttpResponse:
    context |= workspace(request, engagement, "execute", heading=heading) | {"form": form}
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _idea(request: HttpRequest, engagement: Engagement, pk: int) -> Idea:
    rows = engagement.ideas.visible_to(request.user).with_people().select_related("engagement")
    return get_object_or_404(rows, pk=pk)
