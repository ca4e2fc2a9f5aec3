"""Sentences in a row: a blank between them in English, none after a full-width stop, in Python and in templates."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.template.base import Origin
from django.utils import translation

from onsite.core.wording import sentences


def rendered(language: str, source: str, name: str = "page.html") -> str:
    with translation.override(language):
        return Template("{% load closed_up i18n %}" + source, origin=Origin(name)).render(Context())


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("One.", "Two."), "One. Two."),
        (("一。", "二。"), "一。二。"),
        (("请看“目标”。”", "One.", "二：", "3"), "请看“目标”。”One. 二：3"),
        (("One.", "", "Two."), "One. Two."),
        ((), ""),
    ],
)
def test_sentences_stand_off_as_their_stop_asks(texts: tuple[str, ...], said: str) -> None:
    assert sentences(*texts) == said


@pytest.mark.parametrize(
    ("source", "english", "chinese"),
    [
        ('{% translate "Read only." %}\n  {% translate "Always mailed." %}', "Read only.\n  Always mailed.", "只读。始终发邮件。"),
        ('<b>{% translate "Read only." %}</b> <a>x</a>', "<b>Read only.</b> <a>x</a>", "<b>只读。</b><a>x</a>"),
        ('{% blocktranslate %}Read only.{% endblocktranslate %} <i>x</i>', "Read only. <i>x</i>", "只读。<i>x</i>"),
        ('{% translate "Cancel" %} {% translate "Read only." %}', "Cancel Read only.", "取消 只读。"),
        ('{% translate "Read only." as said %} {{ said }} x', " Read only. x", " 只读。 x"),
        ('{% translate "Read only." as said %}{% filter closed_up %}<b>{{ said }}</b> {{ said }} x{% endfilter %}',
         "<b>Read only.</b> Read only. x", "<b>只读。</b>只读。x"),
    ],
)  # fmt: skip
def test_a_template_leaves_no_hole_after_a_full_width_stop(source: str, english: str, chinese: str) -> None:
    assert rendered("en", source) == english
    assert rendered("zh-hans", source) == chinese


def test_the_lines_of_a_mail_stay_lines() -> None:
    source = '{% translate "Read only." %} {% translate "Always mailed." %}\n\n{% translate "Cancel" %}'
    assert rendered("zh-hans", source, "emails/some.txt") == "只读。始终发邮件。\n\n取消"


def test_what_is_closed_up_is_escaped_as_before() -> None:
    assert Template("{% load closed_up %}{{ text|closed_up }}").render(Context({"text": "<i>。 x"})) == "&lt;i&gt;。x"
