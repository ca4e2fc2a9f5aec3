"""E1: several engineers write one day; lines merge, stale edits keep both texts, nobody's words are lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from standups.models import Answer, Line, ProblemAnswer, Section, StandUp
from standups.services.entry import (
    MOST_LINES,
    AnswerEntry,
    Conflict,
    Entry,
    LineEntry,
    Shown,
    carried_id,
    entry_of,
    entry_of_answer,
    first_entry,
)
from standups.services.publishing import publish_stand_up
from standups.services.writing import save_stand_up
from tests.factories import LineFactory, MembershipFactory, ProblemFactory, StandUpFactory
from tests.standups.browser import line


@pytest.fixture
def today(engagement: Engagement) -> date:
    return engagement.today()


def texts(stand_up: StandUp) -> list[str]:
    return list(stand_up.lines.unscoped().values_list("text", flat=True))


def shown_of(user: User, stand_up: StandUp) -> dict[str, LineEntry]:
    """Return the page's lines by text, each with the mark a page of now would carry."""
    return {e.text: replace(e, seen=e.mark) for e in entry_of(user=user, stand_up=stand_up).lines}


def save(
    user: User, engagement: Engagement, *lines: LineEntry, day: date | None = None
) -> tuple[StandUp, list[Conflict]]:
    return save_stand_up(
        actor=user, engagement=engagement, day=day or engagement.today(), entry=Entry(lines=list(lines))
    )


def test_the_first_page_proposes_yesterday_and_everyone_of_the_vendor(
    engagement: Engagement, engineer: User, colleague: User, client_pm: User, today: date
) -> None:
    old = StandUpFactory(engagement=engagement, held_on=today - timedelta(days=3))
    planned = LineFactory(stand_up=old, text="BOM 导入校验")
    LineFactory(stand_up=old, text="内部的事", is_internal=True, position=1)
    LineFactory(stand_up=old, section=Section.PROBLEM, text="不是计划")
    entry = first_entry(user=engineer, engagement=engagement, day=today)
    assert [(e.text, e.section, e.is_internal, e.is_done) for e in entry.lines] == [
        ("BOM 导入校验", Section.DONE, False, False),
        ("内部的事", Section.DONE, True, False),
    ]
    assert entry.lines[0].id == carried_id(planned.pk, today)
    assert len(entry.present) == 2


def test_a_draft_that_was_never_published_still_hands_its_undone_lines_on(
    engagement: Engagement, engineer: User, today: date
) -> None:
    draft = StandUpFactory(engagement=engagement, held_on=today - timedelta(days=1), published_at=None)
    LineFactory(stand_up=draft, section=Section.DONE, text="没做完")
    LineFactory(stand_up=draft, section=Section.DONE, text="做完了", is_done=True)
    LineFactory(stand_up=draft, text="计划")
    entry = first_entry(user=engineer, engagement=engagement, day=today)
    assert [e.text for e in entry.lines] == ["计划", "没做完"]


def test_different_lines_of_two_people_merge(engagement: Engagement, engineer: User, colleague: User) -> None:
    """RULES: different lines merge."""
    mine, theirs = line("李的一句"), line("王的一句")
    save(engineer, engagement, mine)
    stand_up, conflicts = save(colleague, engagement, theirs)
    assert (set(texts(stand_up)), conflicts) == ({"李的一句", "王的一句"}, [])


def test_the_same_line_sent_twice_is_one_line(engagement: Engagement, engineer: User) -> None:
    typed = line("一句")
    save(engineer, engagement, typed)
    stand_up, conflicts = save(engineer, engagement, typed)
    assert (texts(stand_up), conflicts) == (["一句"], [])


def test_an_untouched_line_overwrites_nobody(engagement: Engagement, engineer: User, colleague: User) -> None:
    """A page opened before a colleague's change sends the old words of lines it never touched."""
    stand_up, _ = save(engineer, engagement, line("旧"), line("别的"))
    page = shown_of(colleague, stand_up)
    save(engineer, engagement, replace(page["旧"], text="新"))
    _, conflicts = save(colleague, engagement, page["旧"], replace(page["别的"], text="改了"))
    assert (sorted(texts(stand_up)), conflicts) == (sorted(["新", "改了"]), [])


