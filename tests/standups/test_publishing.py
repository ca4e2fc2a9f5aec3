"""E1, N4: publication shows the shared lines at once, and what follows from it happens once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from standups.models import Answer, Party, Problem, Section, Severity, StandUp
from standups.services.entry import AnswerEntry, Entry, LineEntry, entry_of
from standups.services.publishing import publish_stand_up
from standups.services.writing import save_stand_up
from standups.shown import ShownDay, shown_day
from tests.factories import LineFactory, ProblemFactory, StandUpFactory
from tests.standups.browser import line


@pytest.fixture
def today(engagement: Engagement) -> date:
    return engagement.today()


def save(
    user: User, engagement: Engagement, lines: Sequence[LineEntry] = (), answers: Sequence[AnswerEntry] = ()
) -> StandUp:
    entry = Entry(lines=list(lines), answers=list(answers))
    return save_stand_up(actor=user, engagement=engagement, day=engagement.today(), entry=entry)[0]


def stored(stand_up: StandUp) -> StandUp:
    return StandUp.objects.unscoped().select_related("engagement").get(pk=stand_up.pk)


def correct(user: User, stand_up: StandUp, old: str, **change: object) -> None:
    """Change one line of the published day."""
    page = {entry.text: entry for entry in entry_of(user=user, stand_up=stand_up).lines}
    typed = replace(page[old], seen=page[old].mark, **change)  # type: ignore[arg-type]
    save(user, stand_up.engagement, [typed])


def test_problem_lines_become_tracked_problems(engagement: Engagement, engineer: User) -> None:
    """E1: a problem becomes a tracked issue there and then; one from an internal line is internal."""
    problem = Section.PROBLEM
    stand_up = save(
        engineer,
        engagement,
        [
            line("字段映射错误", problem, severity=Severity.CRITICAL, next_step_with=Party.CLIENT),
            line("客户内部有分歧", problem, is_internal=True),
        ],
    )
    assert not Problem.objects.exists()
    publish_stand_up(actor=engineer, stand_up=stand_up)
    rows = engagement.problems.unscoped().order_by("pk")
    assert list(rows.values_list("title", "is_internal", "severity", "next_step_with", "raised_on", "raised_in")) == [
        ("字段映射错误", False, "critical", "client", engagement.today(), stand_up.pk),
        ("客户内部有分歧", True, "major", "vendor", engagement.today(), stand_up.pk),
    ]
    assert set(stand_up.lines.unscoped().values_list("problem", flat=True)) == {row.pk for row in rows}


def test_publishing_twice_is_one_publication(engagement: Engagement, engineer: User, colleague: User) -> None:
    stand_up = save(engineer, engagement, [line("问题", Section.PROBLEM), line("没做完", Section.DONE)])
    publish_stand_up(actor=engineer, stand_up=stand_up)
    first = stored(stand_up).published_at
    publish_stand_up(actor=colleague, stand_up=stand_up)
    again = stored(stand_up)
    assert (again.published_at, again.published_by) == (first, engineer)
    assert Problem.objects.count() == 1
    assert AuditEntry.objects.filter(action="stand_up.published").count() == 1


def test_undone_lines_go_on_today_and_tomorrow_asks_for_them(engagement: Engagement, engineer: User) -> None:
    """E1: an unticked line is carried; its visibility goes with it."""
    stand_up = save(
        engineer,
        engagement,
        [line("做完", Section.DONE, is_done=True), line("没做完", Section.DONE, is_internal=True), line("计划")],
    )
    publish_stand_up(actor=engineer, stand_up=stand_up)
    plan = stand_up.lines.unscoped().in_section(Section.PLAN)
    assert list(plan.values_list("text", "is_internal")) == [("计划", False), ("没做完", True)]


def test_answers_become_the_problems_state(engagement: Engagement, engineer: User, today: date) -> None:
    raised_on = today - timedelta(days=2)
    solved = ProblemFactory(engagement=engagement, raised_on=raised_on)
    still = ProblemFactory(engagement=engagement, raised_on=raised_on)
    stand_up = save(engineer, engagement, answers=[AnswerEntry(solved.pk, Answer.SOLVED)])
    assert not Problem.objects.solved().exists(), "a draft changes nothing"
    publish_stand_up(actor=engineer, stand_up=stand_up)
    assert list(Problem.objects.unscoped().values_list("pk", "solved_on")) == [(solved.pk, today), (still.pk, None)]


def test_a_correction_reopens_what_it_no_longer_calls_solved(
    engagement: Engagement, engineer: User, today: date
) -> None:
    problem = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=2))
    said = AnswerEntry(problem.pk, Answer.SOLVED)
    stand_up = save(engineer, engagement, answers=[said])
    publish_stand_up(actor=engineer, stand_up=stand_up)
    save(engineer, engagement, answers=[replace(said, answer=Answer.CHANGED, seen=said.mark)])
    problem.refresh_from_db()
    assert problem.solved_on is None
    save(engineer, engagement, answers=[replace(said, seen=replace(said, answer=Answer.CHANGED).mark)])
    problem.refresh_from_db()
    assert problem.solved_on == today


def test_a_correction_is_marked_raises_problems_and_keeps_what_was_read(
    engagement: Engagement, engineer: User
) -> None:
    stand_up = save(engineer, engagement, [line("写错了"), line("秘密", is_internal=True)])
    publish_stand_up(actor=engineer, stand_up=stand_up)
    assert stored(stand_up).corrected_at is None
    correct(engineer, stored(stand_up), "写错了", text="写对了")
    correct(engineer, stored(stand_up), "秘密", text="另一个秘密")
    save(engineer, engagement, [line("后来想起的问题", Section.PROBLEM)])
    assert stored(stand_up).corrected_at is not None
    assert engagement.problems.unscoped().get().title == "后来想起的问题"
    corrected = AuditEntry.objects.filter(action="stand_up.corrected").order_by("pk")
    kept = [entry.data["read_before"] for entry in corrected]
    assert [list(words.values()) for words in kept] == [["写错了"], [], []]


def test_saving_a_published_day_unchanged_corrects_nothing(engagement: Engagement, engineer: User) -> None:
    stand_up = save(engineer, engagement, [line("一句")])
    publish_stand_up(actor=engineer, stand_up=stand_up)
    correct(engineer, stored(stand_up), "一句")
    assert stored(stand_up).corrected_at is None


def test_a_line_unticked_by_a_correction_is_carried(engagement: Engagement, engineer: User) -> None:
    stand_up = save(engineer, engagement, [line("其实没做完", Section.DONE, is_done=True)])
    publish_stand_up(actor=engineer, stand_up=stand_up)
    assert not stand_up.lines.in_section(Section.PLAN).exists()
    correct(engineer, stored(stand_up), "其实没做完", is_done=False)
    assert stand_up.lines.unscoped().in_section(Section.PLAN).get().text == "其实没做完"


def test_a_line_made_internal_takes_its_problem_along(engagement: Engagement, engineer: User) -> None:
    stand_up = save(engineer, engagement, [line("不该说", Section.PROBLEM)])
    publish_stand_up(actor=engineer, stand_up=stand_up)
    correct(engineer, stored(stand_up), "不该说", is_internal=True, text="不该这么说")
    problem = engagement.problems.unscoped().get()
    assert (problem.is_internal, problem.title) == (True, "不该这么说")


@pytest.mark.parametrize(("told", "stays_internal"), [("", False), ("在内部说的原因", True)])
def test_a_line_made_shared_shares_no_story_told_in_confidence(
    engagement: Engagement, engineer: User, told: str, stays_internal: bool
) -> None:
    stand_up = save(engineer, engagement, [line("先内部", Section.PROBLEM, is_internal=True)])
    publish_stand_up(actor=engineer, stand_up=stand_up)
    Problem.objects.update(cause=told)
    correct(engineer, stored(stand_up), "先内部", is_internal=False)
    assert engagement.problems.unscoped().get().is_internal is stays_internal


def test_a_title_of_its_own_is_not_overwritten(engagement: Engagement, engineer: User) -> None:
    stand_up = save(engineer, engagement, [line("问题", Section.PROBLEM)])
    publish_stand_up(actor=engineer, stand_up=stand_up)
    Problem.objects.update(title="更好的标题")
    correct(engineer, stored(stand_up), "问题", text="问题改了")
    assert engagement.problems.unscoped().get().title == "更好的标题"


def test_a_day_that_says_nothing_is_not_published(engagement: Engagement, engineer: User) -> None:
    with pytest.raises(DomainError):
        publish_stand_up(actor=engineer, stand_up=save(engineer, engagement))


def test_those_who_may_not_publish(engagement: Engagement, engineer: User, client_pm: User) -> None:
    stand_up = save(engineer, engagement, [line("一句")])
    with pytest.raises(PermissionDenied):
        publish_stand_up(actor=client_pm, stand_up=stand_up)


def test_what_was_previewed_is_what_is_published(engagement: Engagement, engineer: User, colleague: User) -> None:
    """RULES: the preview shows exactly what the client will see; a colleague's shared line since then is looked at
    first, an internal one changes nothing."""
    stand_up = save(engineer, engagement, [line("一句")])
    seen = shown_day(user=engineer, stand_up=stand_up, as_client=True).mark
    save(colleague, engagement, [line("内部的", is_internal=True)])
    assert shown_day(user=engineer, stand_up=stand_up, as_client=True).mark == seen
    save(colleague, engagement, [line("又一句")])
    with pytest.raises(StaleError):
        publish_stand_up(actor=engineer, stand_up=stand_up, seen=seen)
    assert not stored(stand_up).is_published


def _words(shown: ShownDay) -> list[object]:
    parts = [[row.text for row in part] for part in (shown.done, shown.plan, shown.problems)]
    return [*parts, [(row.title, row.note) for row in shown.answers]]


def test_the_client_sees_exactly_the_preview(
    engagement: Engagement, engineer: User, client_pm: User, today: date
) -> None:
    """N4: one stand-up, two projections; carried lines, answers and internal rows included."""
    shared = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=2), title="旧问题")
    hidden = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=2), is_internal=True)
    stand_up = save(
        engineer,
        engagement,
        [
            line("没做完", Section.DONE),
            line("没做完的内部事", Section.DONE, is_internal=True),
            line("计划"),
            line("问题", Section.PROBLEM),
            line("内部问题", Section.PROBLEM, is_internal=True),
        ],
        [AnswerEntry(shared.pk, note="在查"), AnswerEntry(hidden.pk, note="不能说")],
    )
    preview = shown_day(user=engineer, stand_up=stand_up, as_client=True)
    publish_stand_up(actor=engineer, stand_up=stand_up)
    read = shown_day(user=client_pm, stand_up=stored(stand_up))
    assert _words(preview) == [["没做完"], ["计划", "没做完"], ["问题"], [("旧问题", "在查")]]
    assert (_words(read), read.mark) == (_words(preview), preview.mark)
    assert (preview.internal_count, read.internal_count) == (4, 0)


def test_what_was_said_in_confidence_stays_so_when_the_problem_is_shared(
    engagement: Engagement, engineer: User, client_pm: User, today: date
) -> None:
    problem = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=2), is_internal=True)
    stand_up = save(engineer, engagement, [line("一句")], [AnswerEntry(problem.pk, note="不能说")])
    publish_stand_up(actor=engineer, stand_up=stand_up)
    Problem.objects.update(is_internal=False)
    assert shown_day(user=client_pm, stand_up=stored(stand_up)).answers == ()


@pytest.mark.parametrize(
    ("zone", "published", "late"),
    [
        ("Asia/Shanghai", datetime(2026, 3, 2, 15, 59, tzinfo=UTC), False),
        ("Asia/Shanghai", datetime(2026, 3, 2, 16, 1, tzinfo=UTC), True),
        ("America/New_York", datetime(2026, 3, 3, 4, 59, tzinfo=UTC), False),
        ("America/New_York", datetime(2026, 3, 3, 5, 1, tzinfo=UTC), True),
    ],
)
def test_late_means_after_midnight_at_the_site(
    engagement: Engagement, zone: str, published: datetime, late: bool
) -> None:
    engagement.time_zone = zone
    stand_up = StandUpFactory.build(
        engagement=engagement, created_by=engagement.created_by, held_on=date(2026, 3, 2), published_at=published
    )
    assert stand_up.is_late is late


def test_the_day_is_the_sites_day(engagement: Engagement, engineer: User) -> None:
    """At 16:30 UTC Shanghai is a day ahead: that day can be written, and is today's."""
    with time_machine.travel(datetime(2026, 3, 2, 16, 30, tzinfo=UTC), tick=False):
        stand_up = save(engineer, engagement, [line("一句")])
        assert (stand_up.held_on, timezone.now().date()) == (date(2026, 3, 3), date(2026, 3, 2))


