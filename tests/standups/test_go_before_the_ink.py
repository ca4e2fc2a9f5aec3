"""N11: what may be done on a Go that is not signed yet, and what an unsigned or late one can't do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from engagements.go_decision import Decision
from engagements.models import Engagement, Signature
from engagements.services import followups, signing
from onsite.accounts.models import User
from onsite.core.errors import DomainError, RefusedError, StaleError
from standups.going_live import go
from standups.services import cutover_runs as runs
from tests.conftest import SignIn
from tests.engagements.conftest import register, sign
from tests.factories import CellFactory, ProblemFactory
from tests.standups.deciding import decide, make_ready
from tests.standups.testing import current


@pytest.fixture
def rows(engagement: Engagement, engineer: User) -> dict[str, Any]:
    return make_ready(engagement, engineer)


def fresh(engagement: Engagement) -> Engagement:
    return Engagement.objects.unscoped().get(pk=engagement.pk)


def test_no_day_is_recorded_by_hand_on_an_outdated_go(
    rows: dict[str, Any], engagement: Engagement, engineer: User, manager: User, client_pm: User
) -> None:
    """Otherwise it would be live, and a signature that is refused now would pass."""
    sign_off = decide(engagement, engineer)
    problem = ProblemFactory(engagement=engagement, severity="critical")
    with pytest.raises(StaleError, match="something new stands against it"):
        followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.today())
    with pytest.raises(StaleError):
        sign(sign_off, client_pm)
    assert fresh(engagement).go_live_on is None
    problem.delete()
    followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.today())


def test_what_is_kept_back_stops_the_recording_until_the_client_signed(
    rows: dict[str, Any], engagement: Engagement, engineer: User, manager: User, client_pm: User
) -> None:
    """Nor does it refuse the client's own signature, which would tell of it."""
    sign_off = decide(engagement, engineer)
    ProblemFactory(engagement=engagement, severity="critical", title="内部秘密", is_internal=True)
    with pytest.raises(RefusedError) as refused:
        followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.today())
    assert [found.code for found in refused.value.obstacles] == ["problems.kept_back"]
    sign(sign_off, client_pm)
    followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.today())


def test_a_day_that_has_come_is_put_right_whatever_came_since(
    rows: dict[str, Any], engagement: Engagement, engineer: User, manager: User
) -> None:
    decide(engagement, engineer)
    followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.today())
    ProblemFactory(engagement=engagement, severity="critical", is_internal=True)
    ProblemFactory(engagement=engagement, severity="critical")
    day = engagement.today() - timedelta(days=1)
    followups.record_go_live(actor=manager, engagement=fresh(engagement), on=day)
    assert fresh(engagement).go_live_on == day


def test_nothing_unsigned_outweighs_a_signed_not_yet(
    rows: dict[str, Any], engagement: Engagement, engineer: User, manager: User, client_pm: User
) -> None:
    """Neither by hand nor by the cutover; the client's newer signature does."""
    sign(decide(engagement, client_pm, Decision.NOT_YET), client_pm)
    sign_off = decide(engagement, engineer)
    for act in (
        lambda: followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.today()),
        lambda: runs.start_run(actor=manager, engagement=fresh(engagement), kind="cutover"),
    ):
        with pytest.raises(RefusedError) as refused:
            act()
        assert "signed “Not yet”" in refused.value.obstacles[0].text
    sign(sign_off, client_pm)
    runs.start_run(actor=manager, engagement=fresh(engagement), kind="cutover")


def test_an_unsigned_not_yet_takes_nothing_back(
    rows: dict[str, Any], engagement: Engagement, engineer: User, client_pm: User
) -> None:
    sign_off = decide(engagement, client_pm)
    sign(sign_off, client_pm)
    decide(engagement, engineer, Decision.NOT_YET)
    assert fresh(engagement).go_live_on is not None


def test_what_is_live_is_decided_on_for_no_other_day(
    rows: dict[str, Any], engagement: Engagement, engineer: User, manager: User, client_pm: User
) -> None:
    """Live on an unsigned Go: it can be written down anew, with the day it went live."""
    decide(engagement, engineer)
    followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.today())
    with pytest.raises(DomainError) as refused:
        decide(engagement, engineer, go_live_on=engagement.today() + timedelta(days=300))
    assert refused.value.field == "go_live_on"
    sign(decide(engagement, engineer, go_live_on=engagement.today()), client_pm)
    assert fresh(engagement).go_live_on == engagement.today()


def test_what_went_live_meanwhile_is_not_moved_by_late_ink(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed for tomorrow, a later day written down and not signed; tomorrow comes. Moving it stays the manager's."""
    tomorrow = engagement.today() + timedelta(days=1)
    sign(decide(engagement, client_pm, go_live_on=tomorrow), client_pm)
    late = decide(engagement, client_pm, go_live_on=engagement.today() + timedelta(days=30))
    monkeypatch.setattr(Engagement, "today", lambda self: tomorrow)
    with pytest.raises(StaleError, match="live already"):
        sign(current(late), client_pm)
    assert fresh(engagement).go_live_on == tomorrow
    followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.start_on)
    sign(current(late), client_pm)
    assert fresh(engagement).go_live_on == engagement.start_on


def test_the_signed_risks_name_every_cell(rows: dict[str, Any], engagement: Engagement, client_pm: User) -> None:
    """On the page three are enough; nobody signs a list that ends in “…”."""
    stage, role = rows["cell"].stage, rows["cell"].role
    for state in ("rejected", "live"):
        for number in range(5):
            CellFactory(
                engagement=engagement, stage=stage, role=role, state=state, live_on=engagement.today(),
                module__name=f"模块{state}{number}号",
            )  # fmt: skip
    sign_off = decide(engagement, client_pm, Decision.WITH_RISKS)
    told = "".join(sign_off.text["sections"][1]["points"])
    assert all(f"模块{state}{number}号" in told for state in ("rejected", "live") for number in range(5))
    assert "…" not in told
    shown = [obstacle.text for obstacle in go.against(engagement) if obstacle.code.startswith("rollout.")]
    assert [text[-1] for text in shown] == ["…", "…"]
    sign(sign_off, client_pm)


def test_a_sheet_whose_text_no_longer_holds_can_be_sent_back(
    rows: dict[str, Any], engagement: Engagement, engineer: User, colleague: User
) -> None:
    signature = register(decide(engagement, engineer), engineer)
    ProblemFactory(engagement=engagement, severity="critical")
    with pytest.raises(StaleError):
        signing.check_paper(actor=colleague, signature=signature, accepted=True)
    signing.check_paper(actor=colleague, signature=signature, accepted=False)
    assert not Signature.objects.unscoped().exists()


def test_a_signed_text_never_says_that_it_can_not_be_signed(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, sign_in: SignIn
) -> None:
    sign_off = decide(engagement, client_pm)
    url, browser = reverse("engagements:sign_off", args=[engagement.pk, sign_off.pk]), sign_in(client_pm)
    problem = ProblemFactory(engagement=engagement, severity="critical")
    assert "something new stands against it" in browser.get(url).content.decode()
    problem.delete()
    sign(sign_off, client_pm)
    ProblemFactory(engagement=engagement, severity="critical")
    assert "something new stands against it" not in browser.get(url).content.decode()
