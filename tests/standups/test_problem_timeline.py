"""E1: the time line tells the vendor every change, whichever door it came through, and a client what both sides share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.models import AuditEntry
from standups.models import Answer, Evidence, Problem, Remedy, Section, StandUp
from standups.services import evidence as services
from standups.services.entry import AnswerEntry, Entry, LineEntry, entry_of
from standups.services.problems import Linking, change_problems, save_problem, solve_problem
from standups.services.publishing import publish_stand_up
from standups.services.replies import Measure, tick_measure
from standups.services.writing import save_stand_up
from standups.steps import Step, changes_in
from standups.timeline import time_line
from tests.conftest import SignIn
from tests.engagements.filing import LEAKY_LOG, a_log, work
from tests.factories import (
    ConcernFactory,
    EvidenceFactory,
    FunctionFactory,
    ModuleFactory,
    ObjectiveFactory,
    ProblemFactory,
    StandUpFactory,
    TaskFactory,
)
from tests.standups.browser import line, words_in
from tests.standups.concerning import answered, raised


def steps(problem: Problem, user: User) -> list[Step]:
    rows = Problem.objects.visible_to(user).select_related("engagement", "raised_by", "raised_in", "owner")
    return time_line(rows.get(pk=problem.pk), user)


def told(problem: Problem, user: User) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return title, who, and the changes of each step, the latest first."""
    return [(step.title, step.who, [(c.label, c.was, c.now) for c in step.changes]) for step in steps(problem, user)]


def held(user: User, engagement: Engagement, *lines: LineEntry, answers: list[AnswerEntry] | None = None) -> StandUp:
    """Write and publish today's stand-up."""
    entry = Entry(lines=list(lines), answers=answers or [])
    stand_up, _ = save_stand_up(actor=user, engagement=engagement, day=engagement.today(), entry=entry)
    publish_stand_up(actor=user, stand_up=stand_up)
    return stand_up


def query(title: str, **fields: str) -> dict[str, Any]:
    texts = {"query": "select 1", "result": "412 ms", "plan": "Seq Scan"}
    head = {"title": title, "environment": "生产环境", "taken_at": timezone.now(), "is_internal": False}
    return head | texts | fields


def corrected(user: User, stand_up: StandUp, old: str, **change: object) -> None:
    row = StandUp.objects.unscoped().select_related("engagement").get(pk=stand_up.pk)
    page = {entry.text: entry for entry in entry_of(user=user, stand_up=row).lines}
    typed = replace(page[old], seen=page[old].mark, **change)  # type: ignore[arg-type]
    save_stand_up(actor=user, engagement=row.engagement, day=row.held_on, entry=Entry(lines=[typed]))


def test_the_problems_own_pages(engagement: Engagement, engineer: User, colleague: User) -> None:
    function = FunctionFactory(module=ModuleFactory(engagement=engagement), name="排产")
    problem = save_problem(actor=engineer, engagement=engagement, title="接口超时")
    save_problem(
        actor=colleague, engagement=engagement, problem=problem, owner=engineer, is_key=True, symptom="每天九点",
        due_on=date(2026, 12, 1), severity="critical", links={"functions": Linking(frozenset([function.pk]))},
    )  # fmt: skip
    change_problems(actor=engineer, engagement=engagement, problems=[problem.pk], next_step_with="client")
    solve_problem(actor=colleague, problem=problem)
    save_problem(actor=engineer, engagement=engagement, problem=problem, solved_on=None)
    lines = told(problem, engineer)
    assert [(title, who) for title, who, _changes in lines] == [
        ("Opened again", "李喆"), ("Solved", "王堃"), ("Changed", "李喆"), ("Changed", "王堃"), ("Raised", "李喆"),
    ]  # fmt: skip
    assert lines[2][2] == [("Next step with", "Vendor", "Client")]
    assert lines[3][2] == [
        ("Severity", "Major: a function can't be used", "Critical: go-live or data at risk"),
        ("Cared for by", "—", "李喆"),
        ("Due", "—", "1 December 2026"),
        ("Key problem, told in the closing report", "no", "yes"),
        ("Symptom", "—", "每天九点"),
        ("Functions", "—", "排产"),
    ]
    assert lines[1][2][0][:2] == ("Solved on", "—")


