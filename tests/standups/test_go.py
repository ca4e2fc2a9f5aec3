"""N11: nothing goes live that was not proved; the client decides, and their signature makes the go-live day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import override

from engagements import gates, go_decision
from engagements.go_decision import Decision
from engagements.models import Engagement, FollowUpVisit, Phase, SignOff
from engagements.services import followups, signing
from onsite.accounts.models import User
from onsite.core.errors import DomainError, RefusedError, StaleError
from onsite.core.models import AuditEntry
from standups.going_live import go
from standups.models import Cell
from tests.engagements.conftest import register, sign
from tests.factories import CellFactory, ProblemFactory, go_decision_of
from tests.standups.deciding import HARD, SPOILED, decide, make_ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(engagement: Engagement, engineer: User) -> dict[str, Any]:
    return make_ready(engagement, engineer)


def fresh(engagement: Engagement) -> Engagement:
    return Engagement.objects.unscoped().get(pk=engagement.pk)


def codes(engagement: Engagement) -> list[str]:
    return [obstacle.code for obstacle in go.against(engagement)]


def test_nothing_stands_against_what_was_proved(rows: dict[str, Any], engagement: Engagement) -> None:
    assert codes(engagement) == []


@pytest.mark.parametrize("kind", list(SPOILED))
def test_each_single_obstacle_refuses_a_go(
    rows: dict[str, Any], engagement: Engagement, engineer: User, client_pm: User, kind: str
) -> None:
    """In turn, for either side; each says what is missing and where it is mended."""
    SPOILED[kind](rows)
    (obstacle,) = go.against(engagement)
    assert obstacle.code.startswith(kind.removesuffix(".sample"))
    assert (obstacle.text != "", obstacle.url.startswith("/")) == (True, True)
    for actor in (client_pm, engineer):
        with pytest.raises(RefusedError) as refused:
            decide(engagement, actor)
        assert [found.code for found in refused.value.obstacles] == [obstacle.code]
    assert not engagement.sign_offs.unscoped().filter(kind="go").exists()


@pytest.mark.parametrize("kind", list(SPOILED))
def test_a_risk_stands_in_the_signed_text_or_is_refused(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, kind: str
) -> None:
    """An open difference can't be taken as a risk; everything else stands in the text by its own words."""
    SPOILED[kind](rows)
    if kind in HARD:
        with pytest.raises(RefusedError):
            decide(engagement, client_pm, Decision.WITH_RISKS)
        return
    sign_off = decide(engagement, client_pm, Decision.WITH_RISKS, note="已与院方确认")
    with override(engagement.language):
        (obstacle,) = go.against(engagement)
    risks = sign_off.text["sections"][1]
    assert risks["points"] == [obstacle.text] == go.risks_of(sign_off)
    assert "已与院方确认" in "".join(sign_off.text["sections"][0]["paragraphs"])
    sign(sign_off, client_pm)
    assert fresh(engagement).go_live_on == go_decision.day_of(sign_off)


def test_with_risks_needs_a_risk(rows: dict[str, Any], engagement: Engagement, client_pm: User) -> None:
    with pytest.raises(DomainError, match="decide “Go”"):
        decide(engagement, client_pm, Decision.WITH_RISKS)


def test_the_signature_makes_the_day_and_its_visits(
    rows: dict[str, Any], engagement: Engagement, client_pm: User
) -> None:
    """On screen: decided by the client, nothing follows before they sign; then the day, two visits, in their name."""
    sign_off = decide(engagement, client_pm)
    assert (fresh(engagement).go_live_on, FollowUpVisit.objects.unscoped().count()) == (None, 0)
    sign(sign_off, client_pm)
    day = engagement.today() + timedelta(days=10)
    assert fresh(engagement).go_live_on == day
    assert {visit.anchor_on for visit in FollowUpVisit.objects.unscoped()} == {day}
    actions = AuditEntry.objects.filter(actor=client_pm).values_list("action", flat=True)
    assert {"go.frozen", "go.decided", "go.signed", "go.agreed", "go_live.recorded"} <= set(actions)


def test_on_paper_from_the_meeting_to_the_visits(
    rows: dict[str, Any], engagement: Engagement, engineer: User, colleague: User
) -> None:
    """No client signs in: written down, registered, checked by a second person; only then the day is there."""
    sign_off = decide(engagement, engineer)
    signature = register(sign_off, engineer)
    assert fresh(engagement).go_live_on is None
    with pytest.raises(DomainError):
        signing.check_paper(actor=engineer, signature=signature, accepted=True)
    signing.check_paper(actor=colleague, signature=signature, accepted=True)
    assert fresh(engagement).go_live_on == go_decision.day_of(sign_off)
    assert FollowUpVisit.objects.unscoped().standing().count() == 2


def test_a_replaced_sheet_is_refused(rows: dict[str, Any], engagement: Engagement, engineer: User) -> None:
    first = decide(engagement, engineer)
    decide(engagement, engineer, go_live_on=engagement.today() + timedelta(days=12))
    with pytest.raises(StaleError):
        register(first, engineer)


