"""Markdown of guides and articles: one way to HTML, safe on a page and in a PDF, and one to plain words.

CommonMark 0.31 with tables and strikethrough. Raw HTML is shown as it was typed; a line break stays one, as people type
them. What comes out is cleaned once more by ammonia, which knows nothing of Markdown: an error in either is caught by
the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

Pictures = Callable[[int], str | None]

TAGS = frozenset(
    [
        *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "ul", "ol", "li", "div"),
        *("em", "strong", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
    ]
)
ATTRIBUTES: dict[str, set[str]] = {"a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}}
# A wide table scrolls in its own frame, which a keyboard reaches.
FIXED = {"div": {"class": {"scroll"}, "tabindex": {"0"}}, **{cell: {"class": {"num", "mid"}} for cell in ("td", "th")}}
_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_PICTURE = re.compile(r"picture:([1-9]\d{0,3})", re.ASCII)
# The page's own title is its one heading of the first rank.
_DEEPEST_HEADING = 6
_SIDES = {"text-align:right": "num", "text-align:center": "mid"}
_BLOCKS = ("fence", "code_block", "html_block")
# What a person writes stays far below; what is made to keep a worker busy for seconds does not.
MOST_LINES = 5_000
MOST_COLUMNS, MOST_CELLS = 30, 10_000
MOST_BRACKETS, MOST_SIGNS = 100, 10_000
_SIGNS = re.compile(r"[*_~\[]")
_BELOW_HEAD = frozenset(" \t>|:-*+.)0123456789")


class _TangledError(Exception):
    """A text that would take too long to be laid out; it says what is too much."""


def to_html(text: str, *, pictures: Pictures) -> SafeString:
    """Return the text as HTML that can run nothing and fetch nothing.

    `pictures(n)` says where the picture `picture:<n>` lies, None where there is none; a picture from anywhere else, or
    that is not there, stands as its words. Links lead to http, https, mailto or a place on the page. A text that is too
    tangled to be laid out (`tangle_of`) stands as it was typed, below the sentence that says so.
    """
    shown: set[str] = set()

    def where(number: int) -> str | None:
        source = pictures(number)
        shown.update([source] if source else [])
        return source

    try:
        html = _MARKDOWN.render(text, {"pictures": where})
    except _TangledError as error:
        return mark_safe(f"<p><em>{_escaped(str(error))}</em></p>\n<pre>{_escaped(text)}</pre>")  # noqa: S308  escaped
    return mark_safe(_clean(html, shown))  # noqa: S308  cleaned in this line


def to_text(text: str) -> str:
    """Return the plain words of the text, block by block, for searching and for snippets; a tangled one as typed."""
    try:
        return "\n".join(filter(None, map(_words, _MARKDOWN.parse(text)))).strip()
    except _TangledError:
        return text.strip()


def tangle_of(text: str) -> str:
    """Return the sentence that says what makes the text too long to lay out, "" where nothing does."""
    try:
        _MARKDOWN.parse(text)
    except _TangledError as error:
        return str(error)
    return ""


def _clean(html: str, shown: set[str]) -> str:
    def kept(tag: str, name: str, value: str) -> str | None:
        if name == "src":
            return value if value in shown else None
        return value if name != "href" or _LINK.match(value) else None

    cleaned: str = nh3.clean(
        html,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=kept,
        tag_attribute_values=FIXED,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto", "asset"},
    )
    return cleaned


def _words(token: Token) -> str:
    if token.type in _BLOCKS:
        return token.content.strip()
    return "".join(map(_word, token.children or [])).strip() if token.type == "inline" else ""


def _word(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    if token.type == "image":
        return "".join(map(_word, token.children or []))
    return token.content


class _Renderer(RendererHTML):
    """The usual HTML, but for pictures, tables and the ranks of headings."""

    def image(self, tokens: Sequence[Token], place: int, options: Any, env: MutableMapping[str, Any]) -> str:
        """Draw a picture of ours; of any other only its words stand there."""
        token = tokens[place]
        words = self.renderInlineAsText(token.children or [], options, env)
        found = _PICTURE.fullmatch(str(token.attrGet("src") or ""))
        source = env["pictures"](int(found[1])) if found else None
        if not source:
            return _escaped(words)
        return f'<img src="{_escaped(source)}" alt="{_escaped(words)}">'

    def heading_open(self, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
        """One rank lower than typed."""
        return f"<{_lower(tokens[place].tag)}>"

    def heading_close(self, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
        """As it was opened."""
        return f"</{_lower(tokens[place].tag)}>\n"

    def table_open(self, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
        """In a frame of its own."""
        return '<div class="scroll" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
        """And out of it."""
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
        """Its side as a class: no page of ours takes inline style."""
        token = tokens[place]
        side = _SIDES.get(str(token.attrGet("style") or "").replace(" ", ""))
        return f'<{token.tag} class="{side}">' if side else f"<{token.tag}>"

    td_open = th_open


def _lower(tag: str) -> str:
    return f"h{min(int(tag[1]) + 1, _DEEPEST_HEADING)}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _may_lead(url: str) -> bool:
    return bool(_LINK.match(url) or _PICTURE.fullmatch(url))


def _bound_blocks(state: StateCore) -> None:
    """Raise _TangledError before lines and tables become tokens."""
    lines = state.src.split("\n")
    if len(lines) > MOST_LINES:
        raise _TangledError(_("This text has more than %(most)s lines. Please divide it.") % {"most": MOST_LINES})
    cells = 0
    for columns, rows in _tables(lines):
        cells += columns * rows
        if columns > MOST_COLUMNS:
            words = {"most": MOST_COLUMNS}
            raise _TangledError(_("A table here has more than %(most)s columns. Please divide it.") % words)
    if cells > MOST_CELLS:
        words = {"most": MOST_CELLS}
        raise _TangledError(_("The tables here have more than %(most)s cells. Please attach them as a file.") % words)


def _tables(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield how wide and how long each table can be: from one empty line to the next, at the widest line that may
    stand below a head."""
    columns = rows = 0
    for line in [*lines, ""]:
        if not line.strip(" \t>"):
            if columns:
                yield columns, rows
            columns = rows = 0
            continue
        rows += 1
        if "|" in line and "-" in line and _BELOW_HEAD.issuperset(line):
            columns = max(columns, line.strip(" \t>|").count("|") + 1)


def _bound_signs(state: StateCore) -> None:
    """Raise _TangledError before the marks within paragraphs are paired with one another."""
    told = [token.content for token in state.tokens if token.type == "inline"]
    if any(text.count("[") > MOST_BRACKETS for text in told):
        words = {"most": MOST_BRACKETS}
        raise _TangledError(_("A paragraph here has more than %(most)s brackets “[”. Put it in a code block.") % words)
    if sum(len(_SIGNS.findall(text)) for text in told) > MOST_SIGNS:
        words = {"most": MOST_SIGNS}
        raise _TangledError(
            _("This text has more than %(most)s of the signs * _ ~ [. Put them in a code block.") % words
        )


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer)
    markdown.enable(["table", "strikethrough"])
    markdown.core.ruler.before("block", "bound_blocks", _bound_blocks)
    markdown.core.ruler.before("inline", "bound_signs", _bound_signs)
    markdown.validateLink = _may_lead  # type: ignore[method-assign]  # the parser's own way of asking
    return markdown


_MARKDOWN = _markdown()
