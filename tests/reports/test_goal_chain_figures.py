"""What became of an objective after closing, and what stands in no chain: by table and by property (N6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures import Direction, attainment
from reports.figures.goal_chain import Change, change_since, course, orphans

numbers = st.decimals(-(10**9), 10**9, places=2)
directions: st.SearchStrategy[Direction] = st.sampled_from(["up", "down", "reach"])
one_sided: st.SearchStrategy[Direction] = st.sampled_from(["up", "down"])
ORDER: dict[Change, int] = {"decayed": 0, "held": 1, "improved": 2}


def d(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("target", "direction", "closing", "later", "change"),
    [
        ("5", "up", "5", "5", "held"),
        ("5", "up", "5", "7", "improved"),
        ("5", "up", "7", "5", "held"),
        ("5", "up", "7", "4", "decayed"),
        ("5", "up", "3", "4", "improved"),
        ("5", "up", "3", "3.0", "held"),
        ("5", "up", "3", "2", "decayed"),
        ("30", "down", "28", "25", "improved"),
        ("30", "down", "25", "30", "held"),
        ("30", "down", "28", "31", "decayed"),
        ("30", "down", "42", "41", "improved"),
        ("30", "down", "42", "180", "decayed"),
        ("20", "reach", "20", "20", "held"),
        ("20", "reach", "20", "21", "decayed"),
        ("20", "reach", "18", "22", "held"),
        ("20", "reach", "18", "21", "improved"),
        ("20", "reach", "18", "15", "decayed"),
        ("5", "up", None, "5", "not_measured"),
        ("5", "up", "5", None, "not_measured"),
        ("5", "up", None, None, "not_measured"),
    ],
)
def test_what_became_of_the_closing_value(
    target: str, direction: Direction, closing: str | None, later: str | None, change: Change
) -> None:
    """N6: held, improved, decayed, or not measured."""
    found = change_since(target=Decimal(target), direction=direction, closing=d(closing), later=d(later))
    assert found == change


@given(numbers, directions, numbers)
def test_the_same_value_held(target: Decimal, direction: Direction, value: Decimal) -> None:
    """N6: nothing moved, nothing became better or worse."""
    assert change_since(target=target, direction=direction, closing=value, later=value) == "held"


@given(numbers, directions, numbers, numbers, numbers)
def test_a_better_later_value_is_never_judged_worse(
    target: Decimal, direction: Direction, closing: Decimal, one: Decimal, other: Decimal
) -> None:
    """N6: monotone in the later value, on the side on which better lies."""
    goodness = {"up": lambda value: value, "down": lambda value: -value, "reach": lambda value: -abs(value - target)}
    worse, better = sorted((one, other), key=goodness[direction])
    low = change_since(target=target, direction=direction, closing=closing, later=worse)
    high = change_since(target=target, direction=direction, closing=closing, later=better)
    assert ORDER[low] <= ORDER[high]


@given(numbers, numbers, numbers)
def test_up_and_down_mirror_each_other(target: Decimal, closing: Decimal, later: Decimal) -> None:
    """N6: symmetric: what is up for a number is down for its opposite."""
    up = change_since(target=target, direction="up", closing=closing, later=later)
    assert up == change_since(target=-target, direction="down", closing=-closing, later=-later)


@given(numbers, numbers, numbers)
def test_an_exact_target_knows_no_side(target: Decimal, off: Decimal, later: Decimal) -> None:
    """N6: reach: as far below as above is the same, at closing and after."""
    first = change_since(target=target, direction="reach", closing=target + off, later=later)
    assert first == change_since(target=target, direction="reach", closing=target - off, later=later)
    assert first == change_since(target=target, direction="reach", closing=target + off, later=2 * target - later)


@given(numbers, directions, numbers, numbers)
def test_what_still_reaches_the_target_never_decayed(
    target: Decimal, direction: Direction, closing: Decimal, later: Decimal
) -> None:
    """N6: and what decayed is missed, after a closing value that was better."""
    found = change_since(target=target, direction=direction, closing=closing, later=later)
    verdict = attainment(baseline=None, target=target, direction=direction, reading=later).verdict
    assert (found == "decayed") <= (verdict == "missed")


@given(st.none() | numbers, numbers, directions, numbers, numbers)
def test_the_change_agrees_with_the_bars(
    baseline: Decimal | None, target: Decimal, direction: Direction, closing: Decimal, later: Decimal
) -> None:
    """N6: a longer bar is an improvement, a shorter one a decay; never the other way round."""
    found = course(baseline=baseline, target=target, direction=direction, closing=closing, later=[later])
    [after] = found.later
    assert found.closing.fraction is not None and after.attainment.fraction is not None
    if after.attainment.fraction > found.closing.fraction:
        assert after.change == "improved"
    if after.attainment.fraction < found.closing.fraction:
        assert after.change == "decayed"


@given(st.none() | numbers, numbers, directions, st.none() | numbers, st.lists(st.none() | numbers, max_size=3))
def test_each_visit_is_compared_with_the_closing_value(
    baseline: Decimal | None,
    target: Decimal,
    direction: Direction,
    closing: Decimal | None,
    later: list[Decimal | None],
) -> None:
    """N6: the second visit is not compared with the first."""
    found = course(baseline=baseline, target=target, direction=direction, closing=closing, later=later)
    alone = [
        course(baseline=baseline, target=target, direction=direction, closing=closing, later=[value]).later[0]
        for value in later
    ]
    assert list(found.later) == alone
    assert [one.attainment.verdict == "not_measured" for one in found.later] == [value is None for value in later]


@pytest.mark.parametrize("odd", ["NaN", "Infinity"])
def test_a_course_refuses_what_is_no_number(odd: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        course(baseline=None, target=Decimal(1), direction="up", closing=Decimal(1), later=[Decimal(odd)])


def test_orphans_stand_on_either_side() -> None:
    """N6: objectives without functions, functions without an objective, acceptance without either."""
    found = orphans(
        ["faster", "safer", "cheaper"],
        {"plan": ["faster"], "weigh": [], "count": ["gone"], "order": ["faster", "cheaper"]},
        {"planning": ["plan", "weigh"], "store": ["weigh", "count"], "archive": [], "old": ["removed"]},
    )
    assert found.goals == ("safer",)
    assert found.works == ("weigh", "count")
    assert found.proofs_of_nothing == ("archive", "old")
    assert found.proofs_without_goal == ("store",)


links = st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4), max_size=8)


@given(st.lists(st.integers(0, 9), unique=True), links, links)
def test_every_thing_stands_in_a_chain_or_is_an_orphan(
    goals: list[int], serves: dict[int, list[int]], proves: dict[int, list[int]]
) -> None:
    """N6: exactly one of the two, whatever is linked to whatever."""
    found = orphans(goals, serves, proves)
    chained_goals = {goal for goal in goals for served in serves.values() if goal in served}
    assert set(found.goals) | chained_goals == set(goals) and not set(found.goals) & chained_goals
    serving = {work for work, served in serves.items() if set(served) & set(goals)}
    assert set(found.works) | serving == set(serves) and not set(found.works) & serving
    chained = {proof for proof, works in proves.items() if set(works) & serving}
    lost = {*found.proofs_of_nothing, *found.proofs_without_goal}
    assert lost | chained == set(proves) and not lost & chained
    assert not set(found.proofs_of_nothing) & set(found.proofs_without_goal)
