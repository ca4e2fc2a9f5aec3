"""R3: the visit on screen: it opens on what is to be asked, keeps what was typed, and tells both sides what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engagements.models import Engagement, FollowUpVisit, NewNeed, Phase, Reading, VisitAttempt
from onsite.accounts.models import User
from onsite.notifications.models import Message
from standups.models import Problem
from tests.conftest import SignIn
from tests.engagements.visiting import hold
from tests.factories import (
    EngagementFactory,
    FollowUpVisitFactory,
    ObjectiveFactory,
    ProblemFactory,
)

OURS = "canary-of-ours"


@pytest.fixture
def visit(engagement: Engagement, engineer: User, client_pm: User) -> FollowUpVisit:
    """A visit due today, in an engagement that is closed but for it."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CLOSED)
    engagement.refresh_from_db()
    return FollowUpVisitFactory(engagement=engagement)


def body(visit: FollowUpVisit, **more: str) -> dict[str, str]:
    """Return the least that is taken."""
    return {
        "need_rows": "2", "held_on": str(visit.engagement.today()), "channel": "phone", "spoke_with": "陈镕",
        "condition": "well", "how_it_runs": "稳定运行",
    } | more  # fmt: skip


def address(name: str, visit: FollowUpVisit) -> str:
    return reverse(f"reports:{name}", args=[visit.engagement_id, visit.pk])


def shown(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_it_opens_on_what_is_to_be_asked(visit: FollowUpVisit, engineer: User, sign_in: SignIn) -> None:
    """Each objective with target, the value it was closed with and the last one; the shared open problems."""
    objective = ObjectiveFactory(engagement=visit.engagement, title="退回率", unit="%")
    for value, closes in ((14, True), (12, False)):
        Reading.objects.create(
            objective=objective, measured_on=visit.engagement.today() - timedelta(days=value), value=value,
            evidence="抽样", closes=closes, recorded_by=engineer,
        )  # fmt: skip
    ObjectiveFactory(engagement=visit.engagement, title="关键问题清零", measure="problems.critical")
    ProblemFactory(engagement=visit.engagement, title="报表偏慢")
    ProblemFactory(engagement=visit.engagement, title=OURS, is_internal=True)
    text = shown(sign_in(engineer), address("visit", visit))
    for part in ("退回率", "closed with 14%", "last 12%", "关键问题清零", "Counted by OnSite", "报表偏慢"):
        assert part in text, part
    assert OURS not in text
    assert text.index("退回率") < text.index("报表偏慢") < text.index("New needs")


def test_recorded_once_and_read_by_both_sides(
    visit: FollowUpVisit, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    objective = ObjectiveFactory(engagement=visit.engagement)
    problem = ProblemFactory(engagement=visit.engagement, title="报表偏慢")
    FollowUpVisitFactory(engagement=visit.engagement, kind="3m")  # So that the client still reads along.
    VisitAttempt.objects.create(
        visit=visit, tried_at=visit.engagement.created_at, channel="phone", note=OURS, tried_by=engineer
    )
    told = body(
        visit, satisfaction="4", internal_note=OURS, need_0="移动端审批", owner_0=str(engineer.pk),
        **{f"value_{objective.pk}": "11.5", f"evidence_{objective.pk}": "十月抽样",
           f"issue_{problem.pk}": "solved", f"note_{problem.pk}": "端口已开"},
    )  # fmt: skip
    browser = sign_in(engineer)
    assert browser.post(address("visit", visit), told).status_code == 302
    NewNeed.objects.update(outcome=OURS)
    assert Problem.objects.unscoped().get(pk=problem.pk).solved_on == visit.engagement.today()
    ours, theirs = shown(browser, address("visit", visit)), shown(sign_in(client_pm), address("visit", visit))
    for part in ("稳定运行", "Runs well", "4 of 5", "11.5", "十月抽样", "报表偏慢", "端口已开", "移动端审批"):
        assert part in ours, part
        assert part in theirs, part
    assert OURS in ours
    assert OURS not in theirs
    assert "Followed up" not in theirs
    again = browser.post(address("visit", visit), body(visit, how_it_runs="别的"))
    assert "recorded already" in again.content.decode()
    assert "别的" in again.content.decode()
    visit.refresh_from_db()
    assert visit.how_it_runs == "稳定运行"


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"how_it_runs": ""}, "how_it_runs"),
        ({"condition": "nonsense"}, "condition"),
        ({"held_on": "2099-01-01"}, "held_on"),
        ({"satisfaction": "6"}, "satisfaction"),
        ({"need_0": "移动端"}, "owner_0"),
        ({"owner_1": "999999999"}, "owner_1"),
        ({"value": "12"}, "evidence"),
        ({"evidence": "抽样"}, "value"),
        ({"value": "1e99", "evidence": "抽样"}, "value"),
        ({"value": "NaN", "evidence": "抽样"}, "value"),
        ({"note": "还在"}, "issue"),
        ({"issue": "cured"}, "issue"),
        ({"note": "长" * 301, "issue": "open"}, "note"),
    ],
)
def test_a_refused_save_keeps_what_was_typed(
    visit: FollowUpVisit, engineer: User, sign_in: SignIn, fault: dict[str, str], field: str
) -> None:
    """TRUST 13: a sentence beside the field, everything typed stays, nothing is stored."""
    rows = {"value": ObjectiveFactory(engagement=visit.engagement).pk}
    rows |= {"evidence": rows["value"], "issue": ProblemFactory(engagement=visit.engagement).pk}
    rows["note"] = rows["issue"]
    named = {f"{name}_{rows[name]}" if name in rows else name: value for name, value in fault.items()}
    field = f"{field}_{rows[field]}" if field in rows else field
    response = sign_in(engineer).post(address("visit", visit), body(visit, internal_note="打了很多字") | named)
    text = response.content.decode()
    assert response.status_code == 200
    assert f"error_1_id_{field}" in text or f"id_{field}_error" in text
    assert "打了很多字" in text
    visit.refresh_from_db()
    assert visit.is_open
    assert not Reading.objects.unscoped().exists()


