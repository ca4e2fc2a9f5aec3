"""E2: the order of the matrix, what is proposed, and what each cell builds on are pure functions."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from standups.rollout.build import Link, Place, links, missing, module_order, proposed

ADMIN, CORE, STAFF = 1, 2, 3
GROUPS = {ADMIN: "1_admin", CORE: "2_core", STAFF: "3_staff"}


class Use(NamedTuple):
    """How a function ranks."""

    frequency: str
    priority: str = "should"
    risk: str = "none"


def test_modules_come_in_the_order_of_their_best_function() -> None:
    functions = [
        (1, Use("weekly", "must", "high")),
        (2, Use("rarely")),
        (2, Use("daily", "could")),
        (3, Use("daily", "must")),
        (4, Use("daily", "must", "high")),
    ]
    assert module_order([9, 1, 2, 3, 4, 8], functions) == [4, 3, 2, 1, 9, 8]


def test_core_users_wait_for_administrators_and_staff_for_core_users() -> None:
    places = [Place(1, role, 1) for role in (STAFF, CORE, ADMIN)]
    assert links(places, groups=GROUPS, stages=[1]) == [
        Link(Place(1, CORE, 1), Place(1, ADMIN, 1)),
        Link(Place(1, STAFF, 1), Place(1, CORE, 1)),
    ]


def test_the_nearest_group_before_is_the_ground_where_one_is_missing() -> None:
    places = [Place(1, STAFF, 1), Place(1, ADMIN, 1)]
    assert links(places, groups=GROUPS, stages=[1]) == [Link(Place(1, STAFF, 1), Place(1, ADMIN, 1))]


def test_a_stage_waits_for_the_nearest_one_before() -> None:
    """Stages follow each other in the order given, whatever their ids; one without this cell is passed over."""
    places = [Place(1, CORE, stage) for stage in (30, 10)]
    assert links(places, groups=GROUPS, stages=[30, 20, 10]) == [Link(Place(1, CORE, 10), Place(1, CORE, 30))]


def test_roles_of_one_group_do_not_wait_for_each_other() -> None:
    places = [Place(1, 5, 1), Place(1, 6, 1)]
    assert links(places, groups={5: "2_core", 6: "2_core"}, stages=[1]) == []


PLACES = st.builds(Place, st.integers(1, 4), st.sampled_from([ADMIN, CORE, STAFF]), st.integers(1, 4))


@given(st.sets(PLACES))
def test_no_cell_waits_for_itself_however_far_around(places: set[Place]) -> None:
    """What a cell builds on always comes before it, so there is always one that can begin."""
    order = {place: (place.stage, GROUPS[place.role]) for place in places}
    for link in links(places, groups=GROUPS, stages=[1, 2, 3, 4]):
        assert order[link.on] < order[link.cell]
        assert link.on.module == link.cell.module


@given(st.sets(PLACES), st.sets(PLACES))
def test_only_links_of_new_cells_are_added(old: set[Place], new: set[Place]) -> None:
    added = set(links(old | new, groups=GROUPS, stages=[1, 2, 3, 4], among=new))
    everything = set(links(old | new, groups=GROUPS, stages=[1, 2, 3, 4]))
    assert added == {link for link in everything if link.cell in new or link.on in new}


def test_only_what_is_missing_is_added_once() -> None:
    existing = {Place(1, 1, 1)}
    assert missing([(1, 1), (1, 1), (2, 1)], [1, 2], existing) == [Place(2, 1, 1), Place(1, 1, 2), Place(2, 1, 2)]


def test_all_is_proposed_where_nothing_is() -> None:
    assert set(proposed([1, 2], [1, 2], [1], set()).values()) == {"yes"}


def test_what_is_new_is_proposed_and_what_was_left_out_is_not() -> None:
    existing = {Place(1, 1, 1), Place(2, 2, 1)}
    found = proposed([1, 2, 3], [1, 2], [1], existing)
    assert found == {(1, 1): "there", (1, 2): "no", (2, 1): "no", (2, 2): "there", (3, 1): "yes", (3, 2): "yes"}


def test_a_new_stage_is_proposed_for_the_pairs_that_are_there() -> None:
    existing = {Place(1, 1, 1), Place(2, 2, 1)}
    found = proposed([1, 2], [1, 2], [1, 2], existing)
    assert found == {(1, 1): "yes", (1, 2): "no", (2, 1): "no", (2, 2): "yes"}


def test_a_single_cell_that_was_removed_is_not_proposed_again() -> None:
    existing = {Place(1, 1, 1), Place(2, 1, 1), Place(2, 1, 2)}
    assert proposed([1, 2], [1], [1, 2], existing) == {(1, 1): "no", (2, 1): "there"}
