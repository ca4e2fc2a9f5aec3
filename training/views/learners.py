"""The people of an engagement who are to be trained."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.charts.qr import qr_svg
from onsite.core.errors import DomainError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from onsite.core.wording import sentences
from training.forms.learners import LearnerForm, PasteForm
from training.models import Learner
from training.services import learners as services
from training.sessions.shown import named_by_role


@signed_in
@require_safe
def learner_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Everybody by role, those who have left below."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    rows = _rows(request, engagement).annotate(sessions=Count("enrolments"))
    people: dict[int, list[Learner]] = {}
    for row in rows.order_by("left_at", "name", "pk"):
        people.setdefault(row.role_id, []).append(row)
    groups = [(row, people.get(row.role.pk, [])) for row in named_by_role(engagement, user)]
    known = {row.role.pk for row, _people in groups}
    gone = [one for role, several in people.items() if role not in known for one in several]
    context = workspace(request, engagement, "train", heading=pgettext("list", "People to train"))
    context |= {"groups": groups, "others": gone}
    return render(request, "training/learner_list.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def learner_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Name one person."""
    engagement = open_engagement(request, engagement_id)
    return _save(request, engagement, None, {"role": request.GET.get("role"), "language": engagement.language})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def learner_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Who somebody is, and whether they are still there."""
    engagement = open_engagement(request, engagement_id)
    learner = get_object_or_404(_rows(request, engagement), pk=pk)
    return _save(request, engagement, learner, LearnerForm.initial_of(learner))


def _save(
    request: HttpRequest, engagement: Engagement, learner: Learner | None, initial: dict[str, Any]
) -> HttpResponse:
    user = person(request)
    require(user, Permission.NAME_LEARNERS, engagement)
    form = LearnerForm(posted(request), initial=initial, roles=engagement.rollout_roles.visible_to(user))
    saved = submitted(
        request,
        form,
        lambda **fields: services.save_learner(actor=user, engagement=engagement, learner=learner, **fields),
    )
    if saved is not None:
        messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
        return redirect("training:learners", engagement.pk)
    now = _rows(request, engagement).filter(pk=learner.pk).first() if learner else None
    heading = learner.name if learner else _("New person to train")
    context = workspace(request, engagement, "train", heading=heading)
    context |= {"form": form, "learner": learner, "theirs": now if form.rebased_on(now) else None}
    context |= {"has_roles": form.fields["role"].queryset.exists()}  # type: ignore[attr-defined]
    return _answered(request, "training/learner_form.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def learner_paste(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Name the people of a list, all of them or nobody."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.NAME_LEARNERS, engagement)
    initial = {"role": request.GET.get("role"), "language": engagement.language}
    form = PasteForm(posted(request), initial=initial, roles=engagement.rollout_roles.visible_to(user))
    count = submitted(
        request, form, lambda **fields: services.name_several(actor=user, engagement=engagement, **fields)
    )
    if count is not None:
        text = ngettext("%(count)s person is named.", "%(count)s people are named.", count)
        known = len(form.cleaned_data["people"]) - count
        messages.success(request, sentences(text % {"count": count}, _known(known) if known else ""))
        return redirect("training:learners", engagement.pk)
    context = workspace(request, engagement, "train", heading=_("Paste a list of people"))
    context |= {"form": form, "has_roles": form.fields["role"].queryset.exists()}  # type: ignore[attr-defined]
    return _answered(request, "training/learner_form.html", context)


@signed_in
@require_POST
def learner_leave(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Somebody has left the client."""
    return _verb(request, engagement_id, pk, services.say_left, _("Noted: this person has left."))


@signed_in
@require_POST
def learner_return(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """It was a mistake, or they came back."""
    return _verb(request, engagement_id, pk, services.say_returned, _("This person is there again."))


@signed_in
@require_POST
def learner_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Somebody was named by mistake."""
    return _verb(request, engagement_id, pk, services.delete_learner, _("This person is deleted."))


@signed_in
@never_cache
@require_POST
def learner_link(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A personal link on the trainer's screen, for the person beside them to scan: shown once, kept nowhere."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    learner = get_object_or_404(_rows(request, engagement), pk=pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    try:
        token = services.hand_out_link(actor=user, learner=learner)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("training:learners", engagement.pk)
    url = settings.BASE_URL + reverse("learn:open", args=[token])
    heading = _("Personal link of %(name)s") % {"name": learner.name}
    context = workspace(request, engagement, "train", heading=heading)
    context |= {"learner": learner, "link": url, "qr": qr_svg(url, label=_("QR code of the personal link"))}
    return render(request, "training/learner_link.html", context)


def _verb(request: HttpRequest, engagement_id: int, pk: int, action: Any, success: str) -> HttpResponse:
    engagement, user = open_engagement(request, engagement_id), person(request)
    learner = get_object_or_404(_rows(request, engagement), pk=pk)
    require(user, Permission.NAME_LEARNERS, engagement)
    to = reverse("training:learners", args=[engagement.pk])
    return performed(request, lambda: action(actor=user, learner=learner), to=to, success=success)


def _rows(request: HttpRequest, engagement: Engagement) -> Any:
    rows = Learner.objects.visible_to(request.user).filter(role__engagement=engagement)
    return rows.select_related("role__engagement")


def _known(count: int) -> str:
    text = ngettext("%(count)s was there already.", "%(count)s were there already.", count)
    return text % {"count": count}


def _answered(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=422 if request.method == "POST" else 200)
