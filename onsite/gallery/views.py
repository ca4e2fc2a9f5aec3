"""The gallery, and the whole-page components as pages of their own. They read no row and change none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from onsite.accounts.models import Theme
from onsite.accounts.roles import Role
from onsite.core.policy import public
from onsite.gallery import figures, forms, samples, tokens
from onsite.gallery.samples import say

# What the address may choose, the first where it chooses nothing.
LOOKS: dict[str, tuple[str, ...]] = {
    "language": ("zh-hans", "en"),
    "theme": (Theme.LIGHT, Theme.DARK, Theme.AUTO),
    "role": (Role.MANAGER, Role.ENGINEER, Role.CLIENT, Role.ADMINISTRATOR),
}
PAGES = ("form", "form-faults", "confirm", "confirm-danger")


@public
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Return every component in each state; ?language=, ?theme= and ?role= say how and for whom."""
    return _shown(request, "gallery/all.html", lambda: _everything(request))


@public
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Return a component that is a whole page; 404 where there is none of this name."""
    if name not in PAGES:
        raise Http404
    kind = name.removesuffix("-faults").removesuffix("-danger")
    return _shown(request, f"components/{kind}_page.html", lambda: _page(name))


def _shown(request: HttpRequest, template: str, context: Callable[[], dict[str, Any]]) -> HttpResponse:
    """Render it as one of the sample people sees it: the bar, the language and the theme are then theirs."""
    look = {name: _chosen(request, name) for name in LOOKS}
    with translation.override(look["language"]):
        request.user = samples.person(look["role"], look["theme"])
        return render(request, template, context() | {"look": look, "looks": LOOKS})


def _chosen(request: HttpRequest, name: str) -> str:
    wanted = request.GET.get(name, "")
    return wanted if wanted in LOOKS[name] else LOOKS[name][0]


def _everything(request: HttpRequest) -> dict[str, Any]:
    return {
        "colours": tokens.colours(), "pairs": tokens.pairs(), "type_sizes": tokens.sizes("t-"),
        "steps": [*tokens.sizes("s"), *tokens.sizes("r")], "pages": PAGES,
        "kinds": ("", "ok", "warn", "bad", "info"), "buttons": ("", "btn-primary", "btn-danger", "btn-outline-danger", "btn-link"),
        "told": samples.messages(), "lives": samples.phases(), "obstacles": samples.obstacles(), "tabs": samples.tabs(),
        "jobs": samples.jobs(), "measures": samples.measures(), "faults": samples.faults(), "rows": samples.rows(),
        "page_obj": samples.page_of(request), "viewing": samples.viewing(request),
        "forms": (
            ("empty", forms.empty()), ("filled", forms.filled()), ("with errors", forms.with_faults()), ("disabled", forms.disabled()),
        ),
        "live_words": say("随时更新的一段内容。", "A part that comes anew by itself."),
        "files": forms.files(), "refused_files": forms.files_with_faults(), "figures": figures.figures(),
    }  # fmt: skip


def _page(name: str) -> dict[str, Any]:
    return {
        "title": say("登记问题", "Note a problem") if name.startswith("form") else say("删除这个问题？", "Delete this problem?"),
        "crumb": "Gallery", "crumb_url": reverse("gallery:all"), "cancel_url": reverse("gallery:all"),
        "intro": say("客户看到的内容以“客户可见”为准。", "The client sees what is marked so."),
        "text": say("它不会再出现在任何报告里。", "It will stand in no report any more."),
        "submit_label": say("保存", "Save") if name.startswith("form") else say("确认", "Go on"),
        "danger": name.endswith("-danger"), "form": forms.page_form(name),
    }  # fmt: skip
