"""The delay ledger: vendor only until the manager publishes it; then the client agrees or objects line by line."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement, Publication
from engagements.services import publications
from engagements.views.publications import switched
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import rebased, submitted
from onsite.core.policy import signed_in
from reports import voices
from reports.dashboards.delay import DelayPage, delay_page
from reports.forms import VoiceForm


@signed_in
@require_safe
def delay(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Each milestone's slip and with whom it lies; ?as=client shows the vendor what the client reads. For a client
    without a published ledger there is no such page."""
    engagement = open_engagement(request, engagement_id)
    page = _page(request, engagement)
    heading = _("Delay ledger")
    context = workspace(request, engagement, "prepare", heading=heading) | {"page": page}
    return render(request, "reports/delay.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def delay_voice(request: HttpRequest, engagement_id: int, stage_id: int, day: date) -> HttpResponse:
    """Agree with a line, or object to it and say why."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    page = _page(request, engagement)
    found = page.find(stage_id, day)
    if found is None:
        raise Http404
    require(user, Permission.ANSWER_DELAY, engagement)
    milestone, line = found
    stage = get_object_or_404(engagement.stages.visible_to(user), pk=stage_id)
    own = next((voice for voice in line.voices if voice.is_own), None)
    begun = {"stance": "agrees" if own and own.agrees else "objects", "comment": own.comment if own else ""}
    form = VoiceForm(posted(request), initial=begun | {"mark": line.mark})
    said = submitted(
        request, form,
        lambda **fields: voices.say(actor=user, engagement=engagement, stage=stage, arose_on=day, **fields),
    )  # fmt: skip
    if said is not None:
        messages.success(request, _("Your word stands beside the line, for both sides to read."))
        return redirect("reports:delay", engagement.pk)
    rebased(form, "mark", line.mark)
    context = workspace(request, engagement, "prepare", heading=_("Your word on a delay"))
    context |= {"form": form, "milestone": milestone, "line": line}
    return render(request, "reports/delay_voice.html", context, status=422 if request.method == "POST" else 200)


@signed_in
@require_POST
def delay_publish(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Let the client read the ledger from now on."""
    success = _("The client reads the delay ledger from now on.")
    return switched(request, engagement_id, publications.publish, Publication.Item.DELAY, success=success)


@signed_in
@require_POST
def delay_withdraw(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Keep the ledger to the vendor again; what the client said of it stays."""
    success = _("The client no longer reads the delay ledger.")
    return switched(request, engagement_id, publications.withdraw, Publication.Item.DELAY, success=success)


def _page(request: HttpRequest, engagement: Engagement) -> DelayPage:
    page = delay_page(engagement, person(request), as_client=request.GET.get("as") == "client")
    if page is None:
        raise Http404
    return page
