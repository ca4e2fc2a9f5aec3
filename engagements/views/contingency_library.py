"""The company's library of contingency plans: managers keep it, engineers read it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.contingency_library import library
from engagements.forms.contingency import PlanTextForm
from engagements.models import ContingencyModel
from engagements.services import contingency_library
from engagements.workspace import person, posted
from onsite.core.forms import submitted
from onsite.core.policy import manager_only, vendor_only
from onsite.core.views import performed


@vendor_only
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """The three plans that come with the product, and the company's own."""
    prepared = library(ContingencyModel.objects.visible_to(person(request)))
    return render(request, "engagements/contingency_library.html", {"prepared": prepared})


@manager_only
def create(request: HttpRequest) -> HttpResponse:
    """A plan of the company's own."""
    return _save(request, None, PlanTextForm(posted(request)))


@manager_only
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What a plan of the company's says."""
    model = get_object_or_404(ContingencyModel.objects.visible_to(person(request)), pk=pk)
    return _save(request, model, PlanTextForm(posted(request), initial=PlanTextForm.initial_of(model)))


def _save(request: HttpRequest, model: ContingencyModel | None, form: PlanTextForm) -> HttpResponse:
    saved = submitted(
        request, form, lambda **fields: contingency_library.save_model(actor=person(request), model=model, **fields)
    )
    if saved is not None:
        messages.success(request, _("The plan is saved. Engagements that took it over keep theirs."))
        return redirect("engagements:contingency_library")
    now = model and ContingencyModel.objects.visible_to(person(request)).filter(pk=model.pk).first()
    context = {
        "form": form,
        "model": model,
        "theirs": now if form.rebased_on(now) else None,
        "title": model.title if model else _("New plan of the library"),
        "crumb": _("Contingency library"),
        "crumb_url": reverse("engagements:contingency_library"),
        "submit_label": _("Save"),
        "cancel_url": reverse("engagements:contingency_library"),
    }
    return render(request, "engagements/contingency_model_form.html", context)


@manager_only
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a plan out of the library."""
    model = get_object_or_404(ContingencyModel.objects.visible_to(person(request)), pk=pk)
    return performed(
        request,
        lambda: contingency_library.delete_model(actor=person(request), model=model),
        to=reverse("engagements:contingency_library"),
        success=_("The plan is deleted. Engagements that took it over keep theirs."),
    )
