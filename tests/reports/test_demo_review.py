"""The sample review: what the client said, what was learned and binds now, with whom delays lie, how it held after a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from engagements import gates
from engagements.models import Engagement, Lesson, NewNeed, Phase, Reading, StandingRule, Survey, SurveyAnswer
from onsite.core.calendar import WorkingCalendar
from reports.building.snapshots import restored
from reports.delay import delay_of
from reports.demo.stories import CREDIT, CRM, ERP, EXPENSES
from reports.demo.story import Story
from reports.models import DelayVoice, DocumentKind
from reports.satisfaction import satisfaction_of
from tests.reports.reckoning import Reckoning, numbers_of
from tests.reports.test_demo import printed, told

__all__ = ["printed", "told"]

Told = Callable[[Story], Engagement]


def test_the_banks_lesson_binds_its_next_engagement_and_no_manufacturer(told: Told) -> None:
    """R2: the article's own case, the permission confirmation letter."""
    rule = StandingRule.objects.get(lesson__engagement=told(CRM))
    for story, binds in ((CREDIT, True), (ERP, False)):
        codes = {row.obstacle.code for row in gates.standing_before(told(story), Phase.EXECUTION)}
        assert (f"rule.{rule.pk}" in codes) is binds


def test_both_reviews_asked_the_client(told: Told) -> None:
    """R1: with answers on screen and on paper; the bank still waits for one of three."""
    for story, answers, mean in ((CRM, 2, "4.5"), (EXPENSES, 3, "4.3")):
        found = satisfaction_of(told(story))
        assert (found.answers, found.on_paper, str(found.mean)) == (answers, 1, mean)
    assert Survey.objects.unscoped().get(engagement=told(CRM)).closed_at is None
    for answer in SurveyAnswer.objects.unscoped().select_related("survey"):
        assert answer.survey.asked_at is not None
        assert answer.survey.asked_at.date() <= answer.answered_on <= answer.survey.closes_on


def test_both_sides_speak_of_the_banks_delay(told: Told) -> None:
    """N5: every slipped day lies with somebody or nobody, and an objection stands beside its line."""
    found = delay_of(told(CRM), for_client=True)
    assert found.go_live is not None and found.go_live.ledger.slip == 1
    assert sum(found.go_live.ledger.attributed.values()) == 1, "the letter waited with the client"
    stances = DelayVoice.objects.unscoped().filter(engagement=told(CRM)).values_list("stance", flat=True)
    assert sorted(stances) == ["agrees", "objects"]


def test_the_visit_after_a_month_measured_again(told: Told) -> None:
    """R3, N6: one objective slipped back behind its target, one got better; a new need has an owner."""
    visit = told(EXPENSES).visits.unscoped().get(kind="1m")
    assert visit.held_on == visit.due_on <= told(EXPENSES).today() - timedelta(days=2)
    readings = Reading.objects.unscoped().filter(objective__engagement=told(EXPENSES))
    closing = {row.objective_id: row.value for row in readings.filter(closes=True)}
    found = {row.objective_id: row.value for row in readings.filter(visit=visit)}
    assert sorted(found[pk] - closing[pk] for pk in closing) == [0, Decimal("0.2"), Decimal("0.8")]
    assert NewNeed.objects.unscoped().get(visit=visit).owner.name == "孙一凡"
    assert Lesson.objects.unscoped().filter(engagement=told(EXPENSES)).exists()


def test_the_reports_agree_with_their_raw_rows(told: Told) -> None:
    """R1: the second, plain implementation on the sample rows."""
    china = WorkingCalendar("CN")
    engagement = told(CRM)
    (row,) = engagement.documents.unscoped().of_kind(DocumentKind.CLOSING_REPORT)
    days = [engagement.start_on + timedelta(days=n) for n in range(-40, 160)]
    off = {day for day in days if day.weekday() < 5 and not china.is_working(day)}
    worked = {day for day in days if day.weekday() > 4 and china.is_working(day)}
    reckoning = Reckoning(engagement.pk, today=engagement.today(), days_off=off, days_worked=worked)
    assert numbers_of(restored(row)) == reckoning.numbers()
