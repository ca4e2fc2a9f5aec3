"""R1, N9: a correction of the closing report is version n + 1, which lists what changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement, Phase, Reading
from onsite.accounts.models import User
from reports import services
from reports.building.snapshots import restored
from reports.documents.acceptance import Acceptance, DataResult
from reports.documents.chapters import chapters
from reports.documents.closing_report import (
    ClosingReport,
    Emergencies,
    EmergencyCase,
    EmergencyCount,
    KeyProblem,
    Lesson,
    Narrative,
    QuestionMean,
    RemainingIssue,
    Satisfaction,
    StandupFacts,
    TrainedRole,
    TrainingResults,
)
from reports.documents.course import ProblemPoint, ProgressPoint
from reports.documents.delay import Delay, DelayDay, DelayMilestone
from reports.documents.goal_chain import ChainRow, PrintedChain
from reports.documents.parts import Change
from reports.documents.printing import render_html
from reports.documents.report_differences import report_differences
from reports.models import Document
from tests.conftest import InParallel, SignIn
from tests.factories import ObjectiveFactory, ProblemFactory
from tests.reports.issuing import REPORT, draft, issue, url
from tests.reports.test_documents import closing_report

REPORT_NOW = closing_report(language="en")
# What has no words of its own in the list: how it is called, printed and kept.
NOT_TOLD = {
    "language", "title", "vendor_name", "version", "issued_on", "core_task", "accent", "logo",
    "verify_url", "audit_head", "signatories", "changes", "facts", "problem_counts", "standups", "satisfaction", "plan",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The sentences that are looked for are English."""
    with translation.override("en"):
        yield


def test_no_report_differs_from_itself() -> None:
    """N9: not even from itself in the other language."""
    for language in ("en", "zh-hans"):
        assert report_differences(REPORT_NOW, replace(REPORT_NOW, language=language)) == ()


@given(st.builds(ClosingReport))
def test_no_made_up_report_differs_from_itself(report: ClosingReport) -> None:
    """N9: of any shape, also with two rows of one name."""
    assert report_differences(report, report) == ()


rows = st.lists(st.sampled_from(["甲", "乙", "丙", "丁"]), max_size=6)


@given(rows, rows)
def test_what_one_way_is_added_is_the_other_way_removed(before: list[str], after: list[str]) -> None:
    """N9: the counts agree whichever is the later version."""

    def told(titles: list[str]) -> ClosingReport:
        problems = tuple(KeyProblem(title=title, raised_on=date(2026, 11, 25), symptom="") for title in titles)
        return replace(REPORT_NOW, key_problems=problems)

    there, back = (report_differences(*pair) for pair in ((told(before), told(after)), (told(after), told(before))))
    missing = sum(max(0, before.count(title) - after.count(title)) for title in set(before))
    more = sum(max(0, after.count(title) - before.count(title)) for title in set(after))
    assert _counts(there) == {"added": more, "removed": missing}
    assert _counts(back) == {"added": missing, "removed": more}


def _counts(lines: tuple[str, ...]) -> dict[str, int]:
    """What is said of the key problems."""
    found = {"added": 0, "removed": 0}
    for line in lines:
        title, counts = line.split(": ")
        assert title == "Key problems"
        found |= {word: int(count) for count, word in map(str.split, counts.split(", "))}
    return found


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"summary": "x"}, "Conclusion: rewritten"),
        ({"facts": replace(REPORT_NOW.facts, objectives_met=2)}, "Objectives met: 1 / 2 → 2 / 2"),
        ({"facts": replace(REPORT_NOW.facts, slip_days=None)}, "Working days against the baseline: +2 → —"),
        ({"satisfaction": None}, "Satisfaction: 4.6 / 5 → —"),
        ({"narrative": (Narrative(chapter="course", text="x"),)}, "Words of the author: rewritten in 1 chapter"),
        (
            {"objectives": (replace(REPORT_NOW.objectives[0], result=Decimal(9)), REPORT_NOW.objectives[1])},
            "Objectives: 1 changed",
        ),
        (
            {"objectives": (replace(REPORT_NOW.objectives[0], evidence="校正"), REPORT_NOW.objectives[1])},
            "Objectives: 1 changed",
        ),
        ({"milestones": ()}, "Milestones: 1 removed"),
        ({"remaining_issues": REPORT_NOW.remaining_issues[:1]}, "Remaining issues: 1 removed"),
        ({"proposals": ("先签权限",)}, "Proposals: 1 added"),
        ({"lessons": (*REPORT_NOW.lessons, Lesson(title="新"))}, "Lessons: 1 added"),
        ({"lead_name": "王堃"}, "On-site lead: 李喆 → 王堃"),
        ({"client_name": "江海农商行"}, f"Client: {REPORT_NOW.client_name} → 江海农商行"),
        ({"standups": StandupFacts(held_days=3, average_minutes=Decimal("21.5"))}, "on average: "),
        (
            {"satisfaction": Satisfaction(score=Decimal(4), out_of=5, answers=1, questions=(
                QuestionMean(text="培训够吗？", score=Decimal(4), answers=1),))},
            "Questions on satisfaction: 1 added",
        ),
    ],
)  # fmt: skip
def test_each_change_is_told(changes: dict[str, Any], told: str) -> None:
    """N9: a figure, a text, a row."""
    assert told in "\n".join(report_differences(REPORT_NOW, replace(REPORT_NOW, **changes)))


