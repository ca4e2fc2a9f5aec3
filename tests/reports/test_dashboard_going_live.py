"""What leads from data to go-live, as the client's dashboard, the engineer's day and the overview tell it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement, Phase, SignOff
from onsite.accounts.models import User
from reports.dashboards.today import load_day
from standups.models import CellState, Condition, UatCase, UatRound
from tests.conftest import SignIn
from tests.factories import CellFactory, RolloutRoleFactory, RolloutStageFactory, RunSheetFactory, go_decision_of
from tests.reports.pages import url_of, words_of
from tests.reports.proved import (
    accepted_on_condition,
    differing,
    much_proved,
    round_to_test,
    running,
    text_of_round,
)

pytestmark = pytest.mark.django_db


def board_of(browser: Client, engagement: Engagement) -> Any:
    return browser.get(url_of(engagement)).context["board"]


# --- What waits on the client ----------------------------------------------------------------------------------------


def test_tests_wait_for_their_tester_and_for_the_pm(
    engagement: Engagement, client_pm: User, key_user: User, business_owner: User, sign_in: SignIn
) -> None:
    """C2: a round with cases left is asked of whoever tests in it; the PM sees all, others none."""
    mine = round_to_test(engagement, key_user)
    other = round_to_test(engagement, cases=1, tested=0)
    assert [row.round for row in board_of(sign_in(key_user), engagement).live.tests] == [mine]
    assert [row.round for row in board_of(sign_in(client_pm), engagement).live.tests] == [mine, other]
    assert board_of(sign_in(business_owner), engagement).live.tests == []
    words = words_of(sign_in(key_user), engagement)
    assert f"Please test: {mine.cell}, v1" in words
    assert "2 of 3 cases are left to test." in words
    UatCase.objects.filter(round=mine).update(outcome="pass", tested_at=timezone.now())
    assert "Every case is tested; say whether you accept it." in words_of(sign_in(key_user), engagement)
    UatRound.objects.filter(pk=mine.pk).update(result="accepted")
    assert board_of(sign_in(key_user), engagement).live.tests == []


def test_nothing_is_tested_any_more_in_a_descoped_cell_or_after_the_end(
    engagement: Engagement, client_pm: User, sign_in: SignIn
) -> None:
    """C2: what can't be done any more waits on nobody."""
    from tests.factories import ChangeRequestFactory

    found = round_to_test(engagement)
    change = ChangeRequestFactory(engagement=engagement, raised_by=engagement.created_by)
    type(found.cell).objects.filter(pk=found.cell_id).update(state=CellState.DESCOPED, descoped_by=change)
    assert board_of(sign_in(client_pm), engagement).live.tests == []
    round_to_test(engagement)
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CANCELLED)
    assert board_of(sign_in(client_pm), engagement).live.tests == []


def test_a_result_waits_for_one_of_its_signers_only_until_there_is_one(
    engagement: Engagement, client_pm: User, key_user: User, business_owner: User, engineer: User, sign_in: SignIn
) -> None:
    """C2: one signature settles a test; a handed-in sheet is nobody's turn at the client's any more; a key user who
    doesn't test in it is not asked."""
    from engagements.models import Attachment, Signature

    found = round_to_test(engagement, tested=3)
    UatRound.objects.filter(pk=found.pk).update(result="accepted")
    found.refresh_from_db()
    text = text_of_round(found, signed=False)
    for user, waits in ((client_pm, [text]), (business_owner, []), (engineer, [text])):
        assert board_of(sign_in(user), engagement).to_sign == waits
    scan = Attachment.objects.create(
        engagement=engagement, name="s.png", media_type="image/png", size_bytes=1, sha256="0", uploaded_by=engineer
    )
    Signature.objects.create(
        sign_off=text, part="key_user", method="paper", signer_name="杜", signed_on=engagement.today(),
        text_hash=text.text_hash, scan=scan, registered_by=engineer,
    )  # fmt: skip
    for user in (client_pm, key_user, engineer):
        assert board_of(sign_in(user), engagement).to_sign == []


def test_a_key_user_is_asked_for_the_results_of_the_own_tests_only(
    engagement: Engagement, key_user: User, sign_in: SignIn
) -> None:
    """RULES.md, Signing: the tester or the PM signs; another key user is not sent to a page that refuses them."""
    texts = []
    for tester in (None, key_user):
        found = round_to_test(engagement, tester, tested=3)
        UatRound.objects.filter(pk=found.pk).update(result="accepted")
        found.refresh_from_db()
        texts.append(text_of_round(found, signed=False))
    assert board_of(sign_in(key_user), engagement).to_sign == [texts[1]]