def test_what_was_said_of_a_problem_solved_meanwhile_is_kept(
    visit: FollowUpVisit, engineer: User, sign_in: SignIn
) -> None:
    """Somebody else solved it while the form was open: nothing said of it is lost."""
    problem = ProblemFactory(engagement=visit.engagement, solved_on=visit.engagement.today())
    told = body(visit, **{f"issue_{problem.pk}": "open", f"note_{problem.pk}": "又出现了"})
    assert sign_in(engineer).post(address("visit", visit), told).status_code == 302
    assert visit.issues.unscoped().get().note == "又出现了"


def test_more_rows_keep_what_was_typed(visit: FollowUpVisit, engineer: User, sign_in: SignIn) -> None:
    """Without a script: one press gives more rows, nothing is checked and nothing lost."""
    text = sign_in(engineer).post(
        address("visit", visit), {"need_rows": "2", "more": "1", "need_1": "报表", "how_it_runs": "打了很多字"}
    ).content.decode()  # fmt: skip
    assert 'name="need_4"' in text
    assert "打了很多字" in text
    assert "报表" in text
    assert "This field is required" not in text


@given(
    fields=st.dictionaries(
        st.sampled_from(["need_rows", "need_0", "owner_0", "held_on", "channel", "condition", "satisfaction", "more",
                         "issue_1", "issue_99999999999999999999", "value_1", "internal_note"]),
        st.text(max_size=40) | st.integers().map(str),
    )
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_no_body_breaks_it(visit: FollowUpVisit, engineer: User, sign_in: SignIn, fields: dict[str, str]) -> None:
    """TRUST, hypothesis over forms: whatever is sent, the page answers with words."""
    browser = sign_in(engineer)
    assert browser.post(address("visit", visit), fields).status_code == 200
    for name in ("visit_appoint", "visit_attempt"):
        assert browser.post(address(name, visit), fields).status_code in {200, 302}


def test_an_hour_in_the_browser(visit: FollowUpVisit, engineer: User, client_pm: User, sign_in: SignIn) -> None:
    browser, at = sign_in(engineer), visit.engagement.today() + timedelta(days=3)
    agreed = {
        "appointed_at": f"{at}T10:30", "channel": "video", "place": "https://meet.example/huifang", "reason": OURS,
        "holder": str(engineer.pk), "invited": [str(client_pm.pk)], "all_the_same": "on",
    }  # fmt: skip
    for place in ("http://meet.example/x", "javascript:alert(1)", "meet.example", "https://"):
        text = browser.post(address("visit_appoint", visit), agreed | {"place": place}).content.decode()
        assert "beginning with https://" in text, place
    text = browser.post(
        address("visit_appoint", visit), agreed | {"channel": "phone", "place": "打我电话"}
    ).content.decode()
    assert "Give a phone number" in text
    assert browser.post(address("visit_appoint", visit), agreed).status_code == 302
    theirs = shown(sign_in(client_pm), address("visit", visit))
    assert "10:30" in theirs
    assert "https://meet.example/huifang" in theirs
    assert OURS not in theirs
    board = shown(sign_in(client_pm), reverse("reports:dashboard", args=[visit.engagement_id]))
    assert "10:30" in board
    assert address("visit", visit) in board
    stale = browser.post(
        address("visit_appoint", visit), agreed | {"was": "0" * 64, "place": "https://meet.example/two"}
    )
    assert "By now there stands" in stale.content.decode()
    assert "meet.example/two" in stale.content.decode()
    assert browser.post(address("visit_withdraw", visit)).status_code == 302
    visit.refresh_from_db()
    assert visit.appointed_at is None


def test_the_client_reads_the_outcome_until_the_last_visit(
    visit: FollowUpVisit, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """R3, RULES: read access to the whole engagement stays until the last visit is done, then ends."""
    last = FollowUpVisitFactory(engagement=visit.engagement, kind="3m")
    hold(visit, engineer)
    browser = sign_in(client_pm)
    assert "稳定" in shown(browser, address("visit", visit))
    assert browser.get(reverse("reports:documents", args=[visit.engagement_id])).status_code == 200
    hold(last, engineer)
    assert browser.get(address("visit", visit)).status_code == 404


def test_a_look_changes_nothing(visit: FollowUpVisit, engineer: User, sign_in: SignIn) -> None:
    browser, before = sign_in(engineer), Message.objects.count()
    for name in ("visit", "visit_appoint"):
        shown(browser, address(name, visit))
    assert browser.get(address("visit_withdraw", visit)).status_code == 405
    assert Message.objects.count() == before


@pytest.mark.parametrize("page", ["worklist", "needs", "form", "held", "list"])
def test_as_many_queries_for_thirty_rows_as_for_one(
    visit: FollowUpVisit, manager: User, sign_in: SignIn, page: str
) -> None:
    """HOUSE: a list is tested at 1 and at 30 rows with its query count."""
    url = {
        "worklist": reverse("reports:visit_worklist") + "?show=all",
        "needs": reverse("reports:new_need_list") + "?whose=all",
        "list": reverse("reports:visit_list", args=[visit.engagement_id]),
    }.get(page, address("visit", visit))
    if page == "held":
        hold(visit, manager)
    browser, counts = sign_in(manager), []
    for rows in (1, 29):
        for number in range(rows):
            other = EngagementFactory(client=visit.engagement.client, name=f"{rows}-{number}")
            FollowUpVisitFactory(engagement=other)
            objective = ObjectiveFactory(engagement=visit.engagement)
            problem = ProblemFactory(engagement=visit.engagement)
            need_of = visit if page != "needs" else FollowUpVisitFactory(engagement=other, kind="3m")
            NewNeed.objects.create(visit=need_of, text="报表", owner=manager)
            if page == "held":
                visit.issues.create(problem=problem, outcome="open")
                Reading.objects.create(
                    objective=objective, measured_on=visit.due_on, value=1, evidence="抽样", visit=visit,
                    recorded_by=manager,
                )  # fmt: skip
        shown(browser, url)
        with CaptureQueriesContext(connection) as asked:
            shown(browser, url)
        counts.append(len(asked))
    assert counts[0] == counts[1]
