"""Markdown: what people mean stands there, and nothing that they or anybody else typed can run."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsite.core.markdown import ATTRIBUTES, FIXED, TAGS, tangle_of, to_html, to_text


def html(text: str) -> str:
    return to_html(text, pictures=lambda number: f"/pictures/{number}/" if number < 5 else None)


class Seen(HTMLParser):
    """Every tag with its attributes, as a browser would read them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_harmless(out: str) -> None:
    for tag, attributes in Seen(out).tags:
        assert tag in TAGS
        allowed = ATTRIBUTES.get(tag, set()) | set(FIXED.get(tag, {})) | ({"rel"} if tag == "a" else set())
        assert set(attributes) <= allowed
        assert re.match(r"https?://|mailto:|#", attributes.get("href") or "#", re.IGNORECASE)
        assert re.fullmatch(r"/pictures/[1-4]/", attributes.get("src") or "/pictures/1/")


def test_what_people_type_is_drawn() -> None:
    out = html(
        "# 第一步\n\n1. **打开**菜单\n2. 提交\n\n| 步骤 | 分钟 |\n|---|--:|\n| 填写 | 5 |\n\n~~旧~~ `代码`\n下一行"
    )

    assert "<h2>第一步</h2>" in out
    assert "<li><strong>打开</strong>菜单</li>" in out
    assert '<div class="scroll" tabindex="0"><table>' in out
    assert '<td class="num">5</td>' in out
    assert "<s>旧</s> <code>代码</code><br>\n下一行" in out


def test_ones_own_picture_is_shown_and_any_other_stands_as_its_words() -> None:
    out = html(
        "![申请单](picture:3)\n\n![无](picture:9)\n\n![外](https://evil.example/a.png)\n\n![内](data:image/png;base64,AA)"
    )

    assert '<img src="/pictures/3/" alt="申请单">' in out
    assert out.count("<img") == 1
    assert "<p>无</p>" in out
    assert "<p>外</p>" in out
    assert "evil.example" not in out


def test_a_link_leads_only_to_the_web_to_mail_or_within_the_page() -> None:
    out = html("[a](https://a.example/?b=1&c=2) [b](mailto:a@b.example) [c](#d) <https://e.example>")

    links = [attributes for tag, attributes in Seen(out).tags if tag == "a"]
    assert [link["href"] for link in links] == [
        "https://a.example/?b=1&c=2", "mailto:a@b.example", "#d", "https://e.example",
    ]  # fmt: skip
    assert {link["rel"] for link in links} == {"noopener noreferrer nofollow"}


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)><animate onbegin=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<a href='javascript:alert(1)'>x</a>",
        "<div style='background:url(https://evil.example)'>x</div>",
        "<form action=https://evil.example><button>x</button></form>",
        "<!-- <script>alert(1)</script> -->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](&#x6A;avascript&colon;alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](<java\nscript:alert(1)>)",
        "[x](\x01javascript:alert(1))",
        "[x](vbscript:msgbox)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](file:///etc/passwd)",
        "[x](//evil.example)",
        "[x](asset:1)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        '[x](https://a.example "onmouseover=alert(1) \\" onclick=\\"alert(1)")',
        "[x](https://a.example/\"onclick=alert(1)//)",
        '![x" onerror="alert(1)](picture:1)',
        "![x](picture:1 'y\" onerror=\"alert(1)')",
        "![x](javascript:alert(1))",
        "![x](data:image/svg+xml;base64,PHN2Zy8+)",
        "![x](picture:1/../../9)",
        "![![x](javascript:alert(1))](picture:1)",
        "```html\n</code></pre><script>alert(1)</script>\n```",
        "``` \"><script>alert(1)</script>\nx\n```",
        "|a|\n|:-:|\n|<script>alert(1)</script>|",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;img src=x onerror=alert(1)&#62;",
        "\ufeff<script>alert(1)</script>\u202e",
    ],
)  # fmt: skip
def test_hostile_text_runs_nothing(hostile: str) -> None:
    for text in (hostile, f"- > {hostile}", f"a **{hostile}** b", f"|x|\n|-|\n|{hostile}|"):
        assert_harmless(html(text))