@pytest.mark.parametrize("kind", list(SPOILED))
def test_what_came_after_the_freezing_refuses_the_signature(
    rows: dict[str, Any], engagement: Engagement, engineer: User, client_pm: User, kind: str
) -> None:
    """On screen and on paper; it says what came."""
    sign_off = decide(engagement, client_pm)
    SPOILED[kind](rows)
    for act in (lambda: sign(sign_off, client_pm), lambda: register(sign_off, engineer)):
        with pytest.raises(StaleError, match="something new stands against it"):
            act()
    assert fresh(engagement).go_live_on is None


def test_risks_may_shrink_and_not_grow_before_the_signature(
    rows: dict[str, Any], engagement: Engagement, client_pm: User
) -> None:
    """Ink takes weeks: a cell accepted meanwhile does no harm, one more that isn't does, though the sentence is one."""
    cells = [CellFactory(engagement=engagement, stage=rows["cell"].stage, role=rows["cell"].role) for _i in range(2)]
    sign_off = decide(engagement, client_pm, Decision.WITH_RISKS)
    late = CellFactory(engagement=engagement, stage=rows["cell"].stage, role=rows["cell"].role)
    with pytest.raises(StaleError, match="not accepted"):
        sign(sign_off, client_pm)
    late.delete()
    Cell.objects.filter(pk=cells[0].pk).update(state="accepted", live_on=engagement.today())
    sign(sign_off, client_pm)


def test_what_comes_after_the_day_does_not_refuse_the_ink(
    rows: dict[str, Any], engagement: Engagement, engineer: User, colleague: User, manager: User
) -> None:
    """RULES: work starts before the ink is dry. Live with the signature under way; a critical problem; the sheet comes."""
    sign_off = decide(engagement, engineer, go_live_on=engagement.today())
    followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.today())
    ProblemFactory(engagement=engagement, severity="critical")
    signing.check_paper(actor=colleague, signature=register(sign_off, engineer), accepted=True)
    assert FollowUpVisit.objects.unscoped().count() == 2


def test_a_day_recorded_by_hand_outlives_late_ink(
    rows: dict[str, Any], engagement: Engagement, engineer: User, colleague: User, manager: User
) -> None:
    sign_off = decide(engagement, engineer)
    moved = engagement.today() + timedelta(days=14)
    followups.record_go_live(actor=manager, engagement=fresh(engagement), on=moved)
    signing.check_paper(actor=colleague, signature=register(sign_off, engineer), accepted=True)
    assert fresh(engagement).go_live_on == moved


def test_not_yet_says_why_and_until_when_and_takes_the_day_back(
    rows: dict[str, Any], engagement: Engagement, client_pm: User
) -> None:
    for wrong, field in (({"note": " "}, "note"), ({"look_again_on": None}, "look_again_on"),
                         ({"look_again_on": engagement.today() - timedelta(days=1)}, "look_again_on")):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            decide(engagement, client_pm, Decision.NOT_YET, **wrong)
        assert refused.value.field == field
    sign(decide(engagement, client_pm), client_pm)
    ProblemFactory(engagement=engagement, severity="critical", title="医保冲正失败")
    sign_off = decide(engagement, client_pm, Decision.NOT_YET)
    assert fresh(engagement).go_live_on is not None
    text = str(sign_off.text["sections"])
    assert ("医保接口未通过" in text, "医保冲正失败" in text) == (True, True)
    sign(sign_off, client_pm)
    assert fresh(engagement).go_live_on is None
    assert not FollowUpVisit.objects.unscoped().standing().exists()
    assert go_decision.standing_go(engagement) is None


def test_a_newer_decision_moves_the_day(rows: dict[str, Any], engagement: Engagement, client_pm: User) -> None:
    sign(decide(engagement, client_pm), client_pm)
    later = engagement.today() + timedelta(days=20)
    sign(decide(engagement, client_pm, go_live_on=later), client_pm)
    assert (fresh(engagement).go_live_on, fresh(engagement).go_live_revision) == (later, 2)


def test_after_the_day_it_is_only_moved(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, manager: User
) -> None:
    sign(decide(engagement, client_pm, go_live_on=engagement.today()), client_pm)
    for decision in (Decision.GO, Decision.NOT_YET):
        with pytest.raises(DomainError, match="It is live since"):
            decide(engagement, client_pm, decision)
    followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.today() - timedelta(days=1))


@pytest.mark.parametrize("days", [-400, 366])
def test_an_impossible_day_is_refused(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, days: int
) -> None:
    with pytest.raises(DomainError) as refused:
        decide(engagement, client_pm, go_live_on=engagement.today() + timedelta(days=days))
    assert refused.value.field == "go_live_on"
    with pytest.raises(DomainError) as refused:
        decide(engagement, client_pm, go_live_on=None)
    assert refused.value.field == "go_live_on"


