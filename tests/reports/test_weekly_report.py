"""The weekly report is built from the week's shared rows, frozen, and corrected only by a new version."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from engagements.models import Baseline, BaselineStage, Engagement, Forecast, Publication
from engagements.services import plan
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry, Job
from reports import services
from reports.building.snapshots import restored
from reports.documents.weekly_page import weekly_blocks, weekly_facts
from reports.documents.weekly_report import WeeklyReport
from reports.figures.weekly import Week
from reports.models import Document, DocumentKind, Draft
from standups.models import ConcernState, Kind, Party, Problem, Severity
from tests.conftest import InParallel
from tests.factories import ProblemFactory, TaskFactory
from tests.reports.weeks import WEEKLY, attend, day, issue_week, last_week, report, said, stand_up

pytestmark = pytest.mark.django_db


def concern(engagement: Engagement, state: ConcernState, **fields: Any) -> Problem:
    words = {"kind": Kind.CONCERN, "words": "会不会丢数据？", "said_at": timezone.now(), "concern_state": state}
    found: Problem = ProblemFactory(engagement=engagement, **words, **fields)
    return found


def blocks(found: WeeklyReport) -> dict[str, list[str]]:
    return {block.name: [row.text for row in block.rows] for block in weekly_blocks(found)}


# --- What it says --------------------------------------------------------------------------------------------------------


def test_a_plan_carried_for_days_is_told_once_and_done_wins(engagement: Engagement) -> None:
    monday, tuesday, wednesday = (stand_up(engagement, number) for number in (1, 2, 3))
    first = said(monday, "联调接口")
    second = said(tuesday, "联调接口", after=first)
    said(tuesday, "导入主数据")
    said(wednesday, "联调接口，全部通过", done=True, after=second)
    said(wednesday, "导入主数据")
    found = report(engagement)
    assert [(line.text, line.days) for line in found.done] == [("联调接口，全部通过", (wednesday.held_on,))]
    assert [(line.text, line.days) for line in found.next] == [("导入主数据", (tuesday.held_on, wednesday.held_on))]


def test_only_this_weeks_published_days_count(engagement: Engagement, engineer: User) -> None:
    said(stand_up(engagement, 5), "本周做完", done=True)
    said(stand_up(engagement, -1), "上上周", done=True)
    said(stand_up(engagement, 8), "下一周", done=True)
    draft = stand_up(engagement, 3, published_at=None)
    said(draft, "还没发布", done=True)
    attend(draft, engineer)
    found = report(engagement)
    assert [line.text for line in found.done] == ["本周做完"]
    assert (found.held_on, found.people) == ((day(engagement, 5),), ())


def test_problems_stand_on_the_side_that_has_to_act(engagement: Engagement) -> None:
    here = {"engagement": engagement, "raised_on": day(engagement, 1)}
    ProblemFactory(**here, title="早的", next_step_with=Party.CLIENT, owner_role="信息部", next_step="提供测试地址")
    ProblemFactory(**here, title="急的", next_step_with=Party.CLIENT, severity=Severity.CRITICAL)
    before = {"engagement": engagement, "raised_on": day(engagement, -9)}
    ProblemFactory(**before, title="我方的", next_step_with=Party.VENDOR)
    ProblemFactory(**here, title="厂家的", next_step_with=Party.THIRD_PARTY)
    ProblemFactory(**here, title="解决了", solved_on=day(engagement, 4))
    ProblemFactory(**before, title="早就解决了", solved_on=day(engagement, -1))
    found = report(engagement)
    told = blocks(found)
    assert told["open-client"] == ["急的", "早的"]
    assert (told["open-vendor"], told["open-third_party"], told["solved"]) == (["我方的"], ["厂家的"], ["解决了"])
    assert "Problems: 4 raised this week, 1 solved, 4 open at its end." in weekly_facts(found)
    row = next(block for block in weekly_blocks(found) if block.name == "open-client").rows[1]
    assert (row.cells[0], row.tag, row.note) == ("信息部", "new", "Next step: 提供测试地址")


def test_what_was_open_is_told_as_of_the_weeks_end(engagement: Engagement) -> None:
    """Solved or raised after the week is another week's news."""
    late = day(engagement, 8)
    ProblemFactory(engagement=engagement, title="后来解决", raised_on=day(engagement, 2), solved_on=late)
    ProblemFactory(engagement=engagement, title="后来提出", raised_on=late)
    found = report(engagement)
    assert [item.title for item in found.open_items] == ["后来解决"]
    assert found.solved == ()


def test_risks_are_critical_overdue_and_late_against_the_agreed_plan(engagement: Engagement, engineer: User) -> None:
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    baseline = Baseline.objects.create(engagement=engagement, number=1, reason="已约定")
    for stage in engagement.stages.unscoped():
        BaselineStage.objects.create(
            baseline=baseline, stage=stage, start_on=stage.start_on, finish_on=stage.finish_on
        )
    late = engagement.stages.unscoped().get(kind="testing")
    late.finish_on = engagement.working_calendar.shift(late.finish_on, 2)
    late.save()
    here = {"engagement": engagement, "raised_on": day(engagement, 1)}
    ProblemFactory(**here, title="又急又晚", severity=Severity.CRITICAL, due_on=day(engagement, 3))
    ProblemFactory(**here, title="到期当天", due_on=day(engagement, 7))
    risks = {row.text: row.cells[0] for block in weekly_blocks(report(engagement)) for row in block.rows
             if block.name == "risks"}  # fmt: skip
    assert risks["又急又晚"] == f"Critical, overdue since {day(engagement, 3)}"
    assert risks["System test"].startswith("2 working days late: planned for")
    assert list(risks) == ["又急又晚", "System test"]


