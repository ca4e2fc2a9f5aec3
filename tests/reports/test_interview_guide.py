"""The printed interview guide: what nobody answered yet, with room to write (P2)."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from engagements.models import Engagement, Module, Question
from onsite.accounts.models import User
from reports.building.guide import build_guide
from reports.documents.interview_guide import InterviewGuide
from reports.documents.printing import print_document
from tests.conftest import SignIn
from tests.core.test_pdf import text_of
from tests.factories import FunctionFactory, ModuleFactory

TODAY = date(2026, 11, 22)
ALL_SIX = {question.value: "已确认" for question in Question}


@pytest.fixture
def module(engagement: Engagement) -> Module:
    return ModuleFactory(engagement=engagement, name="生产计划")


def test_only_open_questions_are_asked(engagement: Engagement, module: Module) -> None:
    """P2: in the tree's order; what is complete is not asked again."""
    inner = ModuleFactory(engagement=engagement, parent=module, name="排产")
    FunctionFactory(module=module, name="完整的", **ALL_SIX)
    FunctionFactory(module=inner, name="周计划", **ALL_SIX | {"when": "", "how": " "}, frequency="daily")
    engagement.language = "en"
    guide = build_guide(engagement, TODAY)
    (found,) = guide.modules
    assert (found.path, found.functions[0].name) == ("生产计划 / 排产", "周计划")
    assert [question.label for question in found.functions[0].questions] == ["When", "How"]
    assert found.functions[0].marks == ("daily", "must be complete before work on site")


def test_nothing_of_our_judgement_is_printed(engagement: Engagement, module: Module) -> None:
    """P2: the guide lies on the client's table."""
    FunctionFactory(module=module, pain_points="秘密痛点", risk="high", risk_reason="秘密原因")
    guide = build_guide(engagement, TODAY)
    assert "秘密" not in guide.to_json().decode()
    assert InterviewGuide.from_json(guide.to_json()) == guide


def test_a_question_stands_on_one_page_with_its_function(engagement: Engagement, module: Module) -> None:
    """P2: no page begins in the middle of a function; ten functions fill several pages."""
    for number in range(10):
        FunctionFactory(module=module, name=f"功能（{number}）", who="")
    engagement.language = "en"
    texts = text_of(print_document(build_guide(engagement, TODAY))).split("\f")[:-1]
    assert len(texts) > 3
    assert sum(text.count("Who does it") for text in texts) == 10
    for text in texts:
        assert text.count("功能（") == text.count("Who does it") == text.count("How is it done, step by step?")


def test_the_page_gives_the_guide_or_says_that_nothing_is_open(
    engagement: Engagement, engineer: User, client_pm: User, module: Module, sign_in: SignIn
) -> None:
    """P2: engineers print it; the client's people don't."""
    url = reverse("reports:interview_guide", args=[engagement.pk])
    browser = sign_in(engineer)
    assert "there is nothing to print" in browser.get(url, follow=True).text
    FunctionFactory(module=module)
    answer = browser.get(url)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert sign_in(client_pm).get(url).status_code == 403