def test_a_stale_edit_keeps_both_texts(engagement: Engagement, engineer: User, colleague: User) -> None:
    """RULES: a stale edit of the same line keeps both texts for a person to choose."""
    stand_up, _ = save(engineer, engagement, line("旧"))
    page = shown_of(colleague, stand_up)["旧"]
    save(engineer, engagement, replace(page, text="李的"))
    _, conflicts = save(colleague, engagement, replace(page, text="王的"))
    (conflict,) = conflicts
    assert (conflict.key, conflict.theirs, conflict.their_name) == (str(page.id), "李的", engineer.name)
    assert texts(stand_up) == ["李的"]
    # Chosen: the next save carries the mark of their words, so it wins.
    save(colleague, engagement, replace(page, text="王的", seen=conflict.mark))
    assert texts(stand_up) == ["王的"]


@pytest.mark.parametrize("change", [{"is_internal": True}, {"is_done": True}, {"text": "改"}])
def test_every_part_of_a_line_counts_as_a_change(
    engagement: Engagement, engineer: User, colleague: User, change: dict[str, object]
) -> None:
    stand_up, _ = save(engineer, engagement, line("旧", Section.DONE))
    page = shown_of(colleague, stand_up)["旧"]
    save(engineer, engagement, replace(page, **change))  # type: ignore[arg-type]
    _, conflicts = save(colleague, engagement, replace(page, text="王的"))
    assert len(conflicts) == 1


def test_a_line_a_colleague_took_out_stays_out(engagement: Engagement, engineer: User, colleague: User) -> None:
    stand_up, _ = save(engineer, engagement, line("去掉"), line("留下"))
    page = shown_of(colleague, stand_up)
    save(engineer, engagement, replace(page["去掉"], text=""))
    save(colleague, engagement, page["去掉"], page["留下"])
    assert texts(stand_up) == ["留下"]


