"""The internal appendix from the rows that no client reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Engagement, NoLesson, PlanSnapshot, StageKind, SurveyAnswer, Waiver
from onsite.accounts.roles import Part
from reports.building.closing_report import counts_of, key_problem
from reports.building.cover import Team, cover_of
from reports.delay import MilestoneDelay, delay_of, is_published, share_words
from reports.documents.appendix import Attribution, InternalAppendix, PlannedEnd, Score, WaivedObstacle
from reports.documents.closing_report import Lesson
from reports.models import Draft
from standups.models import Party


def build_appendix(engagement: Engagement, draft: Draft, language: str) -> InternalAppendix:
    """Return the appendix as of the site's today, in `language`; version, address and audit head come when it is issued.

    About twenty queries. The engagement's client and creator must be loaded.
    """
    today = engagement.today()
    with override(language):
        problems = list(engagement.problems.unscoped().filter(is_internal=True).oldest_first())
        agreed_on = _agreed_days(engagement, today)
        team = Team(engagement)
        return InternalAppendix(
            **cover_of(engagement, language, today),
            manager_name=team.manager_name,
            lead_name=team.name_of(Part.LEAD) or team.manager_name,
            summary=draft.summary,
            verify_url="",
            audit_head="",
            agreed_days=len(agreed_on),
            missed_on=_missed(engagement, agreed_on),
            lessons=_lessons(engagement),
            no_lesson=_no_lesson(engagement),
            key_problems=tuple(key_problem(problem) for problem in problems if problem.is_key),
            problem_counts=counts_of(problems),
            delays=tuple(_attribution(row) for row in delay_of(engagement, for_client=False).milestones),
            is_delay_published=is_published(engagement),
            waivers=_waivers(engagement),
            scores=_scores(engagement),
            planned_ends=tuple(_planned_ends(engagement)),
        )


def _agreed_days(engagement: Engagement, today: date) -> list[date]:
    days = (engagement.start_on + timedelta(days=offset) for offset in range((today - engagement.start_on).days + 1))
    return [day for day in days if engagement.expects_stand_up(day)]


def _missed(engagement: Engagement, agreed_on: list[date]) -> tuple[date, ...]:
    held = set(engagement.stand_ups.unscoped().shared().values_list("held_on", flat=True))
    return tuple(day for day in agreed_on if day not in held)


def _lessons(engagement: Engagement) -> tuple[Lesson, ...]:
    rows = engagement.lessons.unscoped().filter(is_internal=True)
    return tuple(Lesson(title=row.title, text=row.what_happened, why=row.why, rule=row.rule) for row in rows)


def _no_lesson(engagement: Engagement) -> str:
    found = NoLesson.objects.unscoped().filter(engagement=engagement).first()
    return found.reason if found else ""


def _attribution(row: MilestoneDelay) -> Attribution:
    words = [
        _("%(party)s %(days)s") % {"party": Party(party).label, "days": share_words(days)}
        for party, days in row.ledger.attributed.items()
    ]
    if row.ledger.unattributed:
        words.append(_("not attributed %(days)s") % {"days": row.ledger.unattributed})
    return Attribution(milestone=row.stage.get_kind_display(), slip_days=row.ledger.slip, shares=tuple(words))


def _waivers(engagement: Engagement) -> tuple[WaivedObstacle, ...]:
    return tuple(_waived(engagement, row) for row in engagement.waivers.unscoped().select_related("granted_by"))


def _waived(engagement: Engagement, row: Waiver) -> WaivedObstacle:
    return WaivedObstacle(
        text=row.obstacle_text,
        phase=str(row.get_before_phase_display()),
        reason=row.reason,
        granted_by=row.granted_by.name,
        granted_on=row.granted_at.astimezone(engagement.zone).date(),
        due_on=row.due_on,
    )


def _scores(engagement: Engagement) -> tuple[Score, ...]:
    rows = SurveyAnswer.objects.unscoped().filter(survey__engagement=engagement).select_related("survey__stage")
    return tuple(
        Score(
            occasion=str(row.survey),
            name=row.name,
            role=row.role,
            mark=row.overall,
            text=row.text,
            answered_on=row.answered_on,
        )
        for row in rows
    )


def _planned_ends(engagement: Engagement) -> Iterator[PlannedEnd]:
    """Where go-live was planned for, each time it moved; the first line is the first plan."""
    taken = PlanSnapshot.objects.unscoped().filter(stage__engagement=engagement, stage__kind=StageKind.GO_LIVE)
    rows = list(taken.order_by("taken_on").values_list("taken_on", "finish_on"))
    for (_before, was), (on, finish_on) in pairwise([(date.min, date.min), *rows]):
        if finish_on != was:
            yield PlannedEnd(on=on, go_live_on=finish_on)