def test_a_late_entry_solves_nothing_that_was_raised_later(
    engagement: Engagement, engineer: User, today: date
) -> None:
    """A missed day is filled in afterwards: a problem of a later day is not asked, so it can't be solved before."""
    later = ProblemFactory(engagement=engagement, raised_on=today)
    entry = Entry(lines=[line("补记")], answers=[AnswerEntry(later.pk, Answer.SOLVED)])
    stand_up, _ = save_stand_up(actor=engineer, engagement=engagement, day=today - timedelta(days=1), entry=entry)
    publish_stand_up(actor=engineer, stand_up=stand_up)
    later.refresh_from_db()
    assert later.is_open


def test_lines_of_the_shown_day_say_whose_step_is_next(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """RULES: what the client owes reads as a request."""
    stand_up = StandUpFactory(engagement=engagement, held_on=engagement.today())
    LineFactory(stand_up=stand_up, section=Section.PROBLEM, next_step_with=Party.CLIENT)
    assert shown_day(user=client_pm, stand_up=stand_up).problems[0].party_label == "Needs your side"
    assert shown_day(user=engineer, stand_up=stand_up).problems[0].party_label == "Client"


def test_a_typo_mended_does_not_share_a_problem_made_internal_on_its_own_page(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """RULES: internal stays internal until its own mark is changed."""
    stand_up = save(engineer, engagement, [line("接口超时", Section.PROBLEM)])
    publish_stand_up(actor=engineer, stand_up=stored(stand_up))
    Problem.objects.update(is_internal=True, owner_role="对方项目组")
    correct(engineer, stored(stand_up), "接口超时", text="接口超时。")
    assert not Problem.objects.visible_to(client_pm).exists()


def test_a_problem_line_taken_out_takes_its_problem_from_the_client(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """RULES: what the client should not read any more is not left on another page; a told story stays."""
    stand_up = save(engineer, engagement, [line("写错地方了", Section.PROBLEM), line("真问题", Section.PROBLEM)])
    publish_stand_up(actor=engineer, stand_up=stored(stand_up))
    Problem.objects.filter(title="真问题").update(symptom="每天九点超时")
    correct(engineer, stored(stand_up), "写错地方了", text="")
    correct(engineer, stored(stand_up), "真问题", text="")
    assert [problem.title for problem in Problem.objects.visible_to(client_pm)] == ["真问题"]
