"""Pages behind mailed links: no sign-in, one purpose each, and never more of the engagement than that.

GET shows, only POST uses the link up (TRUST.md 9). A link that no longer works gets one honest page (410).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from engagements.forms.documents import GiveForm
from engagements.forms.interviews import ConfirmForm
from engagements.forms.surveys import AnswerForm
from engagements.guide import grouped
from engagements.models import DocumentRequest, Interview, MailedLink, Survey
from engagements.services import confirmations, receipts, survey_answers
from engagements.services.links import find_link
from engagements.workspace import posted
from onsite.accounts import slowing
from onsite.accounts.forms import language_of
from onsite.core.forms import submitted
from onsite.core.policy import public

# Nobody guesses 256 bits; whoever opens unknown links by the dozen is no person with a mail.
MOST_MISSES = 30

LinkView = Callable[[HttpRequest, MailedLink], HttpResponse | None]


def _by_link(purpose: str) -> Callable[[LinkView], Callable[..., HttpResponse]]:
    """Open a page only for a usable link of this purpose, in its person's language and the site's hours.

    The page returns None where its row no longer waits for anything.
    """

    def decorate(view: LinkView) -> Callable[..., HttpResponse]:
        @public
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def opened(request: HttpRequest, token: str) -> HttpResponse:
            link = find_link(token, purpose)
            if link is None:
                return _missed(request)
            with translation.override(_language_for(request, link)), timezone.override(link.engagement.zone):
                answer = view(request, link)
                return _hidden(answer) if answer is not None else _ended(request)

        return opened

    return decorate


def _language_for(request: HttpRequest, link: MailedLink) -> str:
    """The language chosen in this browser, else the person's, else the engagement's."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return language_of(chosen or link.user.language or link.engagement.language)


def _hidden(response: HttpResponse) -> HttpResponse:
    # The address is a secret. With "no-referrer" the browser would also hide the origin that CSRF is checked by.
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _missed(request: HttpRequest) -> HttpResponse:
    machine = slowing.machine_of(request)
    if slowing.is_too_often("missed-links", machine, MOST_MISSES):
        return _hidden(render(request, "429.html", status=429))
    slowing.count("missed-links", machine)
    return _ended(request)


def _ended(request: HttpRequest) -> HttpResponse:
    return _hidden(render(request, "engagements/link_ended.html", status=410))


@_by_link(MailedLink.Purpose.GIVE_DOCUMENT)
def document_upload(request: HttpRequest, link: MailedLink) -> HttpResponse | None:
    """Hand in one document that was asked for."""
    rows = DocumentRequest.objects.unscoped().open().filter(engagement=link.engagement_id)
    row = rows.filter(pk=link.subject_id).first()
    if row is None:
        return None
    form = GiveForm(posted(request), request.FILES or None, engagement=link.engagement)

    def give(**fields: Any) -> bool:
        receipts.give_by_link(link=link, **fields)
        return True

    context = {"link": link, "engagement": link.engagement, "row": row, "form": form}
    if submitted(request, form, give):
        return render(request, "engagements/link_thanks.html", context)
    return render(request, "engagements/document_upload.html", context)


@_by_link(MailedLink.Purpose.CONFIRM_INTERVIEW)
def interview_confirm(request: HttpRequest, link: MailedLink) -> HttpResponse | None:
    """Read the notes of one's interview, and confirm them."""
    rows = Interview.objects.unscoped().waiting().select_related("held_by").filter(engagement=link.engagement_id)
    interview = rows.filter(pk=link.subject_id).first()
    if interview is None:
        return None
    form = ConfirmForm(posted(request))

    def confirm(**fields: Any) -> bool:
        confirmations.confirm_by_link(link=link, **fields)
        return True

    context = {"link": link, "engagement": link.engagement, "interview": interview, "form": form}
    if submitted(request, form, confirm):
        return render(request, "engagements/link_thanks.html", context)
    groups = grouped(interview.notes.unscoped().answered())
    return render(request, "engagements/interview_confirm.html", context | {"groups": groups})


@_by_link(MailedLink.Purpose.ANSWER_SURVEY)
def survey_link(request: HttpRequest, link: MailedLink) -> HttpResponse | None:
    """Say how satisfied one is; after the last day it says that no answer is taken any more."""
    rows = Survey.objects.unscoped().open().select_related("engagement__client", "stage")
    survey = rows.filter(engagement=link.engagement_id, pk=link.subject_id).first()
    if survey is None or survey.answers.of_person(link.user).exists():
        return None
    form = AnswerForm(posted(request), survey=survey)

    def answer(**fields: Any) -> bool:
        survey_answers.answer_by_link(link=link, **fields)
        return True

    context = {"link": link, "engagement": link.engagement, "survey": survey, "form": form}
    if submitted(request, form, answer):
        return render(request, "engagements/link_thanks.html", context)
    return render(request, "engagements/survey_link.html", context)
