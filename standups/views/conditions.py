"""Conditions of acceptance: the open ones first, each met once with its proof."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagements.models import Attachment
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from standups.forms.uat import MeetForm
from standups.models import Condition
from standups.services import conditions
from standups.uat.state import OF_CELL

CONDITIONS_A_PAGE = 30


@signed_in
@require_safe
def condition_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What is still to be done after conditional acceptances, the soonest first; then what was met."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    rows = Condition.objects.visible_to(user).in_force().filter(round__cell__engagement=engagement)
    rows = rows.select_related(*OF_CELL, "recorded_by", "proof_file")
    rows = rows.order_by(F("met_on").desc(nulls_first=True), "due_on", "pk")
    page_obj = Paginator(rows, CONDITIONS_A_PAGE).get_page(request.GET.get("page"))
    context = workspace(request, engagement, "going_live", heading=_("Conditions of acceptance"))
    proofs = [row.proof_file_id for row in page_obj if row.proof_file_id]
    files = set(Attachment.objects.visible_to(user).filter(pk__in=proofs).values_list("pk", flat=True))
    return render(request, "standups/condition_list.html", context | {"page_obj": page_obj, "files": files})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def condition_meet(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Note that a condition is met, with its proof."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    rows = Condition.objects.visible_to(user).filter(round__cell__engagement=engagement)
    found = get_object_or_404(rows.select_related(*OF_CELL, "round__cell__engagement"), pk=pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = MeetForm(posted(request), request.FILES or None, engagement=engagement)
    met = submitted(request, form, lambda **fields: conditions.meet_condition(actor=user, condition=found, **fields))
    if met is not None:
        messages.success(request, _("The condition is met; its proof is noted."))
        return redirect(f"{reverse('standups:conditions', args=[engagement.pk])}#condition-{met.pk}")
    context = workspace(request, engagement, "going_live", heading=_("The condition is met"))
    context |= {"form": form, "condition": found, "cell": found.round.cell}
    return render(request, "standups/condition_meet.html", context, status=422 if form.errors else 200)
