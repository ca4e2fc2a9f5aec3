"""E1: the list of problems: its filters and order stand in the address, many are changed at once, and it is a file."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from standups.forms.problem_list import ProblemFilter
from standups.models import Kind, Party, Problem, Severity, Source
from standups.services.problems import change_problems, save_problem
from standups.views.problem_list import PROBLEMS_A_PAGE
from tests.conftest import SignIn
from tests.factories import ConcernFactory, FunctionFactory, ModuleFactory, ProblemFactory
from tests.standups.browser import target, words_in


@pytest.fixture
def browser(engineer: User, sign_in: SignIn) -> Client:
    return sign_in(engineer)


@pytest.fixture
def url(engagement: Engagement) -> str:
    return reverse("standups:problems", args=[engagement.pk])


def titles(answer: Any) -> list[str]:
    return [row.problem.title for row in answer.context["rows"]]


@pytest.fixture
def four(engagement: Engagement, engineer: User, colleague: User) -> dict[str, Problem]:
    """Four problems that differ in everything there is a filter for."""
    today = engagement.today()
    rows: dict[str, dict[str, Any]] = {
        "甲": {"kind": Kind.DATA, "source": Source.UAT, "owner": engineer, "due_on": today - timedelta(days=1)},
        "乙": {"kind": Kind.FUNCTION, "source": Source.CLIENT, "owner": colleague, "due_on": today, "is_key": True},
        "丙": {"kind": Kind.DATA, "source": Source.TEAM, "due_on": None, "next_step": "等厂家回复"},
        "丁": {"kind": Kind.OTHER, "source": Source.TEAM, "due_on": today - timedelta(days=3), "solved_on": today},
    }
    severities = dict(zip(rows, (Severity.MINOR, Severity.CRITICAL, Severity.MAJOR, Severity.MAJOR), strict=True))
    return {
        title: ProblemFactory(
            engagement=engagement, title=title, severity=severities[title], symptom="",
            raised_on=today - timedelta(days=9 - number), **fields,
        )
        for number, (title, fields) in enumerate(rows.items())
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=overdue", "甲"),
        ("kind=data", "甲丙"),
        ("source=client", "乙"),
        ("owner=mine", "甲"),
        ("owner=nobody", "丙"),
        ("owner=nobody&state=all", "丙丁"),
        ("key=on", "乙"),
        ("q=厂家", "丙"),
        ("kind=data&owner=mine", "甲"),
        ("sort=oldest", "甲乙丙"),
        ("sort=due", "甲乙丙"),
        ("sort=due&state=all", "丁甲乙丙"),
        ("sort=severity", "乙丙甲"),
        ("sort=changed", "丙乙甲"),
        # What makes no sense is as if it were not there.
        ("owner=99999999999999999999&kind=x&source=x&sort=x&key=&about=x", "甲乙丙"),
        ("about=owner-1", "甲乙丙"),
        ("about=tasks-999999999999999999999", "甲乙丙"),
        ("about=tasks-1%00", "甲乙丙"),
        ("about=functions-99999999", ""),
    ],
)
def test_filters_and_order(four: dict[str, Problem], browser: Client, url: str, query: str, found: str) -> None:
    assert titles(browser.get(f"{url}?{query}")) == list(found)


@settings(max_examples=40)
@given(query=st.dictionaries(st.sampled_from(sorted(ProblemFilter.base_fields)), st.text(max_size=20)))
def test_any_address_is_answered(
    four: dict[str, Problem], engagement: Engagement, engineer: User, client_pm: User, query: dict[str, str]
) -> None:
    for user in (engineer, client_pm):
        found = ProblemFilter(query, engagement=engagement, user=user).narrow(engagement.problems.visible_to(user))
        assert set(found) <= set(four.values())


def test_a_filter_by_person(four: dict[str, Problem], browser: Client, url: str, colleague: User) -> None:
    assert titles(browser.get(f"{url}?owner={colleague.pk}")) == ["乙"]


def test_a_client_filters_by_nobody_of_ours(
    four: dict[str, Problem], client_pm: User, sign_in: SignIn, url: str, colleague: User
) -> None:
    """The names of our people are not told here, so they can't be asked for either."""
    answer = sign_in(client_pm).get(f"{url}?owner={colleague.pk}")
    assert titles(answer) == ["甲", "乙", "丙"]
    assert colleague.name not in words_in(answer.content, "main")
    assert "Cared for by" not in words_in(answer.content, "main")
    assert ">Needs your side</option>" in answer.content.decode()


