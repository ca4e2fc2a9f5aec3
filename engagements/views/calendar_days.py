"""Settings: days that the company changes in its working calendars. What it means is told before it is saved."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from engagements.days_off import Effect, effect_of
from engagements.forms.calendar_days import CalendarDaysForm, SeenForm
from engagements.services import calendar_days
from engagements.workspace import person, posted
from onsite.accounts.models import User
from onsite.core import calendars
from onsite.core.errors import DomainError
from onsite.core.forms import rebased, submitted
from onsite.core.models import CalendarDay
from onsite.core.policy import people_only


@people_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """A day or a stretch: first what it means, then it is saved."""
    form, user = CalendarDaysForm(posted(request)), person(request)
    if request.POST.get("seen"):
        days = submitted(request, form, partial(calendar_days.change_days, actor=user))
        if days is not None:
            text = ngettext("%(count)s day is changed.", "%(count)s days are changed.", len(days))
            return _done(request, days[0], text % {"count": len(days)})
    effect = _effect_of_changing(user, form)
    words = {"title": _("Change days"), "submit_label": _("Save") if effect else _("See what it means")}
    return _page(request, form, effect, words)


@people_only
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A changed day is the calendar's own again; the page tells what that means before it is done."""
    row, form, user = get_object_or_404(CalendarDay, pk=pk), SeenForm(posted(request)), person(request)
    day = submitted(request, form, partial(calendar_days.take_back, actor=user, row=row))
    if day is not None:
        return _done(request, day, _("%(day)s is as the calendar has it by itself.") % {"day": date_format(day)})
    effect = effect_of(user, row.calendar, calendars.without_change(calendars.load(row.calendar), row.day), [row.day])
    rebased(form, "seen", effect.mark)
    form.initial["seen"] = effect.mark
    words = {"title": _("Take a changed day back"), "submit_label": _("Take back"), "danger": True, "row": row}
    return _page(request, form, effect, words | {"intro": dict(calendars.CHOICES)[row.calendar]})


def _effect_of_changing(user: User, form: CalendarDaysForm) -> Effect | None:
    """Return what the form's days mean, shown by it from now on; None with errors on the form where they can't be changed."""
    if not form.is_bound or form.errors.keys() - {NON_FIELD_ERRORS}:
        return None
    asked = form.cleaned_data
    before = calendars.load(asked["calendar"])
    try:
        days = calendars.days_to_change(
            before, asked["first_on"], asked["last_on"] or asked["first_on"], is_working=asked["is_working"]
        )
    except DomainError as error:
        form.add_error(error.field, error.message)
        return None
    after = calendars.with_changes(before, dict.fromkeys(days, asked["is_working"]))
    effect = effect_of(user, asked["calendar"], after, days)
    rebased(form, "seen", effect.mark)
    return effect


def _page(request: HttpRequest, form: SeenForm, effect: Effect | None, words: dict[str, Any]) -> HttpResponse:
    url = reverse("accounts:calendars")
    context = {"form": form, "effect": effect, "crumb": _("Calendars"), "crumb_url": url, "cancel_url": url}
    return render(request, "engagements/calendar_days.html", context | words)


def _done(request: HttpRequest, day: date, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect(f"{reverse('accounts:calendars')}?year={day.year}")
