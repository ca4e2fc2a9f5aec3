"""N11: what was let pass before the review counts as missing on the portfolio just as long as the gate says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from engagements import gates
from engagements.models import Engagement, Phase, SignOff, Waiver
from onsite.accounts.models import User
from reports.dashboards.facts import Facts
from standups.models import Cell, HandOver
from tests.factories import CellFactory, ChangeRequestFactory, HandOverFactory, go_decision_of
from tests.standups.deciding import signed_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def missing(engagement: Engagement, manager: User) -> Callable[[str], bool]:
    """Ask the gate and the portfolio, which have to say the same."""
    rows: dict[str, Waiver] = {}

    def ask(obstacle: str) -> bool:
        if obstacle not in rows:
            rows[obstacle] = Waiver.objects.create(
                engagement=engagement, before_phase=Phase.REVIEW, obstacle=obstacle, obstacle_text=obstacle,
                reason="办理中", due_on=engagement.today(), granted_by=manager,
            )  # fmt: skip
        answer = gates.still_stands(rows[obstacle])
        assert Facts(manager, [engagement]).is_still_missing(rows[obstacle]) == answer
        return answer

    return ask


def test_the_signed_go(engagement: Engagement, missing: Callable[[str], bool]) -> None:
    assert missing("go.signed")
    for decision, signed, stands in (("not_yet", True, True), ("go", False, True), ("risks", True, False)):
        go_decision_of(engagement, go_live_on=engagement.today(), decision=decision, signed=signed)
        assert missing("go.signed") == stands


def test_the_matrix(engagement: Engagement, manager: User, missing: Callable[[str], bool]) -> None:
    assert not missing("rollout.open")
    cells = [CellFactory(engagement=engagement) for _i in range(2)]
    assert missing("rollout.open")
    change = ChangeRequestFactory(engagement=engagement, raised_by=manager)
    Cell.objects.filter(pk=cells[0].pk).update(state="descoped", descoped_by=change)
    Cell.objects.filter(pk=cells[1].pk).update(state="conditional", live_on=engagement.today())
    assert not missing("rollout.open")


def test_the_hand_over(engagement: Engagement, manager: User, missing: Callable[[str], bool]) -> None:
    assert missing("handover.missing")
    row = HandOverFactory(engagement=engagement)
    assert missing("handover.missing")
    for days, stands in ((-1, True), (0, False), (3, False)):
        HandOver.objects.filter(pk=row.pk).update(planned_on=engagement.today() + timedelta(days=days))
        assert missing("handover.missing") == stands
    HandOver.objects.filter(pk=row.pk).update(planned_on=None)
    text = signed_text(engagement, manager, SignOff.Kind.HANDOVER, "")
    assert not missing("handover.missing")
    SignOff.objects.filter(pk=text.pk).update(superseded_at=timezone.now())
    assert not missing("handover.missing"), "a newer sheet waits for its signature"