def test_a_client_learns_from_no_order_what_we_changed(
    four: dict[str, Problem], engineer: User, client_pm: User, sign_in: SignIn, url: str
) -> None:
    """The vendor's person who cares for it is the vendor's business, and so is when that was changed."""
    save_problem(actor=engineer, engagement=four["甲"].engagement, problem=four["甲"], owner=None)
    assert titles(sign_in(engineer).get(f"{url}?sort=changed")) == ["甲", "丙", "乙"]
    browser = sign_in(client_pm)
    answer = browser.get(f"{url}?sort=changed")
    assert titles(answer) == ["甲", "乙", "丙"] == titles(browser.get(url))
    assert 'value="changed"' not in answer.content.decode()
    assert 'value="due"' in answer.content.decode()
    save_problem(actor=engineer, engagement=four["甲"].engagement, problem=four["丙"], owner=engineer)
    assert titles(browser.get(f"{url}?sort=changed")) == ["甲", "乙", "丙"]


def test_many_ask_for_people_as_often_as_one(engagement: Engagement, engineer: User, colleague: User) -> None:
    """Who is to care for them is looked up once, and who did comes with the rows; entries and index are by row."""
    counts = []
    for number in (1, 1, 30):
        ids = [row.pk for row in ProblemFactory.create_batch(number, engagement=engagement, owner=engineer)]
        with CaptureQueriesContext(connection) as captured:
            change_problems(actor=engineer, engagement=engagement, problems=ids, owner=colleague)
        people = ("accounts_user", "engagements_membership")
        counts.append(sum(any(table in query["sql"] for table in people) for query in captured.captured_queries))
    assert counts[1] == counts[2], "the first one also looks up what the person may do"
    assert AuditEntry.objects.filter(action="problem.changed").count() == 32


def test_pages_keep_what_was_asked_for(engagement: Engagement, browser: Client, url: str) -> None:
    ProblemFactory.create_batch(PROBLEMS_A_PAGE + 2, engagement=engagement, kind=Kind.DATA)
    ProblemFactory(engagement=engagement)
    answer = browser.get(f"{url}?kind=data&sort=severity&q=MES")
    html = answer.content.decode()
    assert "?kind=data&amp;sort=severity&amp;q=MES&amp;page=2" in html
    assert "export/?kind=data&amp;sort=severity&amp;q=MES" in html
    assert len(titles(browser.get(f"{url}?kind=data&sort=severity&q=MES&page=2"))) == 2


def test_the_problems_of_one_function(
    engagement: Engagement, browser: Client, client_pm: User, sign_in: SignIn
) -> None:
    """Links both ways: the function's page leads to its open problems, each reader to their own."""
    function = FunctionFactory(module=ModuleFactory(engagement=engagement), name="排产")
    there = [ProblemFactory(engagement=engagement, is_internal=internal) for internal in (False, True)]
    for problem in (*there, ProblemFactory(engagement=engagement, solved_on=engagement.today())):
        problem.functions.add(function)
    ProblemFactory(engagement=engagement)
    page = reverse("engagements:function", args=[engagement.pk, function.pk])
    for signed_in, count in ((browser, 2), (sign_in(client_pm), 1)):
        (trouble,) = signed_in.get(page).context["troubles"]
        assert trouble.text.startswith(str(count))
        answer = signed_in.get(trouble.url)
        assert len(titles(answer)) == count
        assert "排产" in words_in(answer.content, "main")


def test_another_engagements_function_is_nothing_to_ask_about(
    engagement: Engagement, foreign_engagement: Engagement, browser: Client, url: str
) -> None:
    foreign = FunctionFactory(module=ModuleFactory(engagement=foreign_engagement), name="别家的功能")
    answer = browser.get(f"{url}?about=functions-{foreign.pk}")
    assert answer.context["subject"] is None
    assert "别家的功能" not in answer.content.decode()


# --- Many at once ----------------------------------------------------------------------------------------------------