def test_the_team_waits_for_the_decision_once_the_cutover_is_near(
    engagement: Engagement, client_pm: User, key_user: User, sign_in: SignIn
) -> None:
    """C2, N11: the PM is asked in the week before the planned cutover, until a decision to go stands."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.EXECUTION)
    sheet = RunSheetFactory(engagement=engagement, planned_start_at=timezone.now() + timedelta(days=20))
    assert board_of(sign_in(client_pm), engagement).live.decision_by is None
    type(sheet).objects.filter(pk=sheet.pk).update(planned_start_at=timezone.now() + timedelta(days=2))
    assert "Please decide whether it goes live" in words_of(sign_in(client_pm), engagement)
    assert "Please decide" not in words_of(sign_in(key_user), engagement)
    go_decision_of(engagement, go_live_on=engagement.today(), decision="not_yet")
    assert board_of(sign_in(client_pm), engagement).live.decision_by is not None
    SignOff.objects.filter(kind="go").update(superseded_at=timezone.now())
    go_decision_of(engagement, go_live_on=engagement.today())
    assert board_of(sign_in(client_pm), engagement).live.decision_by is None


# --- What runs, and where acceptance stands --------------------------------------------------------------------------


def test_a_running_cutover_is_the_first_line(
    engagement: Engagement, client_pm: User, engineer: User, sign_in: SignIn
) -> None:
    """C2: both sides see at once that it is under way, and how far."""
    run = running(engagement)
    words = words_of(sign_in(client_pm), engagement)
    assert "The cutover is under way: step 12 of 40." in words
    assert words.index("The cutover is under way") < words.index("What waits") if "What waits" in words else True
    page = sign_in(engineer).get("/today/").content.decode()
    assert "The cutover is under way: step 12 of 40." in page
    assert run.get_absolute_url() in page
    run.steps.unscoped().update(state="done", started_at=timezone.now(), finished_at=timezone.now())
    assert "all 40 steps are done" in words_of(sign_in(client_pm), engagement)
    type(run).objects.filter(pk=run.pk).update(ended_at=timezone.now(), outcome="done")
    assert "under way" not in words_of(sign_in(client_pm), engagement)


def test_a_rehearsal_is_called_one(engagement: Engagement, client_pm: User, sign_in: SignIn) -> None:
    """C2: nobody takes a rehearsal for the night itself."""
    running(engagement, "rehearsal", done=0, total=2)
    words = words_of(sign_in(client_pm), engagement)
    assert "A rehearsal is under way: step 1 of 2." in words
    assert "The cutover is under way" not in words


def test_the_matrix_stands_there_in_words_by_stage(engagement: Engagement, client_pm: User, sign_in: SignIn) -> None:
    """C2: states in words beside the bar; what was descoped is not required any more."""
    assert "Acceptance" not in words_of(sign_in(client_pm), engagement)
    pilot, wide = (RolloutStageFactory(engagement=engagement, name=name, position=place) for place, name in enumerate(("试点", "全院")))  # fmt: skip
    clerk = RolloutRoleFactory(engagement=engagement)
    live = {"live_on": engagement.today(), "role": clerk, "engagement": engagement}
    for state in ("accepted", "conditional", "rejected"):
        CellFactory(stage=pilot, state=state, **live)
    CellFactory(stage=wide, role=clerk, engagement=engagement)
    board = board_of(sign_in(client_pm), engagement)
    assert [(stage.name, stage.settled, stage.required) for stage in board.live.stages] == [
        ("试点", 2, 3),
        ("全院", 0, 1),
    ]
    assert [(share.state, share.count, share.offset) for share in board.live.stages[0].shares] == [
        ("accepted", 1, 0), ("conditional", 1, 1), ("rejected", 1, 2),
    ]  # fmt: skip
    words = words_of(sign_in(client_pm), engagement)
    assert "2 of 3 accepted" in words
    assert "Conditionally accepted 1" in words


def test_conditions_by_due_day_with_their_owner(engagement: Engagement, client_pm: User, sign_in: SignIn) -> None:
    """C2: the open ones of signed results; a met one is gone."""
    today = engagement.today()
    late = accepted_on_condition(engagement, due_on=today - timedelta(days=1), text="冲正", owner_name="财务科")
    soon = accepted_on_condition(engagement, due_on=today + timedelta(days=1), text="补录")
    board = board_of(sign_in(client_pm), engagement)
    assert board.live.conditions == [late, soon]
    words = words_of(sign_in(client_pm), engagement)
    assert "冲正 财务科" in words
    assert "Overdue" in words
    Condition.objects.filter(pk=late.pk).update(met_on=today, proof="对账单")
    assert board_of(sign_in(client_pm), engagement).live.conditions == [soon]


# --- The engineer's day ----------------------------------------------------------------------------------------------


def test_todays_conditions_are_mine_or_nobodys_where_i_lead(
    engagement: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """Today: what I own and what nobody with an account owns in my engagement; not what is weeks away."""
    today = engagement.today()
    mine = accepted_on_condition(engagement, due_on=today, owner=engineer, text="我的条件")
    accepted_on_condition(engagement, due_on=today, owner=manager, text="别人的条件")
    accepted_on_condition(engagement, due_on=today + timedelta(days=30), owner=engineer, text="下个月的条件")
    overdue = accepted_on_condition(engagement, due_on=today - timedelta(days=2), text="没有账号的条件")
    found = load_day(engineer).proving
    assert found.conditions == [overdue, mine]
    page = sign_in(engineer).get("/today/").content.decode()
    assert "我的条件" in page and "别人的条件" not in page and "下个月的条件" not in page


def test_todays_rounds_and_differences(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """Today: rounds that are open and data that differs, of my engagements only."""
    found = round_to_test(engagement)
    round_to_test(foreign_engagement)
    differing(engagement, "患者主数据")
    differing(foreign_engagement, "别家的数据")
    day = load_day(engineer)
    assert [row.round for row in day.proving.rounds] == [found]
    page = sign_in(engineer).get("/today/").content.decode()
    assert "2 of 3 cases not tested" in page
    assert "患者主数据" in page and "别家的数据" not in page


def test_the_portfolio_counts_what_is_overdue(engagement: Engagement, manager: User) -> None:
    """C1: conditions that nobody met in time are a reason to look; what is due today is not, nor what was descoped."""
    from reports.dashboards.portfolio import load_portfolio
    from tests.factories import ChangeRequestFactory

    def reasons() -> list[str]:
        (row,) = [row for row in load_portfolio(manager).rows if row.engagement == engagement]
        return [reason.text for reason in row.reasons if "condition" in reason.text]

    today = engagement.today()
    accepted_on_condition(engagement, due_on=today)
    assert reasons() == []
    late = accepted_on_condition(engagement, due_on=today - timedelta(days=1))
    assert reasons() == ["1 condition of acceptance overdue"]
    change = ChangeRequestFactory(engagement=engagement, raised_by=manager)
    cells = type(late.round.cell).objects.filter(pk=late.round.cell_id)
    cells.update(state=CellState.DESCOPED, descoped_by=change)
    assert reasons() == []


# --- Overview and cost -----------------------------------------------------------------------------------------------


def test_the_overview_counts_cells_and_data(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """C1: how much is proved, once there is something to prove."""
    url = reverse("engagements:detail", args=[engagement.pk])
    assert "Cells accepted" not in sign_in(engineer).get(url).content.decode()
    accepted_on_condition(engagement, due_on=engagement.today())
    CellFactory(engagement=engagement)
    differing(engagement)
    page = sign_in(engineer).get(url).content.decode()
    assert "Cells accepted" in page and "1 of 2" in page
    assert "Data objects checked" in page and "0 of 1" in page


@pytest.mark.parametrize("page", ["dashboard", "today"])
def test_the_pages_cost_the_same_at_thirty_rows_as_at_one(
    page: str, engagement: Engagement, foreign_engagement: Engagement, engineer: User, outsider_engineer: User,
    client_pm: User, client_pm_2: User, sign_in: SignIn,
) -> None:  # fmt: skip
    """SPEED.md: one query for each kind of row."""
    counts = []
    for rows, found, vendor, client in ((1, engagement, engineer, client_pm), (30, foreign_engagement, outsider_engineer, client_pm_2)):  # fmt: skip
        Engagement.objects.filter(pk=found.pk).update(phase=Phase.EXECUTION)
        much_proved(found, client, rows)
        running(found, done=1, total=rows + 1)
        RunSheetFactory(engagement=found, planned_start_at=timezone.now())
        browser = sign_in(client if page == "dashboard" else vendor)
        url = url_of(found) if page == "dashboard" else "/today/"
        browser.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= (35 if page == "dashboard" else 28)
