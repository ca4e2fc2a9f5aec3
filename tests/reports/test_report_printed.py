"""R1, N9: the printed closing report says every word of its snapshot, in both languages."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from reports.documents.closing_report import (
    ClosingReport,
    Lesson,
    Narrative,
    QuestionMean,
    RemainingIssue,
    Satisfaction,
    TaughtCourse,
    TrainedRole,
    TrainingResults,
)
from reports.documents.codec import to_plain
from reports.documents.parts import Change
from reports.documents.printing import print_document, render_html
from reports.models import Document
from tests.reports.issuing import REPORT, draft, issue
from tests.reports.test_documents import closing_report

# Not printed as they stand: what the language is, how the next step is coded, "up" and "down".
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def whole_report(**changes: Any) -> ClosingReport:
    """A report with every chapter that this release added."""
    return closing_report(
        satisfaction=Satisfaction(
            score=Decimal("4.3"), out_of=5, answers=3, on_paper=1,
            questions=(QuestionMean(text="响应是否及时", score=Decimal("4.7"), answers=3),),
        ),
        training=TrainingResults(
            roles=(TrainedRole(name="仓库管理员", needed=3, trained=2), TrainedRole(name="排产员", needed=2, trained=2)),
            courses=(TaughtCourse(title="周计划排产", passed=4, of=5),),
            sessions=2,
        ),
        lessons=(Lesson(title="权限先确认", text="上线当天缺少权限。", why="清单只有口头约定。", rule="进场前签字确认。"),),
        proposals=("每月核对一次库存", "增设夜班联络人"),
        narrative=(Narrative(chapter="objectives", text="排产员三周内完成过渡。"),),
        changes=(
            Change(version="1", issued_on=date(2027, 1, 11), what="首次发布"),
            Change(version="2", issued_on=date(2027, 1, 18), what="补充复测结果", found=("目标：1 处变更",)),
        ),
        **changes,
    )  # fmt: skip


def words_in(value: Any) -> Iterator[str]:
    """Every string of a snapshot that holds Chinese, line by line."""
    if isinstance(value, str):
        yield from (line for line in value.splitlines() if CHINESE.search(line))
    elif isinstance(value, dict):
        for item in value.values():
            yield from words_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from words_in(item)


def text_of(pdf: bytes) -> str:
    """In the order in which it is drawn: cell by cell."""
    done = subprocess.run(["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"\s+", "", done.stdout.decode())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_chinese_word_of_the_snapshot_is_printed(language: str) -> None:
    """R1: in the tables, the stories and the chart's labels."""
    report = whole_report(language=language)
    told = to_plain(report)
    # An objective's way of measuring stands in the field manual.
    for row in told["objectives"]:
        row["objective"]["measured_how"] = ""
    text = text_of(print_document(report))
    words = list(words_in(told))
    assert len(words) > 40
    missing = [word for word in words if re.sub(r"\s+", "", word) not in text]
    assert missing == []


def test_training_is_told_by_role_and_never_by_person() -> None:
    """R1, E4: how many of how many; a role that lacks people is called not ready."""
    html = render_html(whole_report(language="en"))
    chapter = html.split('id="training"')[1].split("</section>")[0]
    assert "4 of 5 people are trained" in chapter and "2 sessions were held" in chapter
    assert chapter.count("not ready yet") == 1
    assert re.search(r"周计划排产</td><td class=\"n\">4 / 5", chapter)


def test_satisfaction_is_told_in_means() -> None:
    """R1: of how many answers, and how many of them the vendor entered from paper."""
    html = render_html(whole_report(language="en"))
    assert "4.3 of 5 on average (3 answers)" in html
    assert "1 answer came on paper" in html
    assert re.search(r"响应是否及时</td><td class=\"n\">4.7</td><td class=\"n\">3", html)


def test_an_issue_without_owner_or_day_says_so() -> None:
    """R1: each remaining issue with owner and date; a gap is named, not left blank."""
    row = RemainingIssue(title="接口", next_step="client", owner="—", due_on=None)
    html = render_html(whole_report(language="en", remaining_issues=(row,)))
    assert "owner missing" in html and "date missing" in html


def test_a_lesson_tells_what_happened_why_and_the_rule() -> None:
    """R2: proposals stand below, each on its own line."""
    html = render_html(whole_report(language="en"))
    chapter = html.split('id="lessons"')[1].split("</section>")[0]
    for word in (
        "What happened",
        "上线当天缺少权限。",
        "Why",
        "清单只有口头约定。",
        "From now on",
        "进场前签字确认。",
    ):
        assert word in chapter
    assert chapter.index("每月核对一次库存") < chapter.index("增设夜班联络人")


def test_a_report_of_an_earlier_release_prints_its_lessons() -> None:
    """N9: what was a lesson with a text then, or a proposal, still stands there."""
    old = replace(
        whole_report(language="en"), lessons=(Lesson(title="权限前置", text="两周前签署。"), Lesson(title="建议"))
    )
    html = render_html(old)
    assert "权限前置" in html and "两周前签署。" in html and "建议" in html


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["narrative", "proposals", "changes"])
def test_a_character_without_a_font_is_refused_wherever_it_stands(
    where: str, engagement: Engagement, manager: User
) -> None:
    """RULES.md, Documents: named before anything is issued."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.REVIEW)
    engagement.refresh_from_db()
    draft(manager, engagement, REPORT)
    issue(manager, engagement, REPORT)
    word = "字\U0001000c"
    words: dict[str, Any] = {where: {"problems": word} if where == "narrative" else word}
    draft(manager, engagement, REPORT, version=1, **words)
    with pytest.raises(DomainError, match=r"U\+1000C"):
        issue(manager, engagement, REPORT, version=2)
    assert Document.objects.count() == 1