def test_many_at_once(
    four: dict[str, Problem], engagement: Engagement, browser: Client, url: str, colleague: User
) -> None:
    chosen = [four[title].pk for title in "甲丙丁"]
    change = {"severity": "critical", "next_step_with": "client", "owner": str(colleague.pk), "due_on": "2026-12-24"}
    answer = browser.post(f"{url}?kind=data&sort=due", {"problems": chosen, "is_solved": "on", **change})
    assert target(answer) == f"{url}?kind=data&sort=due"
    rows = Problem.objects.unscoped().filter(pk__in=chosen)
    assert {(row.severity, row.next_step_with, row.owner, str(row.due_on)) for row in rows} == {
        ("critical", "client", colleague, "2026-12-24")
    }
    assert {row.solved_on for row in rows} == {engagement.today()}
    entries = {entry.target.split(":")[1]: entry.data for entry in AuditEntry.objects.filter(action="problem.changed")}
    assert entries.keys() == {str(pk) for pk in chosen}
    assert "solved_on" not in entries[str(four["丁"].pk)], "what was solved keeps its day"
    assert entries[str(four["甲"].pk)]["owner"] == ["李喆", "王堃"]


def test_nobody_cares_for_them_any_more(four: dict[str, Problem], browser: Client, url: str) -> None:
    browser.post(url, {"problems": [four["甲"].pk, four["丙"].pk], "owner": "nobody"})
    assert not Problem.objects.filter(title="甲").exclude(owner=None).exists()
    assert AuditEntry.objects.filter(action="problem.changed").count() == 1, "one of them had nobody"


def test_one_that_can_not_be_changed_refuses_them_all(
    four: dict[str, Problem], engagement: Engagement, browser: Client, url: str
) -> None:
    """A concern is solved by the client's word: the sentence names it, and what was typed and ticked stays."""
    concern = ConcernFactory(engagement=engagement, title="担心成本不准")
    chosen = [four["甲"].pk, concern.pk]
    answer = browser.post(url, {"problems": chosen, "is_solved": "on", "severity": "critical"})
    assert answer.status_code == 422
    assert "担心成本不准" in words_in(answer.content, "main")
    assert set(answer.context["bulk"].ticked) == set(chosen)
    assert answer.content.decode().count('name="problems"') == 4
    assert not AuditEntry.objects.exists()
    assert not Problem.objects.filter(pk__in=chosen).exclude(severity__in=["minor", "major"]).exists()
    assert not Problem.objects.filter(pk__in=chosen).solved().exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"severity": "critical"},
        {"severity": "critical", "problems": ["x", "-1", "\x00", "9" * 40]},
        {"problems": ["1"]},
        {"problems": ["1"], "severity": "x"},
        {"problems": ["1"], "owner": "x"},
        {"problems": ["1"], "due_on": "0001-01-01"},
        {"problems": [str(n) for n in range(1, 102)], "severity": "minor"},
        {"problems": ["987654321"], "severity": "minor"},
    ],
)
def test_what_makes_no_sense_is_said(
    four: dict[str, Problem], browser: Client, url: str, typed: dict[str, Any]
) -> None:
    answer = browser.post(url, typed)
    assert answer.status_code == 422
    assert answer.context["bulk"].errors
    assert not AuditEntry.objects.exists()


def test_another_engagements_problems_are_not_here(
    four: dict[str, Problem], foreign_engagement: Engagement, engagement: Engagement, engineer: User, client_pm: User
) -> None:
    foreign = ProblemFactory(engagement=foreign_engagement)
    with pytest.raises(DomainError):
        change_problems(
            actor=engineer, engagement=engagement, problems=[four["甲"].pk, foreign.pk], severity=Severity.CRITICAL
        )
    with pytest.raises(PermissionDenied):
        change_problems(actor=client_pm, engagement=engagement, problems=[four["甲"].pk], severity="minor")
    assert not Problem.objects.filter(title="甲").critical().exists()


def test_a_key_problem_keeps_its_symptom_whatever_is_changed_at_once(engagement: Engagement, engineer: User) -> None:
    problem = ProblemFactory(engagement=engagement, is_key=True, symptom="")
    with pytest.raises(DomainError):
        change_problems(actor=engineer, engagement=engagement, problems=[problem.pk], severity=Severity.MINOR)


