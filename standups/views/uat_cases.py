"""The cases of a round: tested one after the other on a phone, reworded by the vendor."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import can, require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from onsite.core.wording import sentences
from standups.forms.uat import CaseForm, ResultForm
from standups.models import CaseEvidence, Problem, UatCase, UatRound
from standups.services import uat_cases, uat_results
from standups.views.uat import found_round, is_open, say_saved


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def case_detail(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One case for one thumb: what to do, what is to be seen, and three buttons for what was."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    try:
        return _tested(request, engagement, user, pk)
    except Http404:
        if not (request.POST.get("note", "").strip() and _may_record(user, engagement)):
            raise
    # Somebody deleted it while this person typed: what they saw must not be lost with it.
    context = workspace(request, engagement, "going_live", heading=_("This case is not there any more"))
    return render(request, "standups/uat_case_gone.html", context | {"note": request.POST["note"]}, status=404)


def _tested(request: HttpRequest, engagement: Engagement, user: User, pk: int) -> HttpResponse:
    row, case = _case(request, engagement, pk)
    may_record = _may_record(user, engagement) and is_open(row)
    if request.method == "POST":
        uat_results.require_tester(user, engagement)
    form = ResultForm(
        posted(request), request.FILES or None, engagement=engagement, for_client=user.is_client,
        initial=ResultForm.initial_of(case, _last_tester(user, row)),
    )  # fmt: skip
    saved = submitted(request, form, lambda **fields: uat_results.record_result(actor=user, case=case, **fields))
    if saved is not None:
        return _on(request, user, row, saved)
    if form.errors:
        # Somebody may have recorded meanwhile: the page shows it, and the next press replaces it knowingly.
        row, case = _case(request, engagement, pk)
        form.rebased_on(case)
    context = workspace(request, engagement, "going_live", heading=case.title) | _around(user, row, case)
    context |= {"form": form if may_record else None}
    return render(request, "standups/uat_case.html", context, status=422 if form.errors else 200)


def _on(request: HttpRequest, user: User, row: UatRound, case: UatCase) -> HttpResponse:
    """Say what was recorded, and lead to the next case that waits."""
    words = _("Case %(number)s: %(outcome)s.") % {"number": case.number, "outcome": case.get_outcome_display()}
    shown = Problem.objects.visible_to(user).filter(uat_cases=case)
    if case.outcome in uat_results.NEEDS_WORDS and shown.exists():
        words = sentences(words, _("The problem is on the list of problems."))
    say_saved(request, row, words)
    following = uat_results.next_untested(row, case.number) if case.outcome else None
    if following is None:
        return redirect(row)
    return redirect("standups:uat_case", row.cell.engagement_id, following.pk)


def _around(user: User, row: UatRound, case: UatCase) -> dict[str, Any]:
    numbers = list(row.cases.visible_to(user).order_by("number").values_list("pk", "number"))
    at = [pk for pk, _number in numbers].index(case.pk)
    return {
        "round": row,
        "cell": row.cell,
        "case": case,
        "place": at + 1,
        "total": len(numbers),
        "previous": numbers[at - 1][0] if at else None,
        "following": numbers[at + 1][0] if at + 1 < len(numbers) else None,
        "testers": row.testers.visible_to(user),
        "evidence": list(case.evidence.visible_to(user).select_related("attachment__masked_from", "added_by")),
        "problem": Problem.objects.visible_to(user).filter(uat_cases=case).first(),
        "is_open": is_open(row),
    }


def _last_tester(user: User, row: UatRound) -> str:
    """Whom this person last wrote a result down for, else the only tester there is."""
    mine = row.cases.visible_to(user).filter(recorded_by=user).order_by("-tested_at")
    last = mine.values_list("tested_by_name", flat=True).first()
    if last is not None:
        return last
    names = list(row.testers.visible_to(user).values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def case_create(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Add a case to a round."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = found_round(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = CaseForm(posted(request), engagement=engagement)
    saved = submitted(request, form, lambda **fields: uat_cases.add_case(actor=user, row=row, **fields))
    if saved is not None:
        say_saved(request, row, _("Case %(number)s is added.") % {"number": saved.number})
        again = "again" in request.POST
        return redirect("standups:uat_case_create", engagement.pk, row.pk) if again else redirect(row)
    return _form(request, engagement, _("Add a case"), form, row, None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def case_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Reword a case."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row, case = _case(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = CaseForm(posted(request), engagement=engagement, case=case)
    saved = submitted(request, form, lambda **fields: uat_cases.change_case(actor=user, case=case, **fields))
    if saved is not None:
        say_saved(request, row, _("The case is saved."))
        return redirect("standups:uat_case", engagement.pk, case.pk)
    form.rebased_on(_case(request, engagement, pk)[1])
    return _form(request, engagement, _("Edit the case"), form, row, case)


@signed_in
@require_POST
def case_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a case out of an open round."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row, case = _case(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: uat_cases.delete_case(actor=user, case=case),
        to=row.get_absolute_url(),
        success=_("Case %(number)s is deleted.") % {"number": case.number},
    )


@signed_in
@require_POST
def evidence_remove(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a picture away from a case."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    rows = CaseEvidence.objects.visible_to(user).filter(case__round__cell__engagement=engagement)
    found = get_object_or_404(rows.select_related("case__round__cell__engagement", "attachment"), pk=pk)
    uat_results.require_tester(user, engagement)
    return performed(
        request,
        lambda: uat_results.remove_evidence(actor=user, evidence=found),
        to=reverse("standups:uat_case", args=[engagement.pk, found.case_id]),
        success=_("The file is taken away."),
    )


def _may_record(user: User, engagement: Engagement) -> bool:
    return can(user, Permission.TEST, engagement) or can(user, Permission.EDIT_ROLLOUT, engagement)


def _case(request: HttpRequest, engagement: Engagement, pk: int) -> tuple[UatRound, UatCase]:
    """Return the round and the case if this person may see them, else raise Http404."""
    rows = UatCase.objects.visible_to(request.user).filter(round__cell__engagement=engagement)
    case = get_object_or_404(rows.select_related("recorded_by", "function"), pk=pk)
    row = found_round(request, engagement, case.round_id)
    case.round = row
    return row, case


def _form(
    request: HttpRequest, engagement: Engagement, heading: str, form: CaseForm, row: UatRound, case: UatCase | None
) -> HttpResponse:
    context = workspace(request, engagement, "going_live", heading=heading)
    context |= {"form": form, "round": row, "cell": row.cell, "case": case}
    return render(request, "standups/uat_case_form.html", context, status=422 if form.errors else 200)