def test_a_stand_up_that_raised_solved_and_opened_it_again(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    problem = ProblemFactory(
        engagement=engagement, raised_on=engagement.today() - timedelta(days=2), raised_by=engineer
    )
    said = AnswerEntry(problem.pk, Answer.SOLVED, note="补丁已装")
    stand_up = held(engineer, engagement, line("一句"), answers=[said])
    ((title, _who, changes), *_rest) = told(problem, engineer)
    assert (title, changes[0][:2]) == ("Stand-up: Solved", ("Solved on", "—"))
    back = replace(said, answer=Answer.CHANGED, seen=said.mark)
    save_stand_up(actor=colleague, engagement=engagement, day=stand_up.held_on, entry=Entry(answers=[back]))
    first = told(problem, engineer)[0]
    assert (first[0].endswith("corrected"), first[1], first[2][0][2]) == (True, "王堃", "—")


def test_a_corrected_line_tells_what_became_of_its_problem(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    stand_up = held(engineer, engagement, line("接口超时", Section.PROBLEM))
    corrected(colleague, stand_up, "接口超时", text="接口每天九点超时")
    corrected(colleague, stand_up, "接口每天九点超时", is_internal=True)
    problem = engagement.problems.unscoped().get()
    assert [changes for _title, _who, changes in told(problem, engineer)] == [
        [("Internal", "no", "yes")],
        [("Problem", "接口超时", "接口每天九点超时")],
        [],
    ]
    corrected(colleague, stand_up, "接口每天九点超时", is_internal=False)
    corrected(colleague, stand_up, "接口每天九点超时", text="")
    assert told(problem, engineer)[0][2] == [("Internal", "no", "yes")], "a line taken out takes its problem along"
    assert {who for _title, who, changes in told(problem, engineer) if changes} == {"王堃"}


@pytest.mark.parametrize("told_since", [{"next_step": "先瞒着"}, {"owner_role": "对方项目组"}, {"prevention": "换人"}])
def test_a_line_made_shared_shares_nothing_written_in_confidence(
    engagement: Engagement, engineer: User, told_since: dict[str, str]
) -> None:
    stand_up = held(engineer, engagement, line("先内部", Section.PROBLEM, is_internal=True))
    Problem.objects.update(**told_since)
    corrected(engineer, stand_up, "先内部", is_internal=False)
    assert engagement.problems.unscoped().get().is_internal


@pytest.mark.parametrize("tied", ["evidence", "functions", "objectives", "tasks"])
def test_a_line_made_shared_shares_no_evidence_and_no_links(
    engagement: Engagement, engineer: User, client_pm: User, tied: str
) -> None:
    """Evidence is meant for the client unless it says otherwise: it was out of their sight with its problem alone."""
    stand_up = held(engineer, engagement, line("先内部", Section.PROBLEM, is_internal=True))
    problem = engagement.problems.unscoped().get()
    if tied == "evidence":
        EvidenceFactory(problem=problem, added_by=engineer)
    else:
        today = engagement.today()
        stage: dict[str, Any] = {"position": 1, "kind": "testing", "start_on": today, "finish_on": today}
        module = ModuleFactory(engagement=engagement)
        rows: dict[str, Callable[[], Any]] = {
            "functions": lambda: FunctionFactory(module=module),
            "objectives": lambda: ObjectiveFactory(engagement=engagement),
            "tasks": lambda: TaskFactory(stage=engagement.stages.create(**stage)),
        }
        getattr(problem, tied).add(rows[tied]())
    corrected(engineer, stand_up, "先内部", is_internal=False)
    assert engagement.problems.unscoped().get().is_internal
    assert not Evidence.objects.visible_to(client_pm).exists()


def test_the_evidence_and_the_measures(
    engagement: Engagement, engineer: User, manager: User, client_pm: User, sign_in: SignIn
) -> None:
    """The vendor reads what was done with each piece, one that is gone included; a client none of it."""
    concern = raised(engagement, client_pm)
    gone = services.add_query(actor=engineer, problem=concern, **query("canary-gone"))
    held_back = services.add_query(actor=engineer, problem=concern, **query("锁等待", result="13812345678"))
    services.show_evidence(actor=engineer, evidence=gone, is_internal=True)
    services.show_evidence(actor=engineer, evidence=gone, is_internal=False)
    services.remove_evidence(actor=engineer, evidence=gone)
    services.mask_evidence(actor=engineer, evidence=held_back)
    let_go = services.add_query(actor=engineer, problem=concern, **query("号码", result="13812345678"))
    services.release_evidence(actor=manager, evidence=let_go, reason="测试号码")
    answered(engineer, concern, Measure("加索引", engagement.today()))
    remedy = Remedy.objects.unscoped().select_related("reply__problem__engagement").get()
    for is_done in (True, False):
        tick_measure(actor=engineer, remedy=remedy, is_done=is_done)
    others = raised(engagement, client_pm, "别的疑虑")
    services.add_query(actor=engineer, problem=others, **query("别的"))
    lines = [(step.title, step.who, step.note) for step in reversed(steps(concern, engineer))]
    removed = "Query with its result"
    assert [line for line in lines if line[0] not in {"Raised", "Answered"}] == [
        ("Evidence added", "李喆", removed), ("Evidence added", "李喆", "锁等待"),
        ("Evidence made internal", "李喆", removed), ("Evidence shared with the client", "李喆", removed),
        ("Evidence removed", "李喆", removed), ("Evidence masked", "李喆", "锁等待"), ("Evidence added", "李喆", "号码"),
        ("Evidence released", manager.name, "号码 · 测试号码"),
        ("Measure done", "李喆", "加索引"), ("Measure not done yet", "李喆", "加索引"),
    ]  # fmt: skip
    assert [step.title for step in steps(concern, client_pm)] == ["Answered", "Raised"]
    assert "测试号码" not in words_in(sign_in(client_pm).get(concern.get_absolute_url()).content, "main")
    assert "测试号码" in words_in(sign_in(engineer).get(concern.get_absolute_url()).content, "main")


def test_the_file_behind_a_piece(engagement: Engagement, engineer: User, manager: User) -> None:
    problem = ProblemFactory(engagement=engagement)
    head = {name: value for name, value in query("日志").items() if name not in {"query", "result", "plan"}}
    masked, let_go = (
        services.add_file(actor=engineer, problem=problem, upload=a_log(LEAKY_LOG), **head) for _number in range(2)
    )
    work()
    rows = Evidence.objects.unscoped().select_related("attachment", "problem__engagement")
    services.mask_evidence(actor=engineer, evidence=rows.get(pk=masked.pk))
    work()
    services.release_evidence(actor=manager, evidence=rows.get(pk=let_go.pk), reason="脱敏过")
    lines = [(step.title, step.note) for step in steps(problem, engineer)]
    assert lines[:2] == [("File of the evidence released", "日志 · 脱敏过"), ("File of the evidence masked", "日志")]


def test_publishing_writes_one_entry_whatever_it_solves(engagement: Engagement, engineer: User) -> None:
    """The stand-up's own entry says what became of each problem: publishing costs no query more for many of them."""
    counts = []
    for number, days_ago in ((1, 2), (20, 1)):
        day = engagement.today() - timedelta(days=days_ago)
        problems = ProblemFactory.create_batch(number, engagement=engagement, raised_on=day - timedelta(days=1))
        answers = [AnswerEntry(row.pk, Answer.SOLVED) for row in problems]
        entry = Entry(lines=[line("一句")], answers=answers)
        stand_up, _ = save_stand_up(actor=engineer, engagement=engagement, day=day, entry=entry)
        with CaptureQueriesContext(connection) as captured:
            publish_stand_up(actor=engineer, stand_up=stand_up)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert AuditEntry.objects.filter(action="stand_up.published").count() == 2
    assert not Problem.objects.open().exists()


def test_publishing_solves_no_concern(engagement: Engagement, engineer: User) -> None:
    """E3: only the client's word settles it, whatever a draft from before says."""
    concern = ConcernFactory(engagement=engagement, raised_on=engagement.today() - timedelta(days=1))
    draft = StandUpFactory(engagement=engagement, held_on=engagement.today(), published_at=None)
    draft.answers.create(problem=concern, answer=Answer.SOLVED, author=engineer)
    publish_stand_up(actor=engineer, stand_up=draft)
    concern.refresh_from_db()
    assert concern.is_open
    assert AuditEntry.objects.get(action="stand_up.published").data["solved"] == []


def test_a_client_reads_what_both_sides_share(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """Raised, what shared stand-ups said, solved: never a value of the audit, nor who of ours did it."""
    today = engagement.today()
    problem = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=5), raised_by=engineer)
    save_problem(actor=engineer, engagement=engagement, problem=problem, title="改过的标题", cause="canary-cause")
    save_problem(actor=engineer, engagement=engagement, problem=problem, cause="", owner=engineer)
    for days_ago, note, hidden, published in (
        (4, "在查", False, True),
        (3, "暗话", True, True),
        (2, "草稿", False, False),
    ):
        held_on = today - timedelta(days=days_ago)
        at = datetime(held_on.year, held_on.month, held_on.day, 2, tzinfo=UTC) if published else None
        day = StandUpFactory(engagement=engagement, held_on=held_on, published_at=at)
        problem.answers.create(stand_up=day, note=note, is_internal=hidden, author=engineer)
    solve_problem(actor=engineer, problem=problem)
    told_to_client = [(step.title, step.on, step.who, step.note) for step in steps(problem, client_pm)]
    assert told_to_client == [
        ("Solved", today, "", ""),
        ("Stand-up: Still there", today - timedelta(days=4), "", "在查"),
        ("Raised", today - timedelta(days=5), "", ""),
    ]
    assert not any(step.changes for step in steps(problem, client_pm))
    words = words_in(sign_in(client_pm).get(problem.get_absolute_url()).content, "main")
    assert not [secret for secret in ("canary-cause", "MES", "暗话", "草稿", "李喆") if secret in words]
    assert "canary-cause" in words_in(sign_in(engineer).get(problem.get_absolute_url()).content, "main")


def test_a_day_told_in_a_draft_leads_no_client_there(engagement: Engagement, engineer: User, client_pm: User) -> None:
    draft = StandUpFactory(engagement=engagement, held_on=engagement.today(), published_at=None)
    problem = ProblemFactory(engagement=engagement, raised_in=draft)
    assert [step.url for step in steps(problem, client_pm)] == [""]
    assert [step.url for step in steps(problem, engineer)] == [draft.get_absolute_url()]


def test_the_hour_is_the_sites(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 16, 30, tzinfo=UTC), tick=False):
        problem = save_problem(actor=engineer, engagement=engagement, title="接口超时")
        save_problem(actor=engineer, engagement=engagement, problem=problem, cause="原因")
        words = words_in(sign_in(engineer).get(problem.get_absolute_url()).content, "main")
    assert "3 Mar 2026 00:30" in words


