"""The hand-over to operations and support: the sheet both sides read, and what the team fills in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.signatures import Signing
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import can, require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.first_weeks import hand_over as hand_over_text
from standups.forms.first_weeks import AccessForm, ContactForm, HandOverForm, HeldForm, ReturnForm
from standups.models import HandOver, OperationsContact, ReturnedAccess
from standups.services import hand_over as services


@signed_in
@require_safe
def hand_over(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The sheet as it stands now, where its signature stands, and for the vendor what is still missing."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    sheet, current = hand_over_text.sheet_of(engagement), services.standing_text(engagement)
    if current is not None:
        current.engagement = engagement
    state = Signing.of(current, user) if current else None
    context = workspace(request, engagement, "going_live", heading=_("Hand-over to operations")) | {
        "hand_over": HandOver.objects.visible_to(user).filter(engagement=engagement).first(),
        "sheet": sheet,
        "signing": state,
        "signed": services.signed_text(engagement),
        "waits_for_me": state is not None and state.waits_for(user),
        "is_changed": current is not None and not hand_over_text.still_holds(current, sheet),
        "missing": services.before_freezing(engagement) if can(user, Permission.EDIT_ROLLOUT, engagement) else [],
        "access": engagement.returned_access.visible_to(user),
        "contacts": engagement.operations_contacts.visible_to(user),
        "environments": engagement.environments.visible_to(user),
        "items": [(row, hand_over_text.owner_of(row)) for row in hand_over_text.open_items(engagement)],
        "conditions": hand_over_text.open_conditions(engagement),
    }
    return render(request, "standups/hand_over.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_edit(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Who takes over, when, and what they have to know."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    found = HandOver.objects.visible_to(user).filter(engagement=engagement)
    form = HandOverForm(posted(request), row=found.first())
    if submitted(request, form, lambda **fields: services.save_hand_over(actor=user, engagement=engagement, **fields)):
        messages.success(request, _("The hand-over is saved."))
        return redirect("standups:hand_over", engagement.pk)
    return _form_page(request, engagement, _("Who takes over, and when"), form, theirs=form.theirs(found.first()))


@signed_in
@require_POST
def hand_over_freeze(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Freeze the sheet for the client's signature."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.LEAD_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.freeze_hand_over(actor=user, engagement=engagement),
        to=_address(engagement),
        success=_("The hand-over sheet is frozen. Who signs on screen is asked by mail."),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def access_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Something that was lent to the team."""
    engagement = open_engagement(request, engagement_id)
    return _save_access(request, engagement, None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def access_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What was lent."""
    engagement = open_engagement(request, engagement_id)
    return _save_access(request, engagement, _access(request, engagement, pk))


def _save_access(request: HttpRequest, engagement: Engagement, row: ReturnedAccess | None) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = AccessForm(posted(request), row=row)
    saved = submitted(
        request, form, lambda **fields: services.save_access(actor=user, engagement=engagement, access=row, **fields)
    )
    if saved is not None:
        messages.success(request, _("What was lent is saved."))
        return redirect("standups:hand_over", engagement.pk)
    now = row and engagement.returned_access.visible_to(user).filter(pk=row.pk).first()
    heading = _("What was lent to the team")
    return _form_page(request, engagement, heading, form, theirs=form.theirs(now), access=row)


@signed_in
@require_POST
def access_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a line out that was a mistake."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _access(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.delete_access(actor=user, access=row),
        to=_address(engagement),
        success=_("The line is deleted."),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def access_return(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """It was given back, or closed."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _access(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = ReturnForm(posted(request), initial={"returned_on": engagement.today()})
    if submitted(request, form, lambda **fields: services.give_back(actor=user, access=row, **fields)):
        messages.success(request, _("Noted: it was given back."))
        return redirect("standups:hand_over", engagement.pk)
    return _form_page(request, engagement, _("Given back: %(what)s") % {"what": row.what}, form)


@signed_in
@require_POST
def access_lent(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take back that it was given back."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _access(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.take_return_back(actor=user, access=row),
        to=_address(engagement),
        success=_("Taken back: it is outstanding again."),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def contact_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Somebody to call."""
    engagement = open_engagement(request, engagement_id)
    return _save_contact(request, engagement, None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Whom to call, for what, and when."""
    engagement = open_engagement(request, engagement_id)
    return _save_contact(request, engagement, _contact(request, engagement, pk))


def _save_contact(request: HttpRequest, engagement: Engagement, row: OperationsContact | None) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = ContactForm(posted(request), row=row)
    saved = submitted(
        request, form, lambda **fields: services.save_contact(actor=user, engagement=engagement, contact=row, **fields)
    )
    if saved is not None:
        messages.success(request, _("The contact is saved."))
        return redirect("standups:hand_over", engagement.pk)
    now = row and engagement.operations_contacts.visible_to(user).filter(pk=row.pk).first()
    return _form_page(request, engagement, _("Whom to call"), form, theirs=form.theirs(now), contact=row)


@signed_in
@require_POST
def contact_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take somebody out of the list."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _contact(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.delete_contact(actor=user, contact=row),
        to=_address(engagement),
        success=_("The contact is deleted."),
    )


def _form_page(
    request: HttpRequest, engagement: Engagement, heading: str, form: HeldForm | ReturnForm, **context: Any
) -> HttpResponse:
    context |= workspace(request, engagement, "going_live", heading=heading) | {"form": form}
    return render(request, "standups/hand_over_form.html", context, status=422 if form.is_bound else 200)


def _access(request: HttpRequest, engagement: Engagement, pk: int) -> ReturnedAccess:
    return get_object_or_404(engagement.returned_access.visible_to(request.user).select_related("engagement"), pk=pk)


def _contact(request: HttpRequest, engagement: Engagement, pk: int) -> OperationsContact:
    rows = engagement.operations_contacts.visible_to(request.user)
    return get_object_or_404(rows.select_related("engagement"), pk=pk)


def _address(engagement: Engagement) -> str:
    return reverse("standups:hand_over", args=[engagement.pk])
