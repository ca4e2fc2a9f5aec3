"""What newcomers of the vendor read first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from engagements.workspace import person
from onsite.core.policy import manager_only, vendor_only
from onsite.core.views import performed
from training.models import Article
from training.services.reading_order import move_article
from training.sharing.shown import listed


@vendor_only
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The articles in their order, and the sessions to come."""
    user = person(request)
    articles = Article.objects.visible_to(user).read_first().select_related("published", "category", "owner")
    context = {"articles": articles, "coming": listed(user).filter(state="planned").order_by("starts_at", "pk")[:5]}
    return render(request, "sharing/start.html", context)


@manager_only
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one further up or down."""
    found = get_object_or_404(Article.objects.visible_to(person(request)).read_first(), pk=pk)
    return performed(
        request,
        lambda: move_article(actor=person(request), article=found, up=request.POST.get("up") == "1"),
        to=f"{reverse('sharing:start')}#article-{found.pk}",
    )
