"""Rounds of acceptance tests: opened, read by both sides, judged, and led to the signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.signatures import Signing
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import can, require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from onsite.core.wording import sentences
from standups.forms.uat import RoundForm
from standups.forms.uat_judging import JudgeForm
from standups.models import CaseEvidence, Cell, CellState, UatRound
from standups.services import uat, uat_judging
from standups.services.uat_results import require_tester
from standups.uat.lineage import lineage_of
from standups.uat.text import outcomes

_CELL = ("module", "role", "stage", "engagement")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def round_open(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Open the next round of a cell."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    cells = engagement.cells.visible_to(user).select_related(*_CELL)
    cell: Cell = get_object_or_404(cells, pk=pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    last = cell.rounds.visible_to(user).newest_first().first()
    initial = {**RoundForm.initial_of(last), "build": ""} if last else {}
    form = RoundForm(posted(request), engagement=engagement, initial=initial)
    opened = submitted(request, form, lambda **fields: uat.open_round(actor=user, cell=cell, **fields))
    if opened is not None:
        messages.success(request, _("Round %(round)s is open. Please look through its cases.") % {"round": opened})
        return redirect(opened)
    return _form(request, engagement, _("Open a round of testing"), form, cell=cell, round=None)


@signed_in
@require_safe
def round_detail(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One round: what to do next, its cases with their results, the result with its conditions and signatures."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = found_round(request, engagement, pk)
    context = workspace(request, engagement, "going_live", heading=f"{row.cell} · {row}")
    return render(request, "standups/uat_round.html", context | _shown(user, engagement, row))


def _shown(user: User, engagement: Engagement, row: UatRound) -> dict[str, Any]:
    evidence = Q(evidence__in=_evidence_for(user, row))
    cases = list(
        row.cases.visible_to(user).select_related("recorded_by").annotate(files=Count("evidence", filter=evidence))
    )
    signing = Signing.of(row.sign_off, user) if row.sign_off is not None else None
    may_record = can(user, Permission.TEST, engagement) or can(user, Permission.EDIT_ROLLOUT, engagement)
    return {
        "round": row,
        "cell": row.cell,
        "cases": cases,
        "counts": outcomes(cases),
        "next_case": next((case for case in cases if not case.outcome), None),
        "testers": list(row.testers.visible_to(user)),
        "conditions": list(row.conditions.visible_to(user)),
        "signing": signing,
        "waits_for_me": signing is not None and can(user, Permission.SIGN, engagement) and signing.waits_for(user),
        "is_open": is_open(row),
        "may_record": may_record and is_open(row),
        "lineage": lineage_of(row.cell, user),
        "is_newest": not row.cell.rounds.visible_to(user).filter(number__gt=row.number).exists(),
    }


def _evidence_for(user: User, row: UatRound) -> Any:
    return CaseEvidence.objects.visible_to(user).filter(case__round=row).values("pk")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def round_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Say anew on which build it is tested and by whom."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = found_round(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = RoundForm(posted(request), engagement=engagement, row=row, initial=RoundForm.initial_of(row))
    saved = submitted(request, form, lambda **fields: uat.change_round(actor=user, row=row, **fields))
    if saved is not None:
        say_saved(request, row, _("The round is saved."))
        return redirect(saved)
    form.rebased_on(found_round(request, engagement, pk))
    return _form(request, engagement, _("Build and testers"), form, cell=row.cell, round=row)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def round_judge(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Say how the round came out; the text is frozen and the client's tester or PM signs it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = found_round(request, engagement, pk)
    require_tester(user, engagement)
    if not is_open(row):
        messages.info(request, _("Round %(round)s is closed.") % {"round": row})
        return redirect(row)
    if "more" in request.POST:
        return _judge_page(request, engagement, row, JudgeForm.with_more_rows(request.POST, engagement=engagement))
    form = JudgeForm(posted(request), engagement=engagement, **_begun_with(row))
    frozen = submitted(request, form, lambda **fields: uat_judging.judge(actor=user, row=row, **fields))
    if frozen is not None:
        messages.success(request, _("The result is frozen. It holds once the client has signed it."))
        return redirect(row)
    form.rebased_on(found_round(request, engagement, pk))
    return _judge_page(request, engagement, row, form)


def _judge_page(request: HttpRequest, engagement: Engagement, row: UatRound, form: JudgeForm) -> HttpResponse:
    counts = outcomes(list(row.cases.visible_to(person(request))))
    context = workspace(request, engagement, "going_live", heading=_("Result of the round"))
    context |= {"form": form, "round": row, "cell": row.cell, "counts": counts}
    return render(request, "standups/uat_judge.html", context, status=422 if form.errors else 200)


def _begun_with(row: UatRound) -> dict[str, Any]:
    """Start from what was proposed last: a withdrawn result need not be typed again."""
    last = uat_judging.last_proposal(row)
    if last is None:
        return {"initial": {"version": row.version}}
    facts = last.text["facts"]
    wanted = [
        {"text": one["text"], "owner_name": one["owner"], "due_on": one["due_on"]} for one in facts["conditions"]
    ]
    return {"initial": {"version": row.version, "result": facts["result"], "note": facts["note"]}, "wanted": wanted}


@signed_in
@require_POST
def round_withdraw(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take back a result that is not signed."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = found_round(request, engagement, pk)
    require_tester(user, engagement)
    return performed(
        request,
        lambda: uat_judging.withdraw_judgement(actor=user, row=row),
        to=row.get_absolute_url(),
        success=_("The result was withdrawn. The round is open again."),
    )


def found_round(request: HttpRequest, engagement: Engagement, pk: int) -> UatRound:
    """Return the round if this person may see it, else raise Http404."""
    rows = UatRound.objects.visible_to(request.user).filter(cell__engagement=engagement)
    rows = rows.select_related("cell__module", "cell__role", "cell__stage", "cell__made_live_by", "opened_by")
    row = get_object_or_404(rows.select_related("sign_off"), pk=pk)
    row.cell.engagement = engagement
    if row.sign_off is not None:
        row.sign_off.engagement = engagement
    return row


def is_open(row: UatRound) -> bool:
    """Whether anything of the round may still change."""
    return not row.is_signed and row.cell.state != CellState.DESCOPED


def say_saved(request: HttpRequest, row: UatRound, words: str) -> None:
    """Say that it is saved, and that the result which waited for a signature went with it. `row` is as it was."""
    if row.sign_off_id is None:
        messages.success(request, words)
    else:
        text = _("The result was withdrawn, because the round changed: propose it anew, so that it can be signed.")
        messages.warning(request, sentences(words, text))


def _form(request: HttpRequest, engagement: Engagement, heading: str, form: Any, **more: Any) -> HttpResponse:
    context = workspace(request, engagement, "going_live", heading=heading) | {"form": form, **more}
    return render(request, "standups/uat_round_form.html", context, status=422 if form.errors else 200)
