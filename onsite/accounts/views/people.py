"""Who is there, who may enter, what a role may do, and where the company's templates are."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onsite.accounts import duties, services
from onsite.accounts.forms import PersonForm, SearchForm, language_of
from onsite.accounts.models import User
from onsite.accounts.views import me
from onsite.core.forms import submitted
from onsite.core.policy import manager_only, people_only
from onsite.core.views import performed, safe_next

PAGE_ROWS = 50


@people_only
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everyone with an account or an invitation."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(User.objects.listed(words), PAGE_ROWS).get_page(request.GET.get("page"))
    looked_after = services.LOOKED_AFTER[me(request).role]
    context = {"form": form, "page": page, "looked_after": looked_after, "needs_manager": services.needs_manager()}
    return render(request, "accounts/people.html", context)


@people_only
@require_http_methods(["GET", "HEAD", "POST"])
def person_invite(request: HttpRequest) -> HttpResponse:
    """Invite a person of the vendor."""
    form = PersonForm(
        request.POST if request.method == "POST" else None,
        actor=me(request),
        initial={"language": language_of(translation.get_language() or "")},
    )
    person = submitted(request, form, partial(services.invite_colleague, actor=me(request)))
    if person is not None:
        messages.success(request, _("The invitation is on its way to %(address)s.") % {"address": person.email})
        return redirect("accounts:people")
    context = {
        "form": form,
        "title": _("Invite a person"),
        "crumb": _("People"),
        "crumb_url": reverse("accounts:people"),
        "submit_label": _("Send the invitation"),
        "cancel_url": reverse("accounts:people"),
    }
    return render(request, "components/form_page.html", context)


@people_only
@require_POST
def person_reinvite(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail the link again to somebody who has not entered yet."""
    person = get_object_or_404(User, pk=pk)
    return performed(
        request,
        partial(services.invite_again, actor=me(request), user=person),
        to=_back_to_people(request),
        success=_("A new invitation is on its way to %(address)s.") % {"address": person.email},
    )


@people_only
@require_POST
def person_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, or open it again."""
    person = get_object_or_404(User, pk=pk)
    wanted = request.POST.get("active")
    if wanted not in {"yes", "no"}:
        return redirect(_back_to_people(request))
    done = _("%(name)s can sign in again.") if wanted == "yes" else _("%(name)s can no longer sign in.")
    return performed(
        request,
        partial(services.set_active, actor=me(request), user=person, is_active=wanted == "yes"),
        to=_back_to_people(request),
        success=done % {"name": person.name},
    )


def _back_to_people(request: HttpRequest) -> str:
    return safe_next(request, reverse("accounts:people")).url


@people_only
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """What each role and part may do, read from the roles as they are checked."""
    context = {
        "columns": duties.columns(),
        "groups": duties.table(),
        "without": duties.without_permissions(),
    }
    return render(request, "accounts/roles.html", context)


@manager_only
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """Where the company's templates are kept; each list is a page of the floor it belongs to."""
    return render(request, "accounts/templates.html")