def test_words_typed_over_a_line_that_is_gone_are_kept(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    stand_up, _ = save(engineer, engagement, line("去掉"))
    page = shown_of(colleague, stand_up)["去掉"]
    save(engineer, engagement, replace(page, text=""))
    save(colleague, engagement, replace(page, text="还是要写"))
    assert texts(stand_up) == ["还是要写"]


def test_proposed_lines_are_written_by_the_first_writer_only(
    engagement: Engagement, engineer: User, colleague: User, today: date
) -> None:
    """Two first pages propose the same lines; what the first writer took out does not come back with the second."""
    old = StandUpFactory(engagement=engagement, held_on=today - timedelta(days=1))
    LineFactory(stand_up=old, text="留下")
    LineFactory(stand_up=old, text="去掉")
    page = [replace(e, seen=e.mark) for e in first_entry(user=engineer, engagement=engagement, day=today).lines]
    save(engineer, engagement, *(replace(e, text="") if e.text == "去掉" else e for e in page))
    stand_up, conflicts = save(colleague, engagement, *page)
    assert (texts(stand_up), conflicts) == (["留下"], [])


def test_a_foreign_line_id_moves_nothing(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, outsider_engineer: User
) -> None:
    """A forged id: the other client's line stays what and where it is."""
    theirs = LineFactory(stand_up=StandUpFactory(engagement=foreign_engagement), text="别人的")
    stand_up, conflicts = save(engineer, engagement, LineEntry(theirs.pk, Section.PROBLEM, "抢来"), line("自己的"))
    publish_stand_up(actor=engineer, stand_up=stand_up)
    save(engineer, engagement, LineEntry(theirs.pk, Section.PROBLEM, "再抢"))
    kept = Line.objects.unscoped().get(pk=theirs.pk)
    assert (kept.text, kept.stand_up_id, kept.problem_id) == ("别人的", theirs.stand_up_id, None)
    assert (texts(stand_up), conflicts) == (["自己的"], [])
    assert not engagement.problems.exists()


def test_a_line_of_another_day_stays_there(engagement: Engagement, engineer: User, today: date) -> None:
    old = LineFactory(stand_up=StandUpFactory(engagement=engagement, held_on=today - timedelta(days=1)))
    stand_up, _ = save(engineer, engagement, LineEntry(old.pk, Section.PLAN, "搬来"))
    assert texts(stand_up) == []


def test_foreign_people_and_problems_are_refused_silently(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, outsider_engineer: User, today: date
) -> None:
    problem = ProblemFactory(engagement=foreign_engagement, raised_on=today - timedelta(days=2))
    stranger = foreign_engagement.memberships.unscoped().get()
    entry = Entry(
        lines=[line("一句")],
        answers=[AnswerEntry(problem.pk, Answer.SOLVED), AnswerEntry(987654321)],
        present=[stranger.pk, 987654321],
    )
    stand_up, _ = save_stand_up(actor=engineer, engagement=engagement, day=today, entry=entry)
    assert not stand_up.attendances.exists()
    assert not ProblemAnswer.objects.exists()


def test_somebody_who_left_is_no_new_attendee(engagement: Engagement, engineer: User, today: date) -> None:
    left = MembershipFactory(engagement=engagement, ended_at="2026-01-01T00:00:00Z")
    stand_up, _ = save_stand_up(actor=engineer, engagement=engagement, day=today, entry=Entry(present=[left.pk]))
    assert not stand_up.attendances.exists()


def test_attendance_length_and_form_merge_by_what_each_changed(
    engagement: Engagement, engineer: User, colleague: User, client_pm: User, today: date
) -> None:
    lead, second, pm = engagement.memberships.unscoped().order_by("pk").values_list("pk", flat=True)
    save_stand_up(actor=engineer, engagement=engagement, day=today, entry=Entry(present=[lead, second], minutes=10))
    shown = Shown(present=frozenset({lead, second}), minutes=10)
    # One notes that the client's PM came, the other that a colleague was missing and that it took longer.
    came = Entry(present=[lead, second, pm], minutes=10, shown=shown)
    longer = Entry(present=[lead], minutes=18, shown=shown)
    save_stand_up(actor=engineer, engagement=engagement, day=today, entry=longer)
    stand_up, _ = save_stand_up(actor=colleague, engagement=engagement, day=today, entry=came)
    assert set(stand_up.attendances.unscoped().values_list("membership_id", flat=True)) == {lead, pm}
    assert StandUp.objects.unscoped().get(pk=stand_up.pk).minutes == 18


def test_without_a_meeting_there_is_no_length(
    engagement: Engagement, engineer: User, colleague: User, today: date
) -> None:
    """Also where one noted the length while the other said that nobody met."""
    noted = Entry(minutes=13, shown=Shown())
    for user, entry in ((engineer, noted), (colleague, Entry(in_writing=True, shown=Shown())), (engineer, noted)):
        save_stand_up(actor=user, engagement=engagement, day=today, entry=entry)
    assert StandUp.objects.unscoped().values_list("minutes", "in_writing").get() == (None, True)
    save_stand_up(
        actor=engineer, engagement=engagement, day=today, entry=Entry(minutes=13, shown=Shown(in_writing=True))
    )
    assert StandUp.objects.unscoped().values_list("minutes", "in_writing").get() == (13, False)


def test_every_open_problem_gets_an_answer(engagement: Engagement, engineer: User, today: date) -> None:
    """E1: "still" where nothing else was said; problems of today or solved ones are not asked."""
    asked = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=2))
    ProblemFactory(engagement=engagement, raised_on=today)
    ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=2), solved_on=today - timedelta(days=1))
    stand_up, _ = save(engineer, engagement, line("一句"))
    answers = stand_up.answers.unscoped().values_list("problem_id", "answer")
    assert list(answers) == [(asked.pk, Answer.STILL)]


