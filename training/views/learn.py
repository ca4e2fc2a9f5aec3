"""What a learner opens by a mailed link, without signing in: their sessions, materials, and what they say of it.

A link shows and changes nothing, because mail scanners open links; it leads on at once to an address without a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.workspace import posted
from onsite.accounts import slowing
from onsite.accounts.forms import language_of
from onsite.accounts.services import hash_token
from onsite.core import private_files
from onsite.core.forms import submitted
from onsite.core.policy import public
from training.forms.holding import AskForm, FeedbackForm
from training.learning import access
from training.learning.home import enrolment_of, home_of
from training.models import Enrolment, Feedback, Learner
from training.services import feedback as services
from training.services import learner_links
from training.sessions.recording import may_play
from training.sessions.shown import calendar_file

# Nobody guesses 256 bits; whoever opens unknown links or asks for mails by the dozen is no person with a mail. A whole
# class asks from behind one router, so that a machine may ask far more often than for one address.
MOST_MISSES = 30
MOST_ASKED = 10
MOST_ASKED_BY_MACHINE = 200

LearnerView = Callable[..., HttpResponseBase]


def for_learner(view: LearnerView) -> Callable[..., HttpResponseBase]:
    """Open a page only for a browser that a learner's link was opened in, in their language and the site's hours; else
    one calm page (410) says what to do. The view gets the learner after the request."""

    @public
    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        learner = access.learner_of(request)
        if learner is None:
            return _ended(request)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        zone = learner.role.engagement.zone
        with translation.override(language_of(chosen or learner.language)), timezone.override(zone):
            return _hidden(view(request, learner, *args, **kwargs))

    return opened


@public
@never_cache
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Let this browser in, and lead on at once."""
    if access.open_link(request, token) is not None:
        return _hidden(redirect("learn:home"))
    machine = slowing.machine_of(request)
    if slowing.is_too_often("missed-links", machine, MOST_MISSES):
        return _hidden(render(request, "429.html", status=429))
    slowing.count("missed-links", machine)
    return _ended(request)


@for_learner
@require_safe
def home(request: HttpRequest, learner: Learner) -> HttpResponseBase:
    """My sessions, my materials, and what waits for my word."""
    return render(request, "learn/home.html", home_of(learner))


@for_learner
@require_safe
def session_ics(request: HttpRequest, learner: Learner, pk: int) -> HttpResponseBase:
    """One of my sessions for my own calendar."""
    session = _mine(learner, pk).session
    return calendar_file(session, url=request.build_absolute_uri(reverse("learn:home")))


@for_learner
@require_safe
def session_play(request: HttpRequest, learner: Learner, pk: int) -> HttpResponseBase:
    """The recording of one of my sessions, once it was cleared."""
    session = _mine(learner, pk).session
    if session.recording is None or not (session.is_held and may_play(session, None)):
        raise Http404
    found = session.recording
    return private_files.recording(
        request, path=str(found.file.name), media_type=found.media_type, size=found.size_bytes
    )


@for_learner
@require_http_methods(["GET", "HEAD", "POST"])
def session_feedback(request: HttpRequest, learner: Learner, pk: int) -> HttpResponseBase:
    """What I say of a session I attended."""
    enrolment = _mine(learner, pk)
    if not (enrolment.was_there and enrolment.session.is_held):
        raise Http404
    given: Feedback | None = getattr(enrolment, "feedback", None)
    names = ("useful", "clear", "able", "remark")
    initial = {name: getattr(given, name) for name in names} if given else {}
    form = FeedbackForm(posted(request), initial=initial)
    if submitted(
        request, form, lambda **fields: services.give_feedback(learner=learner, enrolment=enrolment, **fields)
    ):
        messages.success(request, _("Thank you. You may change your answers for a week."))
        return redirect("learn:home")
    context = {"learner": learner, "engagement": learner.role.engagement, "session": enrolment.session, "form": form}
    context |= {"given": given, "refusal": services.why_not(learner.role.engagement, given)}
    return render(request, "learn/feedback.html", context, status=422 if request.method == "POST" else 200)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponseBase:
    """Have my link mailed again. Whether the address is known is told to nobody."""
    form = AskForm(posted(request))
    if request.method == "POST" and form.is_valid() and _asks_too_often(request, form.cleaned_data["email"]):
        return _hidden(render(request, "429.html", status=429))

    def send(email: str) -> bool:
        learner_links.send_links(email=email)
        return True

    is_sent = bool(submitted(request, form, send))
    status = 422 if request.method == "POST" and not is_sent else 200
    return _hidden(render(request, "learn/ask.html", {"form": form, "is_sent": is_sent}, status=status))


@public
@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponseBase:
    """Forget in this browser whose pages these were; who is signed in stays so."""
    access.leave(request)
    return _hidden(redirect("learn:ask"))


def _mine(learner: Learner, pk: int) -> Enrolment:
    enrolment = enrolment_of(learner, pk)
    if enrolment is None:
        raise Http404
    return enrolment


def _hidden(response: HttpResponseBase) -> HttpResponseBase:
    # With "no-referrer" the browser would also hide the origin that CSRF is checked by.
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _ended(request: HttpRequest) -> HttpResponse:
    return _hidden(render(request, "learn/ended.html", status=410))  # type: ignore[return-value]  # it is what came in


def _asks_too_often(request: HttpRequest, email: str) -> bool:
    """Count that a link is asked for, and say whether it was too often: for this address, or from this machine."""
    machine, asked = slowing.machine_of(request), hash_token(email.lower())
    if slowing.is_too_often("asked-links", machine, MOST_ASKED_BY_MACHINE):
        return True
    slowing.count("asked-links", machine)
    if slowing.is_too_often("asked-for", asked, MOST_ASKED):
        return True
    slowing.count("asked-for", asked)
    return False