def test_every_list_of_the_report_is_compared() -> None:
    """N9: a field that a later release adds is told, or stands above with its reason."""
    full = _full()
    for field in fields(ClosingReport):
        if field.name in NOT_TOLD:
            continue
        value = getattr(full, field.name)
        kinds: dict[type, Any] = {tuple: (), str: "x", date: date(2020, 1, 1)}
        other: dict[str, Any] = {field.name: kinds.get(type(value))}
        assert report_differences(full, replace(full, **other)), field.name


def _full() -> ClosingReport:
    """A report with at least one row of each kind."""
    count = EmergencyCount(label="x", invoked=1, answered=1, kept=1, longest_minutes=3)
    case = EmergencyCase(title="断网", on=date(2026, 12, 1), limit_minutes=30, response_minutes=3, is_kept=True)
    data = DataResult(
        name="客户", round=1, mapping="1", counted=1, differing=0, unexplained=0, sample_size=1, sample_wrong=0,
        signed_on=None,
    )  # fmt: skip
    return replace(
        REPORT_NOW,
        training=TrainingResults(roles=(TrainedRole(name="仓管员", needed=3, trained=2),)),
        acceptance=Acceptance(data=(data,)),
        emergencies=Emergencies(total=count, by_kind=(count,), cases=(case,)),
        proposals=("先签权限",),
        progress=(ProgressPoint(on=date(2026, 12, 1), planned=50, actual=40),),
        problem_flow=(ProblemPoint(on=date(2026, 12, 1), raised=2, solved=1),),
        narrative=(Narrative(chapter="course", text="x"),),
        goal_chain=PrintedChain(
            visits=(), rows=(ChainRow(objective="耗时", functions=(), acceptance=(), closing="—", after=()),)
        ),
        delay=Delay(
            milestones=(
                DelayMilestone(
                    title="上线",
                    agreed_on=date(2026, 12, 1),
                    planned_on=date(2026, 12, 2),
                    slip_days=1,
                    shares=(),
                    days=(DelayDay(arose_on=date(2026, 11, 30), days=1, left=1, shares=()),),
                ),
            )
        ),
    )


def test_versions_in_two_languages_compare_what_was_typed() -> None:
    """R1: version 1 in Chinese, version 2 in English: words of the documents' own are no change."""
    translated = replace(
        REPORT_NOW,
        language="zh-hans",
        milestones=tuple(replace(row, title="上线") for row in REPORT_NOW.milestones),
        follow_ups=tuple(replace(row, label="一个月后", channel="电话") for row in REPORT_NOW.follow_ups),
        objectives=tuple(replace(row, evidence="见报告") for row in REPORT_NOW.objectives),
    )
    assert report_differences(translated, REPORT_NOW) == ()
    later = replace(
        REPORT_NOW, remaining_issues=(RemainingIssue(title="接口", next_step="client", owner="科室", due_on=None),)
    )
    assert "Remaining issues: 1 changed, 1 removed" in report_differences(translated, later)


# --- Issued -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def in_review(engagement: Engagement) -> Engagement:
    """An engagement whose review has begun."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.REVIEW)
    engagement.refresh_from_db()
    return engagement


def read(document: Document) -> ClosingReport:
    report = restored(document)
    assert isinstance(report, ClosingReport)
    return report


@pytest.mark.django_db
def test_a_correction_lists_what_changed(in_review: Engagement, manager: User) -> None:
    """N9: in words of the author and as found in the data; the first version needs no such chapter."""
    draft(manager, in_review, REPORT)
    first = read(issue(manager, in_review, REPORT))
    assert [part.anchor for part in chapters(first) if part.anchor == "changes"] == []
    ProblemFactory(engagement=in_review, title="接口超时", raised_by=manager)
    draft(manager, in_review, REPORT, version=1, changes="补充一个遗留问题")
    second = read(issue(manager, in_review, REPORT, version=2))
    assert [(row.version, row.what) for row in second.changes] == [
        ("1", "First version"), ("2", "补充一个遗留问题"),
    ]  # fmt: skip
    assert {"Remaining issues: 0 → 1", "Remaining issues: 1 added"} <= set(second.changes[1].found)
    html = render_html(second)
    assert "补充一个遗留问题" in html and "Remaining issues: 1 added" in html
    assert services.draft_of(in_review, REPORT).changes == ""
    third = read(issue(manager, in_review, REPORT, version=3))
    assert [row.version for row in third.changes] == ["1", "2", "3"]
    assert third.changes[2].found == () and third.changes[2].what == "Corrections"


@pytest.mark.django_db
def test_a_report_of_an_earlier_release_begins_the_list(in_review: Engagement, manager: User) -> None:
    """N9: it kept no list; its number and its day stand in the next one's."""
    draft(manager, in_review, REPORT)
    document = issue(manager, in_review, REPORT)
    old = replace(read(document), changes=())
    plain = json.loads(old.to_json())
    Document.objects.filter(pk=document.pk).update(snapshot=plain, snapshot_hash=old.sha256)
    second = read(issue(manager, in_review, REPORT, version=2))
    assert second.changes[0] == Change(version="1", issued_on=old.issued_on, what="")


