"""Sharing sessions: the list, one session, planning and moving it, who comes. Pages of the vendor alone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.forms.layout import RowsForm
from engagements.models import Engagement
from engagements.workspace import person, posted
from onsite.core.forms import rebased, submitted
from onsite.core.policy import vendor_only
from onsite.core.views import performed
from training.forms.sharing import InviteForm, PresenceForm, SharingForm
from training.models import Sharing, SharingInvitation
from training.services import sharing as services
from training.services import sharing_invitations
from training.sharing.mails import entry
from training.sharing.presence import presence_mark
from training.sharing.rights import may_run, subjects_of
from training.sharing.shown import listed, session_of

PER_PAGE = 20


def opened(request: HttpRequest, pk: int) -> Sharing:
    """Return the session if this person may read it, else raise Http404."""
    found: Sharing = get_object_or_404(Sharing.objects.visible_to(person(request)).select_related("speaker"), pk=pk)
    return found


def run_by(request: HttpRequest, pk: int) -> Sharing:
    """Return the session if this person runs it. Raises Http404 where they may not even read it, else
    PermissionDenied."""
    found = opened(request, pk)
    if not may_run(person(request), found):
        raise PermissionDenied
    return found


def asked(
    request: HttpRequest,
    form: RowsForm,
    row: Sharing,
    title: str,
    submit: str,
    *,
    template: str = "components/form_page.html",
    stale: bool = False,
    **more: Any,
) -> HttpResponse:
    """Return the page of a form about a session; 409 where somebody saved meanwhile."""
    context = {
        "form": form,
        "sharing": row,
        "title": title,
        "crumb": row.topic,
        "crumb_url": row.get_absolute_url(),
        "cancel_url": row.get_absolute_url(),
        "submit_label": submit,
        **more,
    }
    status = 200 if request.method != "POST" else 409 if stale else 422
    return render(request, template, context, status=status)


@vendor_only
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """What is coming, and what was told before."""
    user = person(request)
    rows = listed(user)
    past = Paginator(rows.exclude(state=Sharing.State.PLANNED).order_by("-starts_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "coming": rows.filter(state=Sharing.State.PLANNED).order_by("starts_at", "pk"),
        "page_obj": past,
        "may_plan": subjects_of(user).exists(),
    }
    return render(request, "sharing/list.html", context)


@vendor_only
@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: what it tells, who comes, what came of it."""
    return render(request, "sharing/session.html", session_of(person(request), opened(request, pk)))


@vendor_only
@require_safe
def session_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The entry for one's calendar, to take along."""
    response = HttpResponse(entry(opened(request, pk), None), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sharing-{pk}.ics"'
    return response


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Plan a session about an engagement that is over."""
    user = person(request)
    subjects = subjects_of(user)
    initial: dict[str, Any] = {"engagement": request.GET.get("engagement", ""), "speaker": user.pk}
    form = SharingForm(posted(request), reader=user, subjects=subjects, initial=initial)

    def plan(engagement: Engagement, was: str, **fields: Any) -> Sharing:
        return services.plan_sharing(actor=user, engagement=engagement, **fields)

    saved = submitted(request, form, plan)
    if saved is not None:
        messages.success(request, _("The session is planned. Now invite who should hear it."))
        return redirect("sharing:invite", saved.pk)
    context = {"form": form, "has_subjects": subjects.exists(), "list_url": reverse("sharing:list")}
    return render(request, "sharing/create.html", context, status=422 if form.errors else 200)


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What it tells, by whom, when and where."""
    row, user = run_by(request, pk), person(request)
    form = SharingForm(posted(request), reader=user, subjects=None, initial=SharingForm.initial_of(row))
    saved = submitted(request, form, lambda **fields: services.change_sharing(actor=user, sharing=row, **fields))
    if saved is not None:
        moved = saved.is_planned and saved.revision != row.revision
        told = _("The session is saved; everybody invited gets the new entry for their calendar.")
        messages.success(request, told if moved else _("The sharing session is saved."))
        return redirect(saved)
    now = opened(request, pk)
    stale = form.rebased_on(now)
    page: dict[str, Any] = {"template": "sharing/edit.html", "stale": stale, "theirs": now if stale else None}
    return asked(request, form, now, _("Change the sharing session"), _("Save"), **page)


@vendor_only
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call it off."""
    row = run_by(request, pk)
    return performed(
        request,
        lambda: services.cancel_sharing(actor=person(request), sharing=row),
        to=row.get_absolute_url(),
        success=_("The session is cancelled; everybody invited is told."),
    )


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose who should hear it."""
    row, user = run_by(request, pk), person(request)
    form = InviteForm(posted(request), sharing=row)
    if not form.is_bound and not form.has_anybody:
        messages.info(request, _("Everybody is invited already."))
        return redirect(row)
    count = submitted(
        request, form, lambda **chosen: sharing_invitations.invite_people(actor=user, sharing=row, **chosen)
    )
    if count:
        told = ngettext("%(count)s person is invited.", "%(count)s people are invited.", count)
        messages.success(request, told % {"count": count})
        return redirect(row)
    return asked(request, form, row, _("Invite"), _("Invite"), template="sharing/people_form.html")


@vendor_only
@require_POST
def uninvite(request: HttpRequest, pk: int, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    row = run_by(request, pk)
    found: SharingInvitation = get_object_or_404(row.invitations.select_related("user", "sharing"), pk=invitation_id)
    return performed(
        request,
        lambda: sharing_invitations.take_back_invitation(actor=person(request), invitation=found),
        to=row.get_absolute_url(),
        success=_("%(name)s is not invited any more, and is told so.") % {"name": found.user.name},
    )


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def presence(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick who was there; with that it was held."""
    row, user = run_by(request, pk), person(request)
    there = [one.pk for one in row.invitations.all() if one.was_there is not False]
    form = PresenceForm(posted(request), sharing=row, initial={"was": presence_mark(row), "there": there})
    saved = submitted(request, form, lambda **said: services.note_presence(actor=user, sharing=row, **said))
    if saved is not None:
        messages.success(request, _("It is noted who was there. The minutes and what was agreed come next."))
        return redirect(row)
    # They are told; from here on they may put the list right as it stands now.
    stale = rebased(form, "was", presence_mark(row))
    title = _("Who was there")
    return asked(request, form, row, title, _("Save"), template="sharing/people_form.html", stale=stale)
