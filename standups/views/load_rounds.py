"""One load round: its counts, the owner's sample, what differs, and the way to the signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.signatures import Signing
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import rebased, submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.data.shown import frozen_before, lines_of
from standups.data.state import is_withdrawable, state_of
from standups.forms.data_check import CountsForm, ExplainForm, SampleForm, told_number
from standups.models import CountLine, LoadRound
from standups.services import data_checks, data_counts, data_signing

TAB = "going_live"


@signed_in
@require_safe
def load_round(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What was counted, what differs and why, and who signed it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _round(request, engagement, pk)
    state = state_of(row)
    newest = row.data_object.rounds.visible_to(user).newest().get()
    context = workspace(request, engagement, TAB, heading=_heading(row)) | {
        "load_round": row,
        "state": state,
        "lines": lines_of(state, user),
        "newest": newest,
        "is_newest": newest.pk == row.pk,
        "is_changeable": newest.pk == row.pk and not row.is_signed,
        "is_withdrawable": newest.pk == row.pk and is_withdrawable(state),
        "signing": Signing.of(row.sign_off, user) if row.sign_off else None,
        "frozen_before": frozen_before(row, user),
    }
    return render(request, "standups/load_round.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def load_round_counts(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Type what was counted; “more” adds empty rows and saves nothing yet."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _round(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    lines, more = list(row.lines.visible_to(user)), "more" in request.POST
    initial = {name: getattr(row, name) for name in ("version", *CountsForm.HEAD)}
    initial["loaded_on"] = row.loaded_on or engagement.today()
    form = CountsForm(posted(request), stored=CountsForm.rows_of(lines), initial=initial, more=more)
    saved = None if more else submitted(
        request, form, lambda **fields: data_counts.save_counts(actor=user, load_round=row, **fields)
    )  # fmt: skip
    if saved is not None:
        messages.success(request, _("The counts are saved."))
        return redirect(saved)
    return _form_page(request, engagement, row, "standups/load_round_counts.html", form)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def load_round_sample(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Note what the owner's sample showed."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _round(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = SampleForm(posted(request), initial=SampleForm.initial_of(row, engagement.today()))
    saved = submitted(request, form, lambda **fields: data_counts.record_sample(actor=user, load_round=row, **fields))
    if saved is not None:
        messages.success(request, _("The sample is noted."))
        return redirect(saved)
    return _form_page(request, engagement, row, "standups/load_round_sample.html", form)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def count_line_explain(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Say why one line differs."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    line = _line(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    initial = {"version": line.round.version, "explanation": line.explanation}
    form = ExplainForm(posted(request), initial=initial)
    saved = submitted(request, form, lambda **fields: data_counts.explain(actor=user, line=line, **fields))
    if saved is not None:
        said = form.cleaned_data["explanation"]
        messages.success(
            request, _("The explanation is saved.") if said else _("The difference is not explained any more.")
        )
        return redirect(saved)
    shown = next(one for one in lines_of(state_of(line.round), user) if one.line.pk == line.pk)
    return _form_page(request, engagement, line.round, "standups/load_round_explain.html", form, shown=shown)


@signed_in
@require_POST
def count_line_problem(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Raise a difference as a problem."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    line = _line(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: data_counts.raise_problem(actor=user, line=line),
        to=line.round.get_absolute_url(),
        success=_("The difference is a problem now. It is linked from its line."),
    )


@signed_in
@require_POST
def load_round_freeze(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Freeze the round for the client's signature."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _round(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    shown = told_number(request.POST, "version")
    return performed(
        request,
        lambda: data_signing.freeze_round(actor=user, load_round=row, version=shown),
        to=row.get_absolute_url(),
        success=_("The text is frozen. The client can sign it now, on screen or on paper."),
    )


@signed_in
@require_POST
def load_round_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take back a round that was opened by mistake."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _round(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    shown = told_number(request.POST, "version")
    return performed(
        request,
        lambda: data_checks.delete_round(actor=user, load_round=row, version=shown),
        to=row.data_object.get_absolute_url(),
        success=_("The round is deleted. The one before it is the newest again."),
    )


def _form_page(
    request: HttpRequest,
    engagement: Engagement,
    row: LoadRound,
    template: str,
    form: Any,
    **context: Any,
) -> HttpResponse:
    """Show the form; where somebody saved meanwhile, with what stands there now, and the next save replaces it."""
    user = person(request)
    now = _round(request, engagement, row.pk)
    is_stale = rebased(form, "version", now.version)
    theirs = lines_of(state_of(now), user) if is_stale else None
    context |= {"form": form, "load_round": now, "theirs": theirs, "is_stale": is_stale}
    status = 409 if is_stale else 422 if form.errors else 200
    shown = workspace(request, engagement, TAB, heading=_heading(row)) | context
    return render(request, template, shown, status=status)


def _heading(row: LoadRound) -> str:
    return _("%(name)s, load round %(number)s") % {"name": row.data_object.name, "number": row.number}


def _round(request: HttpRequest, engagement: Engagement, pk: int) -> LoadRound:
    rows = LoadRound.objects.visible_to(person(request)).filter(data_object__engagement=engagement)
    related = rows.select_related("sign_off__engagement", "mapping", "data_object__engagement", "opened_by")
    return get_object_or_404(related, pk=pk)


def _line(request: HttpRequest, engagement: Engagement, pk: int) -> CountLine:
    rows = CountLine.objects.visible_to(person(request)).filter(round__data_object__engagement=engagement)
    return get_object_or_404(rows.select_related("round__data_object__engagement", "round__sign_off"), pk=pk)
