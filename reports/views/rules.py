"""Standing rules of the company: what they demand, whom they bind, and what became of them. The vendor's alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagements.models import Client, RuleVersion, StandingRule
from engagements.rules import matching
from engagements.services import rules
from engagements.workspace import person, posted, workspace
from onsite.core.errors import DomainError, StaleError
from onsite.core.forms import retype, submitted
from onsite.core.policy import manager_only, signed_in, vendor_only
from reports.lessons.forms import RetireForm, RulesFilter, VersionForm
from reports.lessons.shown import known_clients, rule_page, rule_rows, unpromoted
from reports.lessons.usual import permission_letter
from reports.lessons.words import who_is_bound
from reports.views.lessons import lesson_of, open_for_vendor

LESSONS_PER_PAGE = 25


@vendor_only
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """The rules with what became of them, then the lessons that are no rules yet; words narrow both down."""
    user, form = person(request), RulesFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {"state": "", "industry": "", "q": ""}
    lessons = unpromoted(user, industry=wanted["industry"], q=wanted["q"])
    page = Paginator(lessons, LESSONS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rules": rule_rows(user, **wanted),
        "lessons": page.object_list,
        "page_obj": page,
        "form": form,
        "is_narrowed": any(wanted.values()),
    }
    return render(request, "lessons/rule_list.html", context)


@vendor_only
@require_safe
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule whole: what it says now, whom it binds, what recurred, and how it came to this."""
    return _rule(request, _found(request, pk), RetireForm())


@manager_only
@require_http_methods(["POST"])
def rule_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a rule bind nobody any more, with a reason."""
    found, user = _found(request, pk), person(request)
    form = RetireForm(request.POST)

    def retire(*, reason: str) -> bool:
        rules.retire(actor=user, rule=found, reason=reason)
        return True

    if not submitted(request, form, retire):
        return _rule(request, found, form)
    messages.success(request, _("The rule is retired. It binds nobody any more; what was signed under it stays."))
    return redirect(found)


def _rule(request: HttpRequest, found: StandingRule, form: RetireForm) -> HttpResponse:
    context = {"page": rule_page(person(request), found), "rule": found, "form": form}
    return render(request, "lessons/rule.html", context, status=422 if form.is_bound else 200)


def _found(request: HttpRequest, pk: int) -> StandingRule:
    rows = StandingRule.objects.visible_to(person(request)).select_related("promoted_by", "retired_by")
    return get_object_or_404(rows, pk=pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def promote(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Make a standing rule of a lesson."""
    engagement, user = open_for_vendor(request, engagement_id), person(request)
    if not user.is_manager:
        raise PermissionDenied
    lesson = lesson_of(request, engagement, pk)
    standing = StandingRule.objects.visible_to(user).filter(lesson=lesson).first()
    if standing is not None:
        return redirect(standing)
    form = VersionForm(
        posted(request), initial=VersionForm.begun_with(lesson), clients=Client.objects.visible_to(user), is_new=True
    )
    saved = _written(request, form, partial(rules.promote, actor=user, lesson=lesson))
    if saved is not None:
        messages.success(request, _("The rule stands. It binds the engagements it matches from now on."))
        return redirect(saved)
    context = workspace(request, engagement, "review", heading=_("Make it a standing rule"))
    return render(request, "lessons/promote.html", context | {"lesson": lesson} | _form_context(request, form))


@manager_only
@require_http_methods(["GET", "HEAD", "POST"])
def rule_version(request: HttpRequest, pk: int) -> HttpResponse:
    """The next version of a rule."""
    found, user = _found(request, pk), person(request)
    if not found.is_active:
        messages.info(request, _("This rule is retired and does not change any more."))
        return redirect(found)
    newest = found.versions.with_clients().get(number=found.version)
    form = VersionForm(
        posted(request), initial=VersionForm.initial_of(newest), clients=Client.objects.visible_to(user), is_new=False
    )
    is_stale = False

    def write(**fields: Any) -> object:
        nonlocal is_stale
        try:
            return rules.write_version(actor=user, rule=found, **fields)
        except StaleError:
            is_stale = True
            raise

    if _written(request, form, write) is not None:
        messages.success(request, _("The new version stands. Who fulfilled an older one stays so."))
        return redirect(found)
    if is_stale:
        retype(form, based_on=str(newest.number))  # They see both now: the next save follows the newest, knowingly.
    context = {"rule": found, "newest": newest if is_stale else None} | _form_context(request, form)
    return render(request, "lessons/rule_version.html", context)


def _written(request: HttpRequest, form: VersionForm, write: Callable[..., Any]) -> Any:
    """Save what was posted, unless a preview or a template was asked for; a refusal stands beside its field."""
    if "template" in request.POST:
        retype(form, form=RuleVersion.Form.SIGN_OFF, **permission_letter())
        form.errors.clear()  # Nothing was to be saved yet.
        return None
    if "preview" in request.POST:
        form.is_valid()
        return None

    def said_beside_its_field(**fields: Any) -> Any:
        try:
            return write(**fields)
        except DomainError as error:
            if error.field and error.field.startswith("content_"):
                error.field = f"{fields['form']}_{error.field.removeprefix('content_')}"
            raise

    return submitted(request, form, said_beside_its_field)


def _form_context(request: HttpRequest, form: VersionForm) -> dict[str, Any]:
    """Return the form, and after "show" whom it would bind at once; nothing is saved."""
    context: dict[str, Any] = {"form": form, "is_preview": False}
    if "preview" in request.POST and form.is_valid():
        fields = form.cleaned_data
        context |= {
            "is_preview": True,
            "would_bind": matching.preview(**fields),
            "binds": who_is_bound(**fields, known=known_clients(person(request))),
        }
    return context