def test_the_plan_until_the_end_of_next_week(engagement: Engagement, engineer: User) -> None:
    stages = plan.lay_out_plan(actor=engineer, engagement=engagement)
    week = last_week(engagement)
    spans = {
        "进行中": (week.first_on, week.after.first_on),
        "将开始": (week.after.last_on, week.after.last_on + timedelta(days=9)),
        "更晚": (week.after.last_on + timedelta(days=1), week.after.last_on + timedelta(days=2)),
        "已过去": (week.first_on, week.first_on),
    }
    for name, (start_on, finish_on) in spans.items():
        TaskFactory(engagement=engagement, stage=stages[0], name=name, start_on=start_on, finish_on=finish_on)
    TaskFactory(
        engagement=engagement, stage=stages[0], name="做完了", start_on=week.last_on, finish_on=week.last_on, percent=100
    )  # fmt: skip
    assert {work.name for work in report(engagement).planned} == {"进行中", "将开始"}


def test_a_plan_without_tasks_tells_its_stages(engagement: Engagement, engineer: User) -> None:
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    planned = report(engagement).planned
    assert planned
    assert {work.name for work in planned} <= {"Environment set-up", "Data migration", "System test", "User training"}


def test_people_are_named_with_their_days_and_nothing_is_added_up(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """RULES: person-days are the vendor's, always."""
    for number in (1, 2, 3, 5):
        attend(stand_up(engagement, number), engineer, *([client_pm] if number == 2 else []))
    found = report(engagement)
    assert [(person.name, person.side, len(person.days)) for person in found.people] == [
        ("陈镕", "client", 1),
        ("李喆", "vendor", 4),
    ]
    row = next(block for block in weekly_blocks(found) if block.name == "people").rows[1]
    assert row.cells == ("Vendor", "Mon – Wed, Fri")


def test_concerns_are_counted_by_where_their_answer_stands(engagement: Engagement) -> None:
    raised_on = day(engagement, 1)
    concern(engagement, ConcernState.OPEN, raised_on=raised_on)
    concern(engagement, ConcernState.OPEN, raised_on=raised_on)
    concern(engagement, ConcernState.ANSWERED, raised_on=raised_on)
    concern(engagement, ConcernState.CONFIRMED, raised_on=raised_on, solved_on=day(engagement, 3))
    concern(engagement, ConcernState.OPEN, raised_on=raised_on, is_internal=True)
    found = report(engagement)
    assert "Your concerns: 2 wait for our answer, 1 is answered, 1 was settled." in weekly_facts(found)


def test_the_forecast_is_told_only_once_it_is_published(engagement: Engagement, manager: User) -> None:
    """RULES, Who sees what: forecast probabilities are the vendor's until the manager publishes them."""
    Forecast.objects.create(
        engagement=engagement, runs=100, probability=0.5, p50_on=engagement.agreed_go_live_on, driver="testing",
        p80_on=engagement.agreed_go_live_on + timedelta(days=3), histogram=[["2026-12-01", 50], ["2026-12-09", 50]],
    )  # fmt: skip
    assert report(engagement).forecast == ""
    Publication.objects.create(engagement=engagement, item=Publication.Item.FORECAST, published_by=manager)
    assert "50%" in report(engagement).forecast


def test_a_past_week_of_a_closed_engagement_says_how_things_stood(engagement: Engagement) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(phase="closed", go_live_on=engagement.today())
    engagement.refresh_from_db()
    assert report(engagement).position.startswith("Working day")
    assert "closed" in report(engagement, Week.of(engagement.today())).position


# --- Drafting and issuing ------------------------------------------------------------------------------------------------


def test_each_week_has_its_own_words_and_versions(engagement: Engagement, engineer: User) -> None:
    this, last = Week.of(engagement.today()).code, last_week(engagement).code
    for period in (this, last):
        services.save_draft(
            actor=engineer, engagement=engagement, kind=WEEKLY, period=period, version=0, summary=f"小结 {period}"
        )
    assert services.draft_of(engagement, WEEKLY, last).summary == f"小结 {last}"
    assert [issue_week(engineer, engagement, number).version for number in (1, 2)] == [1, 2]
    assert issue_week(engineer, engagement, 1, period=this).version == 1
    assert services.next_version(engagement, WEEKLY, last) == 3
    assert services.next_version(engagement, DocumentKind.FIELD_MANUAL) == 1
    entry = AuditEntry.objects.filter(chain=engagement.audit_chain, action="document.issued").earliest("pk")
    assert (entry.data["kind"], entry.data["period"]) == ("weekly_report", last)


def test_what_is_issued_is_frozen_with_its_hash_and_the_chains_head(engagement: Engagement, engineer: User) -> None:
    said(stand_up(engagement, 1), "联调接口", done=True)
    head = audit.head_of(engagement.audit_chain)
    document = issue_week(engineer, engagement, language="zh-hans")
    snapshot = restored(document)
    assert isinstance(snapshot, WeeklyReport)
    assert (snapshot.sha256, snapshot.audit_head) == (document.snapshot_hash, head)
    assert (snapshot.version, document.period, document.title) == (
        "1", last_week(engagement).code, f"Weekly report {document.period}",
    )  # fmt: skip
    assert WeeklyReport.from_json(json.dumps(document.snapshot)) == snapshot
    assert Job.objects.filter(kind="document", subject_id=document.pk, state="waiting").count() == 1


def test_a_day_corrected_later_leaves_what_was_issued(engagement: Engagement, engineer: User) -> None:
    line = said(stand_up(engagement, 1), "写错了", done=True)
    document = issue_week(engineer, engagement)
    line.text = "改正了"
    line.save()
    document = Document.objects.unscoped().get(pk=document.pk)
    assert [row["text"] for row in document.snapshot["done"]] == ["写错了"]
    assert restored(document).sha256 == document.snapshot_hash
    assert [row["text"] for row in issue_week(engineer, engagement, 2).snapshot["done"]] == ["改正了"]


def test_a_week_with_nothing_to_tell_is_refused(engagement: Engagement, engineer: User) -> None:
    with pytest.raises(DomainError, match="No stand-up of this week is published"):
        issue_week(engineer, engagement)
    stand_up(engagement, 2, published_at=None)
    with pytest.raises(DomainError, match="No stand-up of this week is published"):
        issue_week(engineer, engagement)
    stand_up(engagement, 3)
    assert issue_week(engineer, engagement).version == 1


def test_a_holiday_week_is_issued_with_words_alone(engagement: Engagement, engineer: User) -> None:
    period = last_week(engagement).code
    services.save_draft(
        actor=engineer, engagement=engagement, kind=WEEKLY, period=period, version=0, summary="国庆放假。"
    )
    assert issue_week(engineer, engagement).snapshot["summary"] == "国庆放假。"


def test_a_week_to_come_is_refused(engagement: Engagement, engineer: User) -> None:
    period = Week.of(engagement.today()).after.code
    with pytest.raises(DomainError, match="has not begun"):
        issue_week(engineer, engagement, period=period)


@pytest.mark.parametrize(
    ("kind", "period"), [("weekly_report", ""), ("weekly_report", "x"), ("field_manual", "2026-W47")]
)
def test_only_a_weekly_report_tells_of_a_week(kind: str, period: str, engagement: Engagement, engineer: User) -> None:
    """What must never be false: a week without a report's kind, or a weekly report of no week."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.create(engagement=engagement, kind=kind, period=period, edited_by=engineer)


def test_two_who_issue_the_same_week_at_once_issue_one(
    postgresql: None, engagement: Engagement, engineer: User, manager: User, in_parallel: InParallel
) -> None:
    stand_up(engagement, 1)
    results = in_parallel(*[lambda who=who: issue_week(who, engagement) for who in (engineer, manager) * 2])
    assert sum(isinstance(result, Document) for result in results) == 1
    assert all(isinstance(result, Document | StaleError | DomainError) for result in results)
    assert Document.objects.count() == 1


def test_two_weeks_issued_at_once_are_both_issued_in_the_end(
    postgresql: None, engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    """Neither takes the other's version; one may have to build again."""
    stand_up(engagement, 1)
    stand_up(engagement, -6)
    weeks = [last_week(engagement), last_week(engagement).before]
    results = in_parallel(*[lambda week=week: issue_week(engineer, engagement, period=week.code) for week in weeks])
    assert {(row.period, row.version) for row in results} == {(week.code, 1) for week in weeks}


def test_a_report_built_on_another_day_is_the_same(engagement: Engagement, engineer: User) -> None:
    """The week is over: what it says of itself does not depend on the day one looks."""
    said(stand_up(engagement, 1), "联调接口", done=True)
    first = report(engagement)
    with time_machine.travel(timezone.now() + timedelta(days=9)):
        later = report(Engagement.objects.unscoped().get(pk=engagement.pk), Week.parse(first.week))
    assert (first.done, first.as_of_on, first.position) == (later.done, later.as_of_on, later.position)


def test_a_week_that_is_issued_leaves_the_words_of_another(engagement: Engagement, engineer: User) -> None:
    """What a version says it changes is of its own week: the draft of another keeps its own."""
    told = last_week(engagement)
    for week in (told, told.before):
        services.save_draft(
            actor=engineer, engagement=engagement, kind=WEEKLY, version=0, summary="小结", changes="改了数字",
            period=week.code,
        )  # fmt: skip
    issue_week(engineer, engagement)
    kept = {week.code: services.draft_of(engagement, WEEKLY, week.code).changes for week in (told, told.before)}
    assert kept == {told.code: "", told.before.code: "改了数字"}