@pytest.mark.parametrize("phase", [Phase.PREPARATION, Phase.EXECUTION, Phase.REVIEW])
def test_it_is_decided_in_execution_or_review(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, phase: Phase
) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(phase=phase)
    if phase == Phase.PREPARATION:
        with pytest.raises(DomainError, match="execution or review"):
            decide(engagement, client_pm)
    else:
        assert decide(engagement, client_pm).version == 1


@pytest.mark.parametrize("core_task", ["improve", "fix"])
def test_a_hand_over_needs_no_go(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, manager: User, core_task: str
) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(core_task=core_task)
    with pytest.raises(DomainError, match="ends with a hand-over"):
        decide(engagement, client_pm)
    assert len(followups.record_go_live(actor=manager, engagement=fresh(engagement), on=engagement.today())) == 2


def test_a_stale_list_or_decision_is_refused(rows: dict[str, Any], engagement: Engagement, client_pm: User) -> None:
    SPOILED["cutover.no_backup"](rows)
    seen = go.standing_against(engagement).fingerprint
    ProblemFactory(engagement=engagement, severity="critical")
    with pytest.raises(StaleError, match="has changed"):
        decide(engagement, client_pm, Decision.WITH_RISKS, seen=seen)
    decide(engagement, client_pm, Decision.WITH_RISKS)
    with pytest.raises(StaleError, match="another decision"):
        decide(engagement, client_pm, Decision.WITH_RISKS, after=None)


@pytest.mark.parametrize("decision", [Decision.GO, Decision.WITH_RISKS])
def test_what_is_kept_back_stops_the_vendor_and_never_shows(
    rows: dict[str, Any], engagement: Engagement, engineer: User, client_pm: User, decision: Decision
) -> None:
    """An internal critical problem: nobody writes a Go down over it, and nothing of it reaches the client."""
    if decision == Decision.WITH_RISKS:
        SPOILED["cutover.no_backup"](rows)
    ProblemFactory(engagement=engagement, severity="critical", title="内部秘密", is_internal=True)
    with pytest.raises(RefusedError) as refused:
        decide(engagement, engineer, decision)
    assert [found.code for found in refused.value.obstacles][-1] == "problems.kept_back"
    assert "内部秘密" not in refused.value.obstacles[-1].text
    decide(engagement, engineer, Decision.NOT_YET)
    sign_off = decide(engagement, client_pm, decision)
    assert "内部" not in str(sign_off.text)
    sign(sign_off, client_pm)


def test_who_decides(
    rows: dict[str, Any], engagement: Engagement, manager: User, colleague: User, key_user: User, business_owner: User
) -> None:
    for user in (colleague, key_user, business_owner):
        with pytest.raises(PermissionDenied):
            decide(engagement, user)
    sign_off = decide(engagement, manager)
    for user in (manager, business_owner, key_user):
        with pytest.raises(PermissionDenied):
            sign(sign_off, user)


def test_a_manager_records_no_go_live_without_a_decision(
    rows: dict[str, Any], engagement: Engagement, manager: User, client_pm: User
) -> None:
    """By hand only what the client decided, signed or waiting for ink."""
    with pytest.raises(RefusedError) as refused:
        followups.record_go_live(actor=manager, engagement=engagement, on=engagement.today())
    assert refused.value.obstacles[0].url.endswith("/go-decision/")
    decide(engagement, client_pm, Decision.NOT_YET)
    with pytest.raises(RefusedError):
        followups.record_go_live(actor=manager, engagement=engagement, on=engagement.today())
    decide(engagement, client_pm)
    assert len(followups.record_go_live(actor=manager, engagement=engagement, on=engagement.today())) == 2


def test_the_gate_waits_for_the_signed_go(engagement: Engagement) -> None:
    """Before the review: none, not yet (signed or not), unsigned, signed; asked of a go-live only, and it can be waived."""

    def stands() -> list[str]:
        found = gates.standing_before(engagement, Phase.REVIEW)
        return [row.obstacle.text for row in found if row.obstacle.code == "go.signed"]

    assert "has not decided" in stands()[0]
    go_decision_of(engagement, go_live_on=engagement.today(), decision="not_yet")
    assert "decision is not to go live yet" in stands()[0]
    go_decision_of(engagement, go_live_on=engagement.today(), decision="not_yet", signed=False)
    assert "not to go live yet waits for" in stands()[0]
    go_decision_of(engagement, go_live_on=engagement.today(), signed=False)
    assert "waits for the client's signature" in stands()[0]
    go_decision_of(engagement, go_live_on=engagement.today(), decision="risks")
    assert stands() == []
    SignOff.objects.unscoped().delete()
    Engagement.objects.filter(pk=engagement.pk).update(core_task="fix")
    engagement.core_task = "fix"
    assert stands() == []


def test_the_matrix_and_the_hand_over_stand_before_the_review(rows: dict[str, Any], engagement: Engagement) -> None:
    CellFactory(engagement=engagement)
    found = {row.obstacle.code for row in gates.standing_before(engagement, Phase.REVIEW)}
    assert {"rollout.open", "handover.missing", "go.signed", "go_live.missing"} <= found
