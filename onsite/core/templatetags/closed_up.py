"""`{% filter closed_up %}`, for sentences of which a template knows only that they follow each other."""

from __future__ import annotations

from django import template

from onsite.core import wording

register = template.Library()
register.filter("closed_up", wording.closed_up, is_safe=True)
