"""The companies that engineers are sent to."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.forms.clients import ClientForm
from engagements.models import Client
from engagements.services.clients import save_client
from engagements.workspace import person, posted
from onsite.core.forms import submitted
from onsite.core.policy import manager_only


@manager_only
@require_safe
def client_list(request: HttpRequest) -> HttpResponse:
    """All clients, with how many engagements each has."""
    clients = Client.objects.visible_to(request.user).annotate(engagement_count=Count("engagements"))
    return render(request, "engagements/client_list.html", {"clients": clients})


@manager_only
def create(request: HttpRequest) -> HttpResponse:
    """A new client; from the form of a new engagement one comes back there."""
    return _save(request, None, ClientForm(posted(request)), _("New client"))


@manager_only
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Who a client is."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    form = ClientForm(posted(request), initial=ClientForm.initial_of(client))
    return _save(request, client, form, client.name)


def _save(request: HttpRequest, client: Client | None, form: ClientForm, title: str) -> HttpResponse:
    saved = submitted(request, form, lambda **fields: save_client(actor=person(request), client=client, **fields))
    if saved is not None:
        messages.success(request, _("“%(client)s” is saved.") % {"client": saved.name})
        if client is None:
            return redirect(reverse("engagements:create") + f"?client={saved.pk}")
        return redirect("engagements:client_list")
    context = {
        "form": form,
        "title": title,
        "crumb": _("Clients"),
        "crumb_url": reverse("engagements:client_list"),
        "submit_label": _("Save"),
        "cancel_url": reverse("engagements:client_list"),
    }
    return render(request, "components/form_page.html", context)