def test_answers_of_two_people_conflict_like_lines(
    engagement: Engagement, engineer: User, colleague: User, today: date
) -> None:
    problem = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=2))
    shown = AnswerEntry(problem.pk)
    shown = replace(shown, seen=shown.mark)

    def answer(user: User, entry: AnswerEntry) -> list[Conflict]:
        return save_stand_up(actor=user, engagement=engagement, day=today, entry=Entry(answers=[entry]))[1]

    assert answer(engineer, replace(shown, answer=Answer.CHANGED, note="厂家在查")) == []
    assert answer(colleague, shown) == []
    (conflict,) = answer(colleague, replace(shown, answer=Answer.SOLVED))
    assert (conflict.key, conflict.their_name) == (str(problem.pk), engineer.name)
    assert "厂家在查" in conflict.theirs
    assert ProblemAnswer.objects.unscoped().get().answer == Answer.CHANGED


def test_an_answer_to_an_internal_problem_is_internal(engagement: Engagement, engineer: User, today: date) -> None:
    problem = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=2), is_internal=True)
    entry = Entry(answers=[AnswerEntry(problem.pk, note="不能说", is_internal=False)])
    save_stand_up(actor=engineer, engagement=engagement, day=today, entry=entry)
    stored = ProblemAnswer.objects.unscoped().get()
    assert stored.is_internal
    changed = Entry(answers=[AnswerEntry(problem.pk, note="还是不能说", seen=entry_of_answer(stored).mark)])
    save_stand_up(actor=engineer, engagement=engagement, day=today, entry=changed)
    assert ProblemAnswer.objects.unscoped().values_list("note", "is_internal").get() == ("还是不能说", True)


def test_a_day_holds_so_many_lines(engagement: Engagement, engineer: User) -> None:
    save(engineer, engagement, *(line(str(n)) for n in range(MOST_LINES)))
    with pytest.raises(DomainError):
        save(engineer, engagement, line("一句太多"))
    assert Line.objects.count() == MOST_LINES


@pytest.mark.parametrize("days", [1, -367, -3000])
def test_days_that_cannot_be_written(engagement: Engagement, engineer: User, today: date, days: int) -> None:
    with pytest.raises(DomainError):
        save(engineer, engagement, line("一句"), day=today + timedelta(days=days))
    assert not StandUp.objects.exists()


def test_those_who_may_not_write(
    engagement: Engagement, engineer: User, client_pm: User, outsider_engineer: User, administrator: User
) -> None:
    for user in (client_pm, outsider_engineer, administrator):
        with pytest.raises(PermissionDenied):
            save(user, engagement, line("一句"))
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CANCELLED)
    with pytest.raises(PermissionDenied):
        save(engineer, Engagement.objects.unscoped().get(pk=engagement.pk), line("一句"))


def test_a_draft_page_does_not_write_into_a_published_day(engagement: Engagement, engineer: User, today: date) -> None:
    """A colleague published meanwhile: half-typed words must not reach the client unseen."""
    StandUpFactory(engagement=engagement, held_on=today)
    entry = Entry(lines=[line("打了一半")], shown=Shown(published=False))
    with pytest.raises(StaleError):
        save_stand_up(actor=engineer, engagement=engagement, day=today, entry=entry)
    assert not Line.objects.exists()


def test_every_change_is_audited_and_nothing_else(engagement: Engagement, engineer: User) -> None:
    stand_up, _ = save(engineer, engagement, line("一句"))
    page = shown_of(engineer, stand_up)["一句"]
    head = audit.head_of(engagement.audit_chain)
    save(engineer, engagement, page)
    assert audit.head_of(engagement.audit_chain) == head
    save(engineer, engagement, replace(page, text="另一句"))
    assert audit.head_of(engagement.audit_chain) != head
    assert audit.first_broken(engagement.audit_chain) is None


def test_a_new_line_with_an_unused_id_of_nowhere_is_written(engagement: Engagement, engineer: User) -> None:
    stand_up, _ = save(engineer, engagement, LineEntry(uuid4(), Section.PROBLEM, "问题"))
    assert texts(stand_up) == ["问题"]
