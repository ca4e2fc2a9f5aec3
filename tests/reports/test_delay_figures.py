"""N5: every slipped working day is attributed once, or said to be unattributed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onsite.core.calendar import WorkingCalendar
from reports.figures import slip_days
from reports.figures.delay import Blocker, Ledger, Picture, ledger

# CI runs 300 random histories a property, `make prove` ten thousand.
HISTORIES = settings(max_examples=10_000 if settings.default and settings.default.max_examples >= 5000 else 300)
WEEK = WorkingCalendar()
MONDAY = date(2026, 3, 2)
PARTIES = ["client", "third_party", "vendor"]


def day(number: int) -> date:
    """Return the n-th working day from Monday 2 March 2026 on; 0 is that Monday."""
    return WEEK.shift(MONDAY, number)


def pictures(*ends: tuple[int, int], driving: Sequence[int] = ()) -> list[Picture]:
    """Return a picture for each pair of how late the finish and the agreed day are, on one working day after another."""
    return [
        Picture(day(number), day(50 + finish), day(50 + agreed), frozenset(driving), bool(driving))
        for number, (finish, agreed) in enumerate(ends)
    ]


def told(found: Ledger) -> list[tuple[date, int, dict[str, Fraction], int]]:
    return [(line.arose_on, line.left, line.shares, line.unattributed) for line in found.lines]


def count(rows: list[Picture], *waits: Blocker) -> Ledger:
    return ledger(rows, waits, WEEK.is_working)


def test_a_slip_without_a_blocker_is_unattributed() -> None:
    found = count(pictures((0, 0), (2, 0)))
    assert (found.slip, found.attributed, found.unattributed) == (2, {}, 2)
    assert told(found) == [(day(1), 2, {}, 2)]


def test_parties_with_a_blocker_that_day_share_equally_however_many_they_have() -> None:
    waits = [Blocker(1, "vendor", day(0)), Blocker(2, "client", day(0)), Blocker(3, "client", day(1))]
    found = count(pictures((0, 0), (3, 0)), *waits)
    assert found.attributed == {"client": Fraction(3, 2), "vendor": Fraction(3, 2)}
    assert found.lines[0].causes == {"client": (2, 3), "vendor": (1,)}


def test_three_parties_get_thirds_that_add_up() -> None:
    found = count(pictures((0, 0), (1, 0)), *(Blocker(n, party, day(0)) for n, party in enumerate(PARTIES)))
    assert set(found.attributed.values()) == {Fraction(1, 3)}
    assert sum(found.attributed.values()) == 1


@pytest.mark.parametrize(
    ("since", "until", "counts"),
    [(0, None, True), (1, None, True), (2, None, False), (0, 1, True), (0, 2, True), (0, 0, False)],
)
def test_a_wait_counts_from_its_first_day_to_its_last(since: int, until: int | None, counts: bool) -> None:
    wait = Blocker(1, "client", day(since), None if until is None else day(until))
    assert bool(count(pictures((0, 0), (1, 0)), wait).attributed) == counts


@pytest.mark.parametrize(
    ("tasks", "driving", "counts"),
    [({7}, [7, 8], True), ({9}, [7, 8], False), (set(), [7, 8], False), (set(), [], True), ({7}, [], False)],
)
def test_only_what_is_on_the_driving_path_blocks(tasks: set[int], driving: list[int], counts: bool) -> None:
    wait = Blocker(1, "client", day(0), tasks=frozenset(tasks))
    assert bool(count(pictures((0, 0), (1, 0), driving=driving), wait).attributed) == counts


def test_a_stage_without_tasks_that_others_push_knows_both_kinds_of_blockers() -> None:
    rows = [replace(row, driving=frozenset({7})) for row in pictures((0, 0), (1, 0))]
    assert count(rows, Blocker(1, "client", day(0), tasks=frozenset({7}))).attributed == {"client": 1}
    assert count(rows, Blocker(1, "client", day(0))).attributed == {"client": 1}


def test_an_accepted_change_adds_no_slip() -> None:
    """N5: plan and baseline move by the same three days; two more days on the same day are slip."""
    assert count(pictures((0, 0), (3, 3))).lines == ()
    assert told(count(pictures((0, 0), (5, 3)))) == [(day(1), 2, {}, 2)]


def test_regained_days_are_taken_off_the_newest_lines_first() -> None:
    waits = [Blocker(1, "client", day(1), day(1)), Blocker(2, "vendor", day(2), day(2))]
    found = count(pictures((0, 0), (2, 0), (5, 0), (1, 0)), *waits)
    assert told(found) == [(day(1), 1, {"client": Fraction(1)}, 0), (day(2), 0, {"vendor": Fraction(0)}, 0)]
    assert found.attributed == {"client": 1}
    assert [(back.on, back.days, back.is_agreed) for line in found.lines for back in line.returns] == [
        (day(3), 1, False),
        (day(3), 3, False),
    ]


def test_a_slip_that_both_sides_agree_to_anew_is_no_slip_any_more() -> None:
    found = count(pictures((0, 0), (4, 0), (4, 4)))
    assert (found.slip, found.unattributed) == (0, 0)
    assert [back.is_agreed for back in found.lines[0].returns] == [True]


def test_an_earlier_milestone_has_no_lines_and_falls_back_into_its_own_room_first() -> None:
    assert count(pictures((0, 0), (-3, 0))) == Ledger(-3, ())
    found = count(pictures((0, 0), (-3, 0), (1, 0)))
    assert told(found) == [(day(2), 1, {}, 1)]


def test_nothing_agreed_means_nothing_slipped() -> None:
    assert count([]) == Ledger(0, ())


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Picture], list[Blocker]]:
    """Pictures of some working days, some missing, and blockers of any overlap."""
    rows = []
    finish, agreed = 0, 0
    for number in draw(st.lists(st.integers(0, 30), unique=True, max_size=14).map(sorted)):
        finish += draw(st.integers(-4, 6))
        if draw(st.integers(0, 5)) == 0:
            agreed += draw(st.integers(0, 5))
        driving = frozenset(draw(st.sets(st.integers(1, 4), max_size=3)))
        finish_on = day(50 + finish) + timedelta(days=draw(st.integers(0, 2)))
        rows.append(Picture(day(number), finish_on, day(50 + agreed), driving, draw(st.booleans())))
    waits = []
    for problem in range(draw(st.integers(0, 6))):
        since = draw(st.integers(0, 30))
        until = draw(st.none() | st.integers(since + 1, 34))
        tasks = frozenset(draw(st.sets(st.integers(1, 4), max_size=2)))
        party = draw(st.sampled_from(PARTIES))
        waits.append(Blocker(problem, party, day(since), None if until is None else day(until), tasks))
    return rows, waits


def plainly(rows: list[Picture], waits: list[Blocker]) -> tuple[dict[str, Fraction], int]:
    """The oracle: single days on a pile, each with the parties to whom it belongs; regained ones are taken off its top.

    Days in hand, where the milestone is early, lie on a second pile.
    """
    pile: list[set[str]] = []
    in_hand = before = 0
    for row in rows:
        ends = sorted([row.agreed_on, row.finish_on])
        between = [ends[0] + timedelta(days=n) for n in range(1, (ends[1] - ends[0]).days + 1)]
        now = sum(one.weekday() < 5 for one in between) * (1 if row.finish_on >= row.agreed_on else -1)
        to_blame = set()
        for wait in waits:
            is_there = wait.since_on <= row.taken_on and (wait.until_on is None or row.taken_on <= wait.until_on)
            is_on_path = any(task in row.driving for task in wait.tasks) or (not wait.tasks and not row.has_tasks)
            if is_there and is_on_path:
                to_blame.add(wait.party)
        for _later in range(now - before):
            if in_hand:
                in_hand -= 1
            else:
                pile.append(to_blame)
        for _earlier in range(before - now):
            if pile:
                pile.pop()
            else:
                in_hand += 1
        before = now
    days = {party: sum((Fraction(1, len(one)) for one in pile if party in one), Fraction()) for party in PARTIES}
    return {party: share for party, share in days.items() if share}, sum(not one for one in pile)


@HISTORIES
@given(history=histories())
def test_attributed_and_unattributed_days_are_the_slip(history: tuple[list[Picture], list[Blocker]]) -> None:
    """N5: by property, and never a negative share."""
    rows, waits = history
    found = count(rows, *waits)
    last = rows[-1] if rows else None
    assert found.slip == (slip_days(last.agreed_on, last.finish_on, WEEK.is_working) if last else 0)
    assert sum(found.attributed.values()) + found.unattributed == max(0, found.slip)
    for line in found.lines:
        assert sum(line.shares.values()) + line.unattributed == line.left >= 0
        assert all(share >= 0 for share in line.shares.values())
        assert all(back.days > 0 and back.on > line.arose_on for back in line.returns)


@HISTORIES
@given(history=histories())
def test_a_plain_second_count_finds_the_same(history: tuple[list[Picture], list[Blocker]]) -> None:
    rows, waits = history
    found = count(rows, *waits)
    assert (found.attributed, found.unattributed) == plainly(rows, waits)


@HISTORIES
@given(history=histories(), order=st.randoms(use_true_random=False))
def test_the_order_of_problems_and_pictures_is_all_the_same(
    history: tuple[list[Picture], list[Blocker]], order: Random
) -> None:
    rows, waits = history
    found = count(rows, *waits)
    mixed_rows, mixed_waits = list(rows), list(waits)
    order.shuffle(mixed_rows)
    order.shuffle(mixed_waits)
    assert count(mixed_rows, *mixed_waits) == found


@HISTORIES
@given(history=histories(), cuts=st.lists(st.integers(1, 33), max_size=6))
def test_a_wait_cut_in_two_changes_nothing(history: tuple[list[Picture], list[Blocker]], cuts: list[int]) -> None:
    rows, waits = history
    cut = list(waits)
    for number in cuts:
        for place, wait in enumerate(cut):
            if wait.since_on < day(number) and (wait.until_on is None or day(number) < wait.until_on):
                cut[place] = replace(wait, until_on=day(number))
                cut.append(replace(wait, since_on=day(number)))
                break
    assert count(rows, *cut) == count(rows, *waits)
