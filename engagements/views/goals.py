"""Goals and scope, from the first line to the frozen text."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements import measures, planning, troubles
from engagements.differences import differences
from engagements.forms.goals import ScopeForm
from engagements.models import Engagement, ScopeItem, SignOff
from engagements.services import goals, signing
from engagements.signatures import Signing
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
@require_safe
def prepare(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What will be measured, what is in and out of scope, and what both sides agreed to."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    items = list(engagement.scope_items.visible_to(user))
    frozen = engagement.sign_offs.visible_to(user).filter(kind=SignOff.Kind.GOALS)
    current = frozen.current().select_related("engagement", "agreed_through__change").first()
    state = Signing.of(current, user) if current else None
    drafted = goals.text_of_goals(engagement) if current else None
    context = {
        **workspace(request, engagement, "prepare", heading=_("Goals and scope")),
        "objectives": measures.measure(engagement, engagement.objectives.visible_to(user)),
        "troubles": troubles.open_about(engagement, user, "objectives"),
        "included": [item for item in items if item.is_included],
        "excluded": [item for item in items if not item.is_included],
        "signing": state,
        "waits_for_me": state is not None and state.waits_for(user),
        "is_changed": current is not None and current.text != drafted,
        "differences": differences(current.text, drafted) if current and drafted else (),
        "plan": planning.plan_of(engagement, user),
    }
    return render(request, "engagements/prepare.html", context)


@signed_in
@require_POST
def freeze(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Freeze goals and scope as the next version to be signed."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.FREEZE_GOALS, engagement)
    return performed(
        request,
        lambda: signing.freeze_goals(actor=user, engagement=engagement),
        to=reverse("engagements:prepare", args=[engagement.pk]),
        success=_("Goals and scope are frozen. Who signs on screen is asked by mail."),
    )


@signed_in
def scope_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new line of the scope."""
    engagement = open_engagement(request, engagement_id)
    initial = {"is_included": "out" if request.GET.get("is") == "out" else "in"}
    return _save_scope(request, engagement, None, ScopeForm(posted(request), initial=initial))


@signed_in
def scope_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A line of the scope."""
    engagement = open_engagement(request, engagement_id)
    item = get_object_or_404(engagement.scope_items.visible_to(request.user), pk=pk)
    form = ScopeForm(posted(request), initial=ScopeForm.initial_of(item))
    return _save_scope(request, engagement, item, form)


def _save_scope(request: HttpRequest, engagement: Engagement, item: ScopeItem | None, form: ScopeForm) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_GOALS, engagement)
    saved = submitted(
        request, form, lambda **fields: goals.save_scope_item(actor=user, engagement=engagement, item=item, **fields)
    )
    if saved is not None:
        messages.success(request, _("The scope is saved."))
        return redirect("engagements:prepare", engagement.pk)
    heading = _("Edit a line of the scope") if item else _("New line of the scope")
    context = workspace(request, engagement, "prepare", heading=heading)
    return render(request, "engagements/scope_form.html", context | {"form": form, "item": item})


@signed_in
@require_POST
def scope_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a line out of the scope."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    item = get_object_or_404(engagement.scope_items.visible_to(user), pk=pk)
    require(user, Permission.EDIT_GOALS, engagement)
    return performed(
        request,
        lambda: goals.delete_scope_item(actor=user, item=item),
        to=reverse("engagements:prepare", args=[engagement.pk]),
        success=_("The line is deleted."),
    )
