"""Parts of a page that come anew by themselves when what they say has changed (`static/js/live.js`)."""

from __future__ import annotations

import hashlib
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


class LivePart(Node):
    """A part with its name and the mark of its words; nothing is drawn around it."""

    child_nodelists = ("nodelist",)

    def __init__(self, name: FilterExpression, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: template.Context) -> SafeString:
        """Render the part; the form's token, other at each request, says nothing."""
        html: Any = self.nodelist.render(context)
        words = str(html).replace(str(context.get("csrf_token", "")) or "\0", "")
        mark = hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:16]
        return format_html(
            '<div class="part" id="part-{}" data-mark="{}">{}</div>',
            self.name.resolve(context), mark, mark_safe(html),  # noqa: S308  # rendered by the template just now
        )  # fmt: skip


@register.tag
def livepart(parser: Parser, token: Token) -> LivePart:
    """`{% livepart "plan" %}…{% endlivepart %}`: a part of this name."""
    _tag, name = token.split_contents()
    nodelist = parser.parse(("endlivepart",))
    parser.delete_first_token()
    return LivePart(parser.compile_filter(name), nodelist)