def test_a_client_changes_nothing_and_is_offered_nothing(
    four: dict[str, Problem], client_pm: User, sign_in: SignIn, url: str
) -> None:
    browser = sign_in(client_pm)
    assert browser.post(url, {"problems": [four["甲"].pk], "severity": "critical"}).status_code == 403
    html = browser.get(url).content.decode()
    assert 'name="problems"' not in html
    assert "data-bulk" not in html


def test_many_cost_one_change_and_their_entries(engagement: Engagement, engineer: User) -> None:
    counts = []
    engagement.parts_of(engineer)  # asked once per request and person
    for number in (1, 10):
        rows = ProblemFactory.create_batch(number, engagement=engagement)
        with CaptureQueriesContext(connection) as captured:
            change_problems(
                actor=engineer, engagement=engagement, problems=[row.pk for row in rows], severity=Severity.MINOR
            )
        counts.append(sum(query["sql"].startswith('UPDATE "standups_problem"') for query in captured.captured_queries))
    assert counts == [1, 1]


# --- The file --------------------------------------------------------------------------------------------------------


def exported(browser: Client, url: str) -> list[dict[str, Any]]:
    """Return the file's rows by column."""
    answer = browser.get(url)
    assert answer.status_code == 200
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    header, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def test_the_file_holds_what_the_list_shows(
    four: dict[str, Problem], engagement: Engagement, browser: Client, url: str
) -> None:
    four["甲"].functions.add(FunctionFactory(module=ModuleFactory(engagement=engagement), name="排产"))
    rows = exported(browser, f"{url}export/?kind=data&sort=severity")
    assert [row["Problem"] for row in rows] == ["丙", "甲"]
    told = rows[1]
    assert (told["State"], told["Severity"], told["Kind"], told["Source"]) == (
        "Overdue", "Minor", "Data", "Acceptance test",
    )  # fmt: skip
    assert (told["Cared for by"], told["Functions"], told["Next step with"]) == ("李喆", "排产", "Vendor")
    assert told["Due"].date() == engagement.today() - timedelta(days=1)
    age = four["甲"].age_in_working_days(engagement.today())
    assert told["Open for working days"] == age


def test_a_clients_file_is_the_clients(
    four: dict[str, Problem], engagement: Engagement, client_pm: User, sign_in: SignIn, url: str
) -> None:
    """No internal row, no name of ours, and what they owe reads as a request."""
    ProblemFactory(engagement=engagement, title="内部的事", is_internal=True)
    ProblemFactory(engagement=engagement, title="要客户给的", next_step_with=Party.CLIENT)
    browser = sign_in(client_pm)
    rows = exported(browser, f"{url}export/?state=all")
    assert {row["Problem"] for row in rows} == {"甲", "乙", "丙", "丁", "要客户给的"}
    assert {"Cared for by", "Internal"}.isdisjoint(rows[0])
    assert next(row for row in rows if row["Problem"] == "要客户给的")["Next step with"] == "Needs your side"
    assert not {"李喆", "王堃"} & {value for row in rows for value in row.values()}
    with override("zh-hans"):
        client_pm.language = "zh-hans"
        client_pm.save()
    assert "问题" in exported(browser, f"{url}export/")[0]


def test_a_cell_is_never_a_formula(engagement: Engagement, browser: Client, url: str) -> None:
    ProblemFactory(engagement=engagement, title='=HYPERLINK("http://evil.example")', next_step="@SUM(1)")
    sheet = load_workbook(BytesIO(browser.get(f"{url}export/").content)).worksheets[0]
    cells = [cell for cell in sheet[2] if isinstance(cell.value, str) and cell.value[0] in "=@"]
    assert len(cells) == 2
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)


def test_a_file_has_an_end(engagement: Engagement, browser: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("standups.views.problem_list.MOST_PROBLEMS", 2)
    ProblemFactory.create_batch(3, engagement=engagement)
    answer = browser.get(f"{url}export/?kind=other", follow=True)
    assert answer.redirect_chain == [(f"{url}?kind=other", 302)]
    assert "at most 2 problems" in answer.content.decode()
