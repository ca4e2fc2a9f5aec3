"""Problems raised and solved: the counts by table and by property; a client counts what a client sees."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.problem_flow import problem_flow
from tests.conftest import SignIn
from tests.factories import ProblemFactory

MONDAY = date(2026, 11, 16)


def on(number: int) -> date:
    return MONDAY + timedelta(days=number)


def test_by_table() -> None:
    """What happens on Saturday counts on Monday."""
    spans = [(on(0), on(1)), (on(0), None), (on(5), on(5)), (on(7), None)]
    points = problem_flow(spans, [on(0), on(1), on(4), on(7)])
    assert [(point.raised, point.solved, point.open) for point in points] == [
        (2, 0, 2),
        (2, 1, 1),
        (2, 1, 1),
        (4, 2, 2),
    ]


@given(st.lists(st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 30))), max_size=30))
def test_counts_never_fall_and_open_is_what_is_left(rows: list[tuple[int, int | None]]) -> None:
    spans = [(on(first), None if more is None else on(first + more)) for first, more in rows]
    days = [on(number) for number in range(0, 95, 3)]
    points = problem_flow(spans, days)
    assert [point.raised for point in points] == sorted(point.raised for point in points)
    assert [point.solved for point in points] == sorted(point.solved for point in points)
    for point in points:
        still = sum(first <= point.on and (last is None or last > point.on) for first, last in spans)
        assert point.open == still >= 0


def test_a_client_counts_the_shared_ones(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    today = engagement.today()
    for number in range(5):
        ProblemFactory(
            engagement=engagement, raised_by=engineer, raised_on=today - timedelta(days=9), is_internal=number > 2
        )
    url = reverse("standups:problems", args=[engagement.pk])
    assert "5 raised, 0 solved, 5 open" in sign_in(engineer).get(url).content.decode()
    shared = sign_in(client_pm).get(url).content.decode()
    assert "3 raised, 0 solved, 3 open" in shared
    assert "5 raised" not in shared
