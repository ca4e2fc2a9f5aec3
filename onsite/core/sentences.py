"""Sentences that follow each other in a template. The blank or line break between two translated texts belongs to the
template, and after a full-width stop it would show as a hole. So `translate` and `blocktranslate` write it themselves, and
only where the text before it needs it: every template gains it without a tag of its own. What they can't see, such as
sentences from a loop or behind an `if`, goes through the filter `closed_up`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from django.template.base import Node, Origin, Parser, Token, TokenType
from django.template.context import Context
from django.templatetags import i18n
from django.utils.safestring import SafeString, mark_safe

from onsite.core.wording import needs_a_blank

# What may stand between a text and the next one: the ends of inline elements, then room. In a mail a line break is meant.
_GAP = re.compile(r"((?:</(?:a|b|bdi|code|em|span|strong|time)>)*)(\s+)")
_GAP_OF_PLAIN_TEXT = re.compile(r"()([ \t]+)(?=\S|\Z)")


class Sentence(Node):
    """A translated text with the end of its element and the gap after it."""

    child_nodelists = ("text",)

    def __init__(self, text: Node, end: str, gap: str) -> None:
        self.text, self.end, self.gap = text, end, gap

    def render(self, context: Context) -> SafeString:
        """Render the text, and the gap where no full-width stop stands for it."""
        text = str(self.text.render_annotated(context))
        return mark_safe(text + self.end + self.gap * needs_a_blank(text))  # noqa: S308  # rendered by the template just now


def install() -> None:
    """Let the tags of Django's `i18n` write the gap."""
    for name in ("translate", "blocktranslate"):
        i18n.register.tag(name, _with_gap(i18n.register.tags[name]))


def _with_gap(compiled: Callable[[Parser, Token], Node]) -> Callable[[Parser, Token], Node]:
    def compile_with_gap(parser: Parser, token: Token) -> Node:
        text = compiled(parser, token)
        # The next one stands last; the stubs know the list as a text as well.
        tokens = cast("list[Token]", parser.tokens)
        following = tokens[-1] if tokens else None
        if getattr(text, "asvar", None) or following is None or following.token_type != TokenType.TEXT:
            return text
        is_plain = str(parser.origin).endswith(".txt")
        found = (_GAP_OF_PLAIN_TEXT if is_plain else _GAP).match(following.contents)
        if found is None:
            return text
        following.contents = following.contents[found.end() :]
        text.token, text.origin = token, cast("Origin", parser.origin)
        return Sentence(text, *found.groups())

    return compile_with_gap
