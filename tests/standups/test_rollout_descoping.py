"""E2: once the roll-out has begun, a cell leaves the matrix only by a change request that both sides signed."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from engagements.models import ChangeRequest, Engagement, SignOff
from engagements.section_text import Section, text_of_sections
from engagements.services import signing
from onsite.accounts.models import User
from onsite.core.errors import DomainError, RefusedError
from onsite.core.models import AuditEntry
from standups.models import Cell, CellState
from standups.rollout.state import before_go, before_review
from standups.services import cells
from standups.services.descoping import descope
from tests.conftest import SignIn
from tests.factories import ChangeRequestFactory, UatRoundFactory
from tests.standups.rolling import built, change_in_force, settle, train

Decision = ChangeRequest.Decision


@pytest.fixture
def matrix(engagement: Engagement, engineer: User) -> list[Cell]:
    """Three cells on top of each other; the first is live."""
    found = built(engineer, engagement)
    train(engineer, engagement)
    cells.go_live(actor=engineer, cell=found[0])
    return found


def state_of(cell: Cell) -> str:
    return str(Cell.objects.unscoped().get(pk=cell.pk).state)


def test_no_other_change_descopes_a_cell(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, matrix: list[Cell]
) -> None:
    """Undecided, decided but unsigned, rejected, put off, another client's, none: each is refused with the way to the
    change requests."""
    unsigned = change_in_force(engagement)
    ChangeRequest.objects.filter(pk=unsigned.pk).update(applied_at=None)
    wrong: list[ChangeRequest | None] = [
        ChangeRequestFactory(engagement=engagement),
        unsigned,
        ChangeRequestFactory(engagement=engagement, decision=Decision.REJECT),
        ChangeRequestFactory(engagement=engagement, decision=Decision.NEXT_PHASE),
        change_in_force(foreign_engagement),
        None,
    ]
    for change in wrong:
        with pytest.raises(RefusedError) as refused:
            descope(actor=engineer, cell=matrix[1], change=change)
        [obstacle] = refused.value.obstacles
        assert obstacle.url == reverse("engagements:change_list", args=[engagement.pk])
    assert state_of(matrix[1]) == CellState.NOT_STARTED
    assert not AuditEntry.objects.filter(action="cell.descoped").exists()


def test_a_change_that_takes_nothing_out_descopes_nothing(
    engagement: Engagement, engineer: User, matrix: list[Cell], sign_in: SignIn
) -> None:
    """A signed change about two more reports is no agreement to leave a cell out; it isn't offered either."""
    change = change_in_force(engagement, out_of_scope="")
    ChangeRequest.objects.filter(pk=change.pk).update(title="增加 2 张报表", into_scope="2 张报表")
    with pytest.raises(RefusedError, match="out of the scope"):
        descope(actor=engineer, cell=matrix[1], change=change)
    assert state_of(matrix[1]) == CellState.NOT_STARTED
    url = reverse("standups:cell_descope", args=[engagement.pk, matrix[1].pk])
    assert "增加 2 张报表" not in sign_in(engineer).get(url).content.decode()


def test_a_signed_change_descopes_a_cell_and_frees_what_builds_on_it(
    engagement: Engagement, engineer: User, matrix: list[Cell]
) -> None:
    first, second, third = matrix
    change = change_in_force(engagement)
    with pytest.raises(RefusedError):
        cells.go_live(actor=engineer, cell=third)
    descope(actor=engineer, cell=second, change=change)
    assert cells.go_live(actor=engineer, cell=third).state == CellState.LIVE
    with pytest.raises(DomainError, match=str(change.number)):
        descope(actor=engineer, cell=second, change=change)
    with pytest.raises(DomainError, match="descoped"):
        cells.go_live(actor=engineer, cell=second, override_reason="仍然要上")
    settle(first, third)
    assert (before_go(engagement), before_review(engagement)) == ([], [])
    assert AuditEntry.objects.get(action="cell.descoped").data["change"] == change.number


def test_only_the_lead_or_the_manager_descopes(engagement: Engagement, colleague: User, matrix: list[Cell]) -> None:
    with pytest.raises(PermissionDenied):
        descope(actor=colleague, cell=matrix[1], change=change_in_force(engagement))


def test_what_the_client_accepted_stays(engagement: Engagement, engineer: User, matrix: list[Cell]) -> None:
    change = change_in_force(engagement)
    for state in (CellState.ACCEPTED, CellState.CONDITIONAL):
        settle(matrix[0], state=state)
        with pytest.raises(DomainError, match="accepted"):
            descope(actor=engineer, cell=matrix[0], change=change)


def test_a_result_that_waits_for_signatures_can_not_be_signed_any_more(
    engagement: Engagement, engineer: User, matrix: list[Cell]
) -> None:
    text = text_of_sections(engagement, [Section("结果", paragraphs=("通过",))], {})
    sign_off = signing.add_version(
        actor=engineer, engagement=engagement, kind=SignOff.Kind.UAT, topic=str(matrix[0].pk), text=text
    )
    UatRoundFactory(cell=matrix[0], sign_off=sign_off, result="accepted", opened_by=engineer)
    descope(actor=engineer, cell=matrix[0], change=change_in_force(engagement))
    sign_off.refresh_from_db()
    assert sign_off.superseded_at is not None


def test_in_the_browser_only_signed_changes_are_offered(
    engagement: Engagement, engineer: User, matrix: list[Cell], sign_in: SignIn
) -> None:
    browser: Client = sign_in(engineer)
    url = reverse("standups:cell_descope", args=[engagement.pk, matrix[1].pk])
    undecided = ChangeRequestFactory(engagement=engagement, title="未定的变更")
    html = browser.get(url).content.decode()
    assert "未定的变更" not in html
    assert "Raise a change request" in html
    refused = browser.post(url, {"change": undecided.pk})
    assert refused.status_code == 422
    assert reverse("engagements:change_list", args=[engagement.pk]) in refused.content.decode()
    change = change_in_force(engagement)
    assert "Raise a change request" not in browser.get(url).content.decode()
    assert browser.post(url, {"change": change.pk}).status_code == 302
    html = browser.get(matrix[1].get_absolute_url()).content.decode()
    assert reverse("engagements:change", args=[engagement.pk, change.pk]) in html
