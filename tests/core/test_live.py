"""The parts of a page that come anew by themselves: the mark of a part stands for its words, and for nothing else."""

from __future__ import annotations

import re

from django.template import Context, Template

PART = "{% load live %}{% livepart 'items' %}<p>{{ word }}</p>{% csrf_token %}{% endlivepart %}"


def mark_of(word: str, token: str = "a" * 64) -> str:
    html = Template(PART).render(Context({"word": word, "csrf_token": token}))
    found = re.search(r'<div class="part" id="part-items" data-mark="([0-9a-f]{16})">', html)
    assert found, html
    assert token in html
    return found[1]


def test_the_same_words_have_the_same_mark_whatever_the_token() -> None:
    assert mark_of("接口停了") == mark_of("接口停了", "b" * 64)


def test_other_words_have_another() -> None:
    assert mark_of("接口停了") != mark_of("接口好了")


def test_what_a_person_wrote_is_escaped_once() -> None:
    html = Template(PART).render(Context({"word": "<script>"}))
    assert "&lt;script&gt;" in html
    assert "&amp;lt;" not in html
