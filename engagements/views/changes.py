"""Change requests: the list both sides read, and what the vendor does about them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.forms.changes import ChangeForm, DecisionForm
from engagements.models import ChangeRequest, Engagement
from engagements.services import changes
from engagements.signatures import Signing
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import can, require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
@require_safe
def change_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What is still open, then what was decided; the newest first."""
    engagement = open_engagement(request, engagement_id)
    rows = list(engagement.changes.visible_to(person(request)).select_related("stage", "sign_off"))
    context = workspace(request, engagement, "prepare", heading=_("Change requests"))
    context |= {
        "has_changes": bool(rows),
        "open_changes": [row for row in rows if row.is_open],
        "decided_changes": [row for row in rows if not row.is_open],
    }
    return render(request, "engagements/change_list.html", context)


@signed_in
@require_safe
def change(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One request: the wish, its impact, the decision and where the signatures under it stand."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _change(request, engagement, pk)
    signing = Signing.of(found.sign_off, user) if found.sign_off else None
    context = workspace(
        request, engagement, "prepare", heading=_("Change request %(number)s") % {"number": found.number}
    )
    context |= {
        "change": found,
        "signing": signing,
        "outdated": changes.why_outdated(found.sign_off) if found.is_open and found.sign_off is not None else "",
        "waits_for_me": signing is not None and can(user, Permission.SIGN, engagement) and signing.waits_for(user),
        "agreed": engagement.sign_offs.visible_to(user).filter(agreed_through=found.sign_off).first()
        if found.applied_at
        else None,
    }
    return render(request, "engagements/change.html", context)


@signed_in
def create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new request; a link may fill in where it comes from."""
    engagement = open_engagement(request, engagement_id)
    return _save(request, engagement, None, ChangeForm.prefilled(request.GET))


@signed_in
def edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A request that is not decided yet."""
    engagement = open_engagement(request, engagement_id)
    found = _change(request, engagement, pk)
    require(person(request), Permission.EDIT_GOALS, engagement)
    if found.decision != ChangeRequest.Decision.UNDECIDED:
        messages.info(request, _("This is decided already and does not change any more."))
        return redirect("engagements:change", engagement.pk, found.pk)
    return _save(request, engagement, found, ChangeForm.initial_of(found))


def _save(
    request: HttpRequest, engagement: Engagement, found: ChangeRequest | None, initial: dict[str, object]
) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_GOALS, engagement)
    form = ChangeForm(posted(request), initial=initial, stages=engagement.stages.visible_to(user))
    saved = submitted(
        request,
        form,
        lambda **fields: changes.save_change(actor=user, engagement=engagement, change=found, **fields),
    )
    if saved is not None:
        messages.success(request, _("The change request is saved."))
        return redirect("engagements:change", engagement.pk, saved.pk)
    heading = _("Edit the change request") if found else _("Raise a change request")
    context = workspace(request, engagement, "prepare", heading=heading)
    context |= {"form": form, "change": found, "scope_items": engagement.scope_items.visible_to(user)}
    return render(request, "engagements/change_form.html", context)


@signed_in
def decide(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Do it, not, or in the next phase."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _change(request, engagement, pk)
    require(user, Permission.DECIDE_CHANGE, engagement)
    form = DecisionForm(posted(request), initial={"note": found.decision_note})
    decided = submitted(request, form, lambda **fields: changes.decide_change(actor=user, change=found, **fields))
    if decided is not None:
        messages.success(request, _("The decision is noted."))
        return redirect("engagements:change", engagement.pk, found.pk)
    context = workspace(request, engagement, "prepare", heading=_("Decide on the change request"))
    return render(request, "engagements/change_decide.html", context | {"form": form, "change": found})


@signed_in
@require_POST
def withdraw(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take back a decision to do it that is not signed yet."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _change(request, engagement, pk)
    require(user, Permission.DECIDE_CHANGE, engagement)
    return performed(
        request,
        lambda: changes.withdraw_decision(actor=user, change=found),
        to=reverse("engagements:change", args=[engagement.pk, found.pk]),
        success=_("The decision is withdrawn. The request is undecided again."),
    )


def _change(request: HttpRequest, engagement: Engagement, pk: int) -> ChangeRequest:
    rows = engagement.changes.visible_to(request.user).select_related(
        "engagement__client", "stage", "sign_off__engagement", "raised_by", "decided_by"
    )
    return get_object_or_404(rows, pk=pk)
