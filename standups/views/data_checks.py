"""Data checks: object by object, with its mapping and the rounds in which it is loaded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError
from onsite.core.forms import rebased, submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.data.shown import rounds_of, versions_of
from standups.data.state import states_of
from standups.forms.data_check import DataObjectForm, MappingForm, told_number
from standups.models import DataObject
from standups.services import data_checks

TAB = "going_live"


@signed_in
@require_safe
def data_check_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Every object with its newest round: what differs, what is explained, what comes next."""
    engagement = open_engagement(request, engagement_id)
    objects = engagement.data_objects.visible_to(person(request))
    context = workspace(request, engagement, TAB, heading=_("Data checks")) | {"states": states_of(objects)}
    return render(request, "standups/data_check_list.html", context)


@signed_in
@require_safe
def data_object(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One object: its rounds, newest first, and its mapping with what changed from version to version."""
    engagement = open_engagement(request, engagement_id)
    row, user = _object(request, engagement, pk), person(request)
    rounds = rounds_of(row, user)
    context = workspace(request, engagement, TAB, heading=row.name) | {
        "data_object": row,
        "rounds": rounds,
        "versions": versions_of(row, user),
        "newest": rounds[0] if rounds else None,
        "is_signed": any(state.round.is_signed for state in rounds),
    }
    return render(request, "standups/data_object.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_object_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new kind of data that moves."""
    return _save_object(request, open_engagement(request, engagement_id), None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_object_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What an object is called, where it comes from, and whose it is."""
    engagement = open_engagement(request, engagement_id)
    return _save_object(request, engagement, _object(request, engagement, pk))


def _save_object(request: HttpRequest, engagement: Engagement, row: DataObject | None) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = DataObjectForm(posted(request), initial=DataObjectForm.initial_of(row))

    def save(**fields: Any) -> DataObject:
        return data_checks.save_object(actor=user, engagement=engagement, data_object=row, **fields)

    saved = submitted(request, form, save)
    if saved is not None:
        messages.success(request, _("The data object is saved."))
        return redirect(saved)
    now = row and engagement.data_objects.visible_to(user).filter(pk=row.pk).first()
    theirs = now if form.rebased_on(now) else None
    context = {"form": form, "data_object": row, "theirs": theirs}
    heading = row.name if row else _("Add a data object")
    return _form_page(request, engagement, "standups/data_object_form.html", heading, context, is_stale=bool(theirs))


@signed_in
@require_POST
def data_object_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take an object out while nothing of it is signed."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _object(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    try:
        data_checks.delete_object(actor=user, data_object=row)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(row)
    messages.success(request, _("The data object is deleted."))
    return redirect("standups:data_checks", engagement.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_mapping(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Write the next version of a mapping; it opens the next round."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _object(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    current = data_checks.newest_mapping(row)
    lines = data_checks.fields_of(current) if current else []
    version, more = current.version if current else 0, "more" in request.POST
    form = MappingForm(posted(request), stored=MappingForm.rows_of(lines), initial={"was": version}, more=more)
    opened = None if more else submitted(
        request, form, lambda **fields: data_checks.save_mapping(actor=user, data_object=row, **fields)
    )  # fmt: skip
    if opened is not None:
        messages.success(
            request, _("Round %(number)s is open. Load the data and count again.") % {"number": opened.number}
        )
        return redirect(opened)
    current = data_checks.newest_mapping(row)
    is_stale = rebased(form, "was", current.version if current else 0)
    theirs = data_checks.fields_of(current) if current and is_stale else None
    context = {"form": form, "data_object": row, "theirs": theirs, "current": current}
    heading = _("Mapping of “%(name)s”") % {"name": row.name}
    return _form_page(request, engagement, "standups/data_mapping_form.html", heading, context, is_stale=is_stale)


@signed_in
@require_POST
def load_round_open(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """It was loaded again with the same mapping."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _object(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    after = told_number(request.POST, "after")
    return performed(
        request,
        lambda: data_checks.open_round(actor=user, data_object=row, after=after),
        to=reverse("standups:data_object", args=[engagement.pk, row.pk]),
        success=_("The next round is open."),
    )


def _form_page(
    request: HttpRequest,
    engagement: Engagement,
    template: str,
    heading: str,
    context: dict[str, Any],
    *,
    is_stale: bool,
) -> HttpResponse:
    shown = workspace(request, engagement, TAB, heading=heading) | context
    status = 409 if is_stale else 422 if context["form"].errors else 200
    return render(request, template, shown, status=status)


def _object(request: HttpRequest, engagement: Engagement, pk: int) -> DataObject:
    rows = engagement.data_objects.visible_to(person(request)).select_related("engagement")
    return get_object_or_404(rows, pk=pk)