@pytest.mark.parametrize(
    ("data", "read"),
    [
        ({"due_on": ["", "2026-12-01"]}, ("到期日", "—", "2026年12月1日")),
        ({"is_internal": [False, True]}, ("内部", "否", "是")),
        ({"next_step_with": ["vendor", "client"]}, ("下一步在", "实施方", "客户方")),
        ({"severity": ["worst", "minor"]}, ("严重程度", "worst", "一般：有替代办法")),
        ({"functions": [["收货", "排产"], []]}, ("功能", "收货、排产", "—")),
        ({"no_such_field": ["a", "b"]}, ("no_such_field", "a", "b")),
        ({"severity": ["", "minor"]}, ("严重程度", "—", "一般：有替代办法")),
    ],
)
def test_values_read_in_the_readers_language(data: dict[str, object], read: tuple[str, str, str]) -> None:
    with override("zh-hans"):
        (change,) = changes_in(data)
    assert (change.label, change.was, change.now) == read


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12), lambda inner: st.lists(inner, max_size=3)
)
NAMES = st.sampled_from([field.name for field in Problem._meta.get_fields()]) | st.text(max_size=8)


@given(data=st.dictionaries(NAMES, JSON | st.tuples(JSON, JSON).map(list), max_size=6))
def test_whatever_stands_in_the_audit_can_be_read(data: dict[str, object]) -> None:
    """A page of the past never breaks: older versions wrote their values in their own way."""
    for change in changes_in(data):
        assert change.was
        assert change.now


def test_what_is_no_pair_is_no_change() -> None:
    assert list(changes_in({"on": "2026-12-01", "title": ["x"], "carried": 3})) == []


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_a_long_history_costs_no_more_queries(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, who: str
) -> None:
    problem = ProblemFactory(engagement=engagement, raised_on=engagement.today() - timedelta(days=60))
    module = ModuleFactory(engagement=engagement)
    browser: Client = sign_in(engineer if who == "engineer" else client_pm)
    counts = []
    for first, last in ((0, 1), (1, 30)):
        for number in range(first, last):
            save_problem(
                actor=engineer, engagement=engagement, problem=problem, cause=f"原因 {number}",
                links={"functions": Linking(frozenset([FunctionFactory(module=module).pk]))},
            )  # fmt: skip
            day = StandUpFactory(engagement=engagement, held_on=engagement.today() - timedelta(days=number))
            problem.answers.create(stand_up=day, author=engineer)
            services.add_query(actor=engineer, problem=problem, **query(f"查询 {number}"))
        browser.get(problem.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(problem.get_absolute_url()).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
