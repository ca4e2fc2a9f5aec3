"""In-place help: what the page at hand is for."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.functional import Promise

from reports.about import ABOUT

register = template.Library()


@register.inclusion_tag("components/about.html", takes_context=True)
def about_page(context: template.Context) -> dict[str, Any]:
    """Say what this screen is for; nothing where it needs no word, as on a page that tells what went wrong."""
    match = getattr(context.get("request"), "resolver_match", None)
    words: Promise | None = ABOUT.get(match.view_name) if match is not None else None
    return {"words": words}
