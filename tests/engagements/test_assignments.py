"""Dated assignments: what is refused, what is told to whom, and what becomes of them when somebody leaves the team."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from engagements.assigned import Share, peak
from engagements.models import Absence, Assignment, Engagement
from engagements.services import assignments, lifecycle
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.factories import MembershipFactory


def fields_of(engagement: Engagement, user: User, first: int = 0, last: int = 9, percent: int = 100) -> dict[str, Any]:
    """The days are counted from today on."""
    today = engagement.today()
    return {
        "user": user, "start_on": today + timedelta(days=first), "finish_on": today + timedelta(days=last),
        "percent": percent,
    }  # fmt: skip


def assign(actor: User, engagement: Engagement, user: User, *days: int, **more: Any) -> Assignment:
    fields = fields_of(engagement, user, *days) | more
    return assignments.save_assignment(actor=actor, engagement=engagement, assignment=None, **fields)


@pytest.fixture
def elsewhere(foreign_engagement: Engagement, colleague: User) -> Engagement:
    """Another client's engagement in which the colleague works, too."""
    MembershipFactory(engagement=foreign_engagement, user=colleague, part=Part.ENGINEER)
    return foreign_engagement


def test_a_lead_assigns_a_colleague_and_it_is_written_down(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    row = assign(engineer, engagement, colleague)
    entry = AuditEntry.objects.get(action="team.assigned")
    assert entry.chain_id == engagement.audit_chain
    assert entry.data["user"] == colleague.pk
    assignments.delete_assignment(actor=engineer, assignment=row)
    assert not Assignment.objects.unscoped().exists()
    assert AuditEntry.objects.filter(action="team.unassigned").exists()


def test_who_may_not_edit_the_team_assigns_nobody(engagement: Engagement, colleague: User, client_pm: User) -> None:
    for actor in (colleague, client_pm):
        with pytest.raises(PermissionDenied):
            assign(actor, engagement, colleague)


def test_what_makes_no_sense_is_refused_beside_its_field(
    engagement: Engagement, engineer: User, colleague: User, client_pm: User, outsider_engineer: User
) -> None:
    with pytest.raises(DomainError, match="before the first") as turned:
        assign(engineer, engagement, colleague, 5, 4)
    assert turned.value.field == "finish_on"
    for stranger in (client_pm, outsider_engineer):
        with pytest.raises(DomainError, match="Add the person to the team") as foreign:
            assign(engineer, engagement, stranger)
        assert foreign.value.field == "user"
    known = assign(engineer, engagement, colleague, 0, 9, percent=10)
    with pytest.raises(DomainError, match="change that line") as twice:
        assign(engineer, engagement, colleague, 9, 20, percent=10, is_meant=True)
    assert twice.value.field == "start_on"
    # The day after is free, and a line may be changed within its own days.
    assign(engineer, engagement, colleague, 10, 20)
    fields = fields_of(engagement, colleague, 2, 9, 60)
    assignments.save_assignment(actor=engineer, engagement=engagement, assignment=known, **fields)


def test_more_than_the_whole_week_is_said_and_needs_a_tick(
    engagement: Engagement, elsewhere: Engagement, manager: User, engineer: User, colleague: User
) -> None:
    """The lead learns that it is too much, not where else the colleague works."""
    assign(manager, elsewhere, colleague, 5, 30, percent=60)
    assign(engineer, engagement, colleague, 0, 4)
    with pytest.raises(DomainError, match="planned for 120% of the week") as too_much:
        assign(engineer, engagement, colleague, 5, 9, percent=60)
    assert too_much.value.field == "is_meant"
    assert elsewhere.client.short_name not in too_much.value.message
    assign(engineer, engagement, colleague, 5, 9, percent=60, is_meant=True)


SHARES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20), st.integers(1, 100)), max_size=6)


@given(SHARES)
def test_the_peak_is_that_of_the_days_by_hand(rows: list[tuple[int, int, int]]) -> None:
    """Looked at day by day, no day holds more, and the one told does."""
    begin = date(2026, 1, 1)
    shares = [
        Share(begin + timedelta(days=first), begin + timedelta(days=first + more), percent)
        for first, more, percent in rows
    ]
    sums = {
        day: sum(row.percent for row in shares if row.start_on <= day <= row.finish_on)
        for day in (begin + timedelta(days=number) for number in range(60))
    }
    found = peak(shares)
    assert (found.percent if found else 0) == max(sums.values())
    assert found is None or sums[found.on] == found.percent


def test_who_leaves_the_team_is_assigned_until_today(engagement: Engagement, engineer: User, colleague: User) -> None:
    assign(engineer, engagement, colleague, -20, -10)
    assign(engineer, engagement, colleague, -5, 30)
    assign(engineer, engagement, colleague, 40, 50)
    membership = engagement.memberships.unscoped().get(user=colleague)
    second = MembershipFactory(engagement=engagement, user=colleague, part=Part.TRAINER)
    lifecycle.end_membership(actor=engineer, membership=second)
    assert Assignment.objects.unscoped().count() == 3, "still in the team with another part"
    lifecycle.end_membership(actor=engineer, membership=membership)
    ends = [row.finish_on for row in Assignment.objects.unscoped()]
    today = engagement.today()
    assert ends == [today - timedelta(days=10), today]


def test_the_team_page_tells_the_vendor_who_is_here_when_and_the_client_nothing(
    engagement: Engagement, engineer: User, colleague: User, client_pm: User, sign_in: SignIn
) -> None:
    """An absence over an assignment shows its days, never its kind."""
    url = reverse("engagements:team", args=[engagement.pk])
    assert "Nobody is assigned yet" in sign_in(engineer).get(url).content.decode()
    assign(engineer, engagement, colleague)
    today = engagement.today()
    Absence.objects.create(user=colleague, start_on=today, finish_on=today, kind=Absence.Kind.LEAVE)
    told = sign_in(engineer).get(url).content.decode()
    assert "Who works here when" in told
    assert 'class="tag warn"' in told[told.index('id="assignments"') :]
    assert "Leave" not in told
    read = sign_in(client_pm).get(url).content.decode()
    assert "Who works here when" not in read
    assert not Assignment.objects.visible_to(client_pm).exists()
    assert not Absence.objects.visible_to(client_pm).exists()


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    browser, url = sign_in(engineer), reverse("engagements:assignment_create", args=[engagement.pk])
    sent = {"user": colleague.pk, "start_on": "2026-12-10", "finish_on": "2026-12-01", "percent": 80}
    refused = browser.post(url, sent).content.decode()
    assert "The last day lies before the first." in refused
    assert 'value="2026-12-10"' in refused
    answer = browser.post(url, sent | {"finish_on": "2026-12-24"}, follow=True)
    assert "is assigned" in answer.content.decode()
    row = engagement.assignments.unscoped().get()
    edit = reverse("engagements:assignment_edit", args=[engagement.pk, row.pk])
    assert 'value="2026-12-24"' in browser.get(edit).content.decode()
    browser.post(edit, sent | {"finish_on": "2026-12-31", "percent": 40})
    row.refresh_from_db()
    assert (row.finish_on, row.percent) == (date(2026, 12, 31), 40)
    browser.post(reverse("engagements:assignment_delete", args=[engagement.pk, row.pk]))
    assert not engagement.assignments.unscoped().exists()