@given(st.text(max_size=300))
def test_any_text_gives_only_what_is_allowed(text: str) -> None:
    assert_harmless(html(text))
    to_text(text)


_PIECES = (
    "<", ">", "![", "](", ")", "[", "]", "picture:1", "javascript:", "https://a.example", "<img src=x onerror=y>",
    "<svg>", "</p>", "`", "```\n", "|", "|-|\n", "\n", "\n\n", "> ", "- ", "1. ", "    ", "*", "_", "~~", "&lt;", "&#x3c;",
    "&quot;", '"', "'", "\\", "\x00", "\u2028", "a", "字", "<!--", "-->", "<![CDATA[", "]]>", "<style>", ": ",
)  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
def test_any_mixture_of_marks_gives_only_what_is_allowed(text: str) -> None:
    assert_harmless(html(text))
    to_text(text)


@pytest.mark.parametrize(
    "piece",
    [
        "- ",
        "> ",
        "*a **b ",
        "[",
        "![",
        "[a](",
        "`a``",
        "<a ",
        "&",
        "- a\n",
        "|a|\n|-|\n\n",
        "[a",
        "~~a",
        "<!--",
        "1. ",
    ],
)
def test_a_hundred_thousand_hostile_characters_take_time_in_proportion(piece: str) -> None:
    started = time.process_time()

    assert_harmless(html(piece * (100_000 // len(piece))))

    assert time.process_time() - started < 10


def test_plain_words_hold_what_was_said_and_no_marks() -> None:
    text = "# 标题\n\n**粗** [链接](https://a.example) ![图](picture:1)\n下一行\n\n```\nx < y\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"

    assert to_text(text) == "标题\n粗 链接 图\n下一行\nx < y\na\nb\n1\n2"


def test_the_pages_title_stays_its_only_heading_of_the_first_rank() -> None:
    assert html("# a\n\n###### b").split() == ["<h2>a</h2>", "<h6>b</h6>"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[" * 100_000, "brackets"),
        ("![" * 50_000, "brackets"),
        (("[" * 100 + "\n\n") * 900, "of the signs"),
        ("*a_ " * 25_000, "of the signs"),
        ("|a" * 2_000 + "|\n" + "|-" * 2_000 + "|\n" + "a\n" * 4_000, "columns"),
        ("> - 1. " + "a|" * 40 + "\n>      " + "-|" * 40 + "\n", "columns"),
        ("|-|\n" + "|a" * 30 + "|\n" + "|-" * 30 + "|\n" + "a\n" * 4_000, "cells"),
        (("|a" * 30 + "|\n" + "|-" * 30 + "|\n" + "a\n" * 9 + "\n") * 100, "cells"),
        ("a\n" * 50_000, "lines"),
    ],
)
def test_what_would_hold_a_worker_up_stands_as_typed_and_says_so(text: str, sentence: str) -> None:
    began = time.process_time()
    out = html(text)
    assert sentence in tangle_of(text)
    assert sentence in out
    assert out.endswith("</pre>")
    assert_harmless(out)
    assert to_text(text) == text.strip()
    assert time.process_time() - began < 3


def test_what_people_write_is_never_too_much() -> None:
    links = "".join(f"- [第 {number} 步](https://a.example/{number})\n" for number in range(500))
    table = "|字段" * 20 + "|\n" + "|---" * 20 + "|\n" + ("|值" * 20 + "|\n") * 300
    code = "```\n" + "[*_" * 9_000 + "\n```\n"
    text = f"{links}\n{table}\n{code}\n" + "一段**话**，snake_case。\n\n" * 1_500
    assert tangle_of(text) == ""
    assert html(text).count("<td") == 6_000


def test_a_tangled_text_runs_nothing() -> None:
    out = html("[" * 101 + "<script>alert(1)</script>")
    assert "<script>" not in out
    assert_harmless(out)
