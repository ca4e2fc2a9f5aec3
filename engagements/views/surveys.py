"""Satisfaction surveys: the list both sides read, what the vendor asks, and the answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from engagements import survey_results
from engagements.forms.surveys import AnswerForm, AskForm, PaperForm, SurveyForm
from engagements.models import Engagement, Survey
from engagements.services import survey_answers, surveys
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
@require_safe
def survey_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Every survey with its mean, the newest first; a client sees what was asked."""
    engagement = open_engagement(request, engagement_id)
    context = workspace(request, engagement, "review", heading=_("Satisfaction"))
    context |= {"lines": survey_results.lines_of(engagement, person(request))}
    return render(request, "engagements/survey_list.html", context)


@signed_in
@require_safe
def survey(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One survey: the means for both sides, one's own answer, and for the vendor who was asked and who said what."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _survey(request, engagement, pk)
    mine = found.answers.of_person(user).first()
    told = survey_results.told_of(found, user)
    answered = {row.answer.user_id: row.answer for row in told}
    invitations = found.invitations.visible_to(user).select_related("user")
    context = workspace(request, engagement, "review", heading=_("Satisfaction: %(occasion)s") % {"occasion": found})
    context |= {
        "survey": found,
        "results": survey_results.results_of(found),
        "mine": mine,
        "said": survey_results.said_in(found, mine) if mine else [],
        "told": told,
        "invited": [(row, answered.get(row.user_id)) for row in invitations],
    }
    return render(request, "engagements/survey.html", context)


@signed_in
def create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new survey, with the questions of the last one; a link may name the milestone."""
    engagement = open_engagement(request, engagement_id)
    stage = request.GET.get("stage", "")
    occasion = Survey.Occasion.MILESTONE if stage else Survey.Occasion.CLOSING
    closes_on = engagement.today() + timedelta(days=surveys.USUAL_DAYS)
    initial = {"occasion": occasion, "stage": stage, "closes_on": closes_on}
    initial |= SurveyForm.initial_of(surveys.usual_questions(engagement))
    return _save(request, engagement, None, initial)


@signed_in
def edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A survey that was not asked yet; of one that was, its last day."""
    engagement = open_engagement(request, engagement_id)
    found = _survey(request, engagement, pk)
    initial = {
        "occasion": found.occasion,
        "stage": found.stage_id,
        "closes_on": found.closes_on,
        "was": found.fingerprint,
    }
    return _save(request, engagement, found, initial | SurveyForm.initial_of(found.questions))


def _save(request: HttpRequest, engagement: Engagement, found: Survey | None, initial: dict[str, Any]) -> HttpResponse:
    user = person(request)
    require(user, Permission.ASK_SURVEY, engagement)
    form = SurveyForm(posted(request), initial=initial, engagement=engagement, survey=found)
    saved = submitted(
        request,
        form,
        lambda **fields: surveys.save_survey(actor=user, engagement=engagement, survey=found, **fields),
    )
    if saved is not None:
        messages.success(request, _("The survey is saved."))
        return redirect(saved)
    form.rebased_on(found)
    context = workspace(request, engagement, "review", heading=_("Edit the survey") if found else _("Plan a survey"))
    return render(request, "engagements/survey_form.html", context | {"form": form, "survey": found})


@signed_in
@require_POST
def delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take back what was only planned."""
    engagement = open_engagement(request, engagement_id)
    found = _survey(request, engagement, pk)
    require(person(request), Permission.ASK_SURVEY, engagement)
    return performed(
        request,
        lambda: surveys.delete_survey(actor=person(request), survey=found),
        to=reverse("engagements:survey_list", args=[engagement.pk]),
        success=_("The survey is deleted."),
    )


@signed_in
def ask(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Choose who gets a link; the questions do not change any more after it."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _survey(request, engagement, pk)
    require(user, Permission.ASK_SURVEY, engagement)
    form = AskForm(posted(request), initial={"was": found.fingerprint}, people=surveys.askable(found))
    asked = submitted(request, form, lambda **fields: surveys.ask_survey(actor=user, survey=found, **fields))
    if asked is not None:
        text = ngettext("%(asked)s person gets a link by mail.", "%(asked)s people get a link by mail.", asked)
        messages.success(request, text % {"asked": asked})
        return redirect(found)
    form.rebased_on(found)
    context = workspace(request, engagement, "review", heading=_("Ask by mail"))
    return render(request, "engagements/survey_ask.html", context | {"form": form, "survey": found})


@signed_in
@require_POST
def close(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take no more answers."""
    engagement = open_engagement(request, engagement_id)
    found = _survey(request, engagement, pk)
    require(person(request), Permission.ASK_SURVEY, engagement)
    return performed(
        request,
        lambda: surveys.close_survey(actor=person(request), survey=found),
        to=found.get_absolute_url(),
        success=_("The survey is closed. Nobody is reminded any more."),
    )


@signed_in
def answer(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Answer, signed in."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _survey(request, engagement, pk)
    if user.is_vendor:
        raise PermissionDenied
    if request.method != "POST" and (not _takes_answers(found) or found.answers.of_person(user).exists()):
        return redirect(found)
    require(user, Permission.ANSWER_SURVEY, engagement)
    form = AnswerForm(posted(request), survey=found)
    given = submitted(
        request, form, lambda **fields: survey_answers.answer_on_screen(actor=user, survey=found, **fields)
    )
    if given is not None:
        messages.success(request, _("Thank you. Your answer has arrived."))
        return redirect(found)
    context = workspace(request, engagement, "review", heading=_("How satisfied are you?"))
    return render(request, "engagements/survey_answer.html", context | {"form": form, "survey": found})


@signed_in
def paper(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Enter an answer that came on paper."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _survey(request, engagement, pk)
    require(user, Permission.HANDLE_PAPER, engagement)
    initial = {"was": found.fingerprint, "answered_on": min(engagement.today(), found.closes_on)}
    form = PaperForm(posted(request), request.FILES or None, initial=initial, survey=found, engagement=engagement)
    entered = submitted(request, form, lambda **fields: survey_answers.enter_paper(actor=user, survey=found, **fields))
    if entered is not None:
        messages.success(request, _("The answer is entered. It is marked as “on paper”, with your name."))
        return redirect(found)
    form.rebased_on(found)
    context = workspace(request, engagement, "review", heading=_("Enter an answer from paper"))
    return render(request, "engagements/survey_paper.html", context | {"form": form, "survey": found})


def _takes_answers(found: Survey) -> bool:
    return found.engagement.is_running and found.takes_answers


def _survey(request: HttpRequest, engagement: Engagement, pk: int) -> Survey:
    rows = engagement.surveys.visible_to(request.user).select_related("engagement__client", "stage", "asked_by")
    return get_object_or_404(rows, pk=pk)