@pytest.mark.django_db
def test_the_page_lists_it_before_it_is_issued(in_review: Engagement, manager: User, sign_in: SignIn) -> None:
    """N9: and asks for the author's sentence from the second version on."""
    manager.language = "en"
    manager.save()
    browser, address = sign_in(manager), url("draft", in_review, "closing_report")
    assert 'name="changes"' not in browser.get(address).content.decode()
    draft(manager, in_review, REPORT)
    issue(manager, in_review, REPORT)
    ProblemFactory(engagement=in_review, raised_by=manager)
    page = browser.get(address).content.decode()
    assert 'name="changes"' in page and "Remaining issues: 1 added" in page
    browser.post(address, {"summary": "结论", "version": "1", "changes": "更正"})
    assert services.draft_of(in_review, REPORT).changes == "更正"


@pytest.mark.django_db
def test_what_is_saved_while_it_is_issued_belongs_to_the_next(
    in_review: Engagement, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N9: after the report was built, before its row is written: not a word of the newer draft is lost."""
    draft(manager, in_review, REPORT)

    def meanwhile(*_args: Any) -> None:
        draft(manager, in_review, REPORT, version=1, summary="新的结论", changes="更正一处")

    monkeypatch.setattr(services, "keep_closing_values", meanwhile)
    assert read(issue(manager, in_review, REPORT)).summary == "结论"
    kept = services.draft_of(in_review, REPORT)
    assert (kept.summary, kept.changes) == ("新的结论", "更正一处")


# --- The values it was issued with --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_issue_keeps_the_values_it_was_issued_with(in_review: Engagement, manager: User) -> None:
    """R1, N6: of readings and of facts; the report and the objective itself are not counted from the copies."""
    by_hand = ObjectiveFactory(engagement=in_review, title="耗时", target=30, direction="down")
    counted = ObjectiveFactory(engagement=in_review, title="培训", measure="training.people")
    ObjectiveFactory(engagement=in_review, title="没人测量")
    Reading.objects.create(
        objective=by_hand, measured_on=date(2026, 1, 5), value=Decimal(28), evidence="计时", recorded_by=manager
    )
    draft(manager, in_review, REPORT)
    first = read(issue(manager, in_review, REPORT))
    kept = Reading.objects.unscoped().filter(closes=True)
    assert {(row.objective.title, row.value, row.evidence) for row in kept.select_related("objective")} == {
        ("耗时", Decimal(28), "计时"), ("培训", Decimal(0), "Counted by OnSite: people trained and passed"),
    }  # fmt: skip
    assert kept.get(objective=by_hand).measured_on == date(2026, 1, 5)
    assert {row.objective.title: row.result for row in first.objectives if row.result is not None} == {
        row.objective.title: row.value for row in kept.select_related("objective")
    }
    Reading.objects.create(
        objective=by_hand, measured_on=date(2026, 1, 5), value=Decimal(25), evidence="再测", recorded_by=manager
    )
    second = read(issue(manager, in_review, REPORT, version=2))
    assert {row.result for row in second.objectives if row.objective.title == "耗时"} == {Decimal(25)}
    assert [row.value for row in kept.filter(objective=by_hand).order_by("pk")] == [28, 25]
    assert Reading.objects.unscoped().taken().filter(objective=counted).count() == 0


@pytest.mark.django_db
def test_the_list_of_readings_shows_no_copy(in_review: Engagement, manager: User, sign_in: SignIn) -> None:
    """N6: what was measured once stands there once."""
    objective = ObjectiveFactory(engagement=in_review)
    Reading.objects.create(
        objective=objective, measured_on=date(2026, 1, 5), value=Decimal(28), evidence="秒表计时", recorded_by=manager
    )
    draft(manager, in_review, REPORT)
    issue(manager, in_review, REPORT)
    page = sign_in(manager).get(f"/engagements/{in_review.pk}/objectives/{objective.pk}/readings/")
    assert len(page.context["readings"]) == 1


@pytest.mark.django_db
def test_two_issues_at_once_keep_one_set(
    postgresql: None, in_review: Engagement, manager: User, in_parallel: InParallel
) -> None:
    """N9: the values belong to the version that was issued."""
    objective = ObjectiveFactory(engagement=in_review)
    Reading.objects.create(
        objective=objective, measured_on=date(2026, 1, 5), value=Decimal(28), evidence="x", recorded_by=manager
    )
    draft(manager, in_review, REPORT)
    results = in_parallel(*[lambda: issue(manager, in_review, REPORT)] * 4)
    assert sum(isinstance(result, Document) for result in results) == 1
    assert Reading.objects.unscoped().filter(closes=True).count() == 1
