"""N10: the runs through a plan, against the closed form, a second plain implementation and what must hold of any plan."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from statistics import NormalDist, pvariance

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engagements import scheduling
from engagements.forecasting import RUNS, SEED, Activity, Bar, Days, Link, Outcome, WorkingDays, draw_days, simulate
from onsite.core.calendar import WorkingCalendar

MONDAY = date(2026, 3, 2)
WEEK: WorkingDays = np.array(
    [
        day.toordinal()
        for day in (MONDAY - timedelta(days=70) + timedelta(days=offset) for offset in range(3000))
        if day.weekday() < 5
    ]
)
BASE = int(np.searchsorted(WEEK, MONDAY.toordinal()))


def nth(number: int) -> date:
    """Return the working day so many working days after the Monday."""
    return date.fromordinal(int(WEEK[BASE + number]))


def run(*activities: Activity, agreed: date = MONDAY, today: date = MONDAY, runs: int = RUNS) -> Outcome:
    return simulate(activities, working_days=WEEK, today=today, agreed_on=agreed, runs=runs)


def exactly(days: float, *waits_for: Link, stage: str = "testing") -> Activity:
    return Activity(stage, days, days, days, waits_for)


def beta_cdf(x: float, alpha: float, beta: float) -> float:
    """The closed form by Simpson's rule in plain Python, normed by the gamma function."""
    if x <= 0:
        return 0.0
    x, steps = min(x, 1.0), 2000
    norm = math.exp(math.lgamma(alpha + beta) - math.lgamma(alpha) - math.lgamma(beta))
    values = [
        (1 if i in {0, steps} else 4 if i % 2 else 2)
        * (i * x / steps) ** (alpha - 1)
        * (1 - i * x / steps) ** (beta - 1)
        for i in range(steps + 1)
    ]
    return float(norm * sum(values) * x / steps / 3)


@pytest.mark.parametrize("window", [(3, 4, 5), (5, 6, 7), (7, 8, 10), (2, 9, 30), (3, 3, 5), (3, 5, 5), (0.5, 1.2, 4)])
def test_one_activity_follows_the_beta_distribution(window: tuple[float, float, float]) -> None:
    """Closed form: the chance to end by a whole day is the beta's own, as near as the runs can come, in every part."""
    least, likely, most = window
    alpha, beta = 1 + 4 * (likely - least) / (most - least), 1 + 4 * (most - likely) / (most - least)
    activity = Activity("testing", *window)
    for whole in range(math.ceil(least), math.ceil(most) + 1):
        expected = beta_cdf((whole - least) / (most - least), alpha, beta)
        found = run(activity, agreed=nth(whole - 1)).probability
        assert found == pytest.approx(expected, abs=4 * math.sqrt(0.25 / RUNS))
    drawn = np.sort(draw_days([activity], runs=200_000, seed=SEED)[0])
    for part in (0.0005, 0.01, 0.1, 0.5, 0.9, 0.99, 0.9995):
        quantile = drawn[int(part * len(drawn))]
        assert beta_cdf((quantile - least) / (most - least), alpha, beta) == pytest.approx(part, abs=0.005)
    assert drawn.mean() == pytest.approx((least + 4 * likely + most) / 6, rel=0.002)
    assert least <= drawn[0] <= drawn[-1] <= most


def test_a_long_chain_ends_as_its_means_and_variances_say() -> None:
    """The sum of forty activities is nearly normal: mean (a + 4m + b)/6 each; the beta's variance."""
    least, likely, most, count = 10, 20, 36, 40
    alpha, beta = 1 + 4 * 10 / 26, 1 + 4 * 16 / 26
    mean = count * (least + 4 * likely + most) / 6
    variance = count * (alpha * beta / ((alpha + beta) ** 2 * (alpha + beta + 1)) * 26**2)
    chain = [Activity("testing", least, likely, most, (Link(i - 1),) if i else ()) for i in range(count)]
    normal = NormalDist(mean, math.sqrt(variance))
    found = run(*chain)
    assert found.p50_days + 1 == pytest.approx(normal.inv_cdf(0.5), abs=1.5)
    assert found.p80_days + 1 == pytest.approx(normal.inv_cdf(0.8), abs=1.5)
    agreed = round(normal.inv_cdf(0.7))
    expected = normal.cdf(agreed)
    assert run(*chain, agreed=nth(agreed - 1)).probability == pytest.approx(expected, abs=0.02)


@st.composite
def plans(draw: st.DrawFn) -> list[Activity]:
    """Plans of up to seven activities in any state, each waiting for some before it."""
    activities = []
    for row in range(draw(st.integers(1, 7))):
        least, more, much = draw(st.integers(0, 6)), draw(st.integers(0, 4)), draw(st.integers(0, 8))
        waits = draw(st.lists(st.integers(0, row - 1), max_size=3, unique=True)) if row else []
        state = draw(st.sampled_from(["open", "open", "open", "running", "done", "held"]))
        activities.append(
            Activity(
                draw(st.sampled_from(["environment", "migration", "testing"])),
                least,
                least + more,
                least + more + much,
                tuple(Link(before, draw(st.integers(-2, 4))) for before in waits),
                not_before=MONDAY + timedelta(days=draw(st.integers(-9, 30))) if state == "held" else None,
                is_running=state == "running",
                finished_on=MONDAY + timedelta(days=draw(st.integers(-20, 5))) if state == "done" else None,
            )
        )
    return activities


def by_hand(activities: list[Activity], days: Days, today: date) -> tuple[list[date], dict[str, float]]:
    """The same runs in plain Python, each moment a working day found by walking and the part of it that is over: the end
    of each run, and each stage's share."""
    works = [int(ordinal) for ordinal in WEEK]

    def first_from(day: date) -> int:
        return next(number for number, ordinal in enumerate(works) if ordinal >= day.toordinal())

    def last_until(day: date) -> int:
        return max(number for number, ordinal in enumerate(works) if ordinal <= day.toordinal())

    now = first_from(today)
    ends, on_path = [], [0] * len(activities)
    for column in range(days.shape[1]):
        over: list[float] = []
        held: list[int | None] = []
        for row, activity in enumerate(activities):
            holder = None
            if activity.finished_on is not None:
                over.append(last_until(min(activity.finished_on, today)) + 1)
                held.append(None)
                continue
            start: float = now
            if activity.not_before is not None and not activity.is_running:
                start = max(start, first_from(activity.not_before))
            if activity.most == 0:
                start += 1
            for link in () if activity.is_running else activity.waits_for:
                if over[link.before] + link.lag > start:
                    start, holder = over[link.before] + link.lag, link.before
            over.append(start + float(days[row, column]))
            held.append(holder)
        ends.append(date.fromordinal(works[max(math.ceil(max(over) - 1e-6) - 1, now)]))
        at: int | None = over.index(max(over))
        while at is not None:
            on_path[at] += 1
            at = held[at]
    weights = [
        hits / days.shape[1] * pvariance([float(value) for value in row])
        for hits, row in zip(on_path, days, strict=True)
    ]
    shares = {activity.stage: 0.0 for activity in activities}
    for activity, weight in zip(activities, weights, strict=True):
        shares[activity.stage] += weight / sum(weights) if sum(weights) else 0.0
    return ends, shares


@given(plans(), st.integers(0, 6), st.integers(-5, 60))
@settings(max_examples=60)
def test_the_arrays_say_what_a_plain_loop_says(plan: list[Activity], weekday: int, agreed_in: int) -> None:
    """Every end exactly, whatever was drawn; a weekend as today too."""
    today, agreed, runs = MONDAY + timedelta(days=weekday), MONDAY + timedelta(days=agreed_in), 40
    days = draw_days(plan, runs=runs, seed=SEED)
    ends, shares = by_hand(plan, days, today)
    found = run(*plan, agreed=agreed, today=today, runs=runs)
    assert found.histogram == tuple(Bar(day, ends.count(day)) for day in sorted(set(ends)))
    assert found.probability == sum(end <= agreed for end in ends) / runs
    assert (found.p50_on, found.p80_on) == (sorted(ends)[runs // 2 - 1], sorted(ends)[runs * 4 // 5 - 1])
    assert found.shares == pytest.approx(shares)
    assert min(ends) >= today


@given(plans(), st.integers(0, 6), st.integers(1, 5), st.integers(-5, 60))
@settings(max_examples=60)
def test_more_work_never_raises_the_probability(plan: list[Activity], row: int, extra: int, agreed_in: int) -> None:
    """All three days longer, or the likely one later: every run ends on the same day or later."""
    agreed = MONDAY + timedelta(days=agreed_in)
    row %= len(plan)
    old = plan[row]
    longer = replace(old, least=old.least + extra, likely=old.likely + extra, most=old.most + extra)
    likelier = replace(old, likely=min(old.likely + extra, old.most))
    before = run(*plan, agreed=agreed, runs=500)
    for changed in (longer, likelier):
        after = run(*plan[:row], changed, *plan[row + 1 :], agreed=agreed, runs=500)
        assert after.probability <= before.probability
        assert after.p50_on >= before.p50_on
        assert after.p80_on >= before.p80_on


@given(plans(), st.integers(-5, 60))
@settings(max_examples=40)
def test_the_figures_agree_with_each_other(plan: list[Activity], agreed_in: int) -> None:
    found = run(*plan, agreed=MONDAY + timedelta(days=agreed_in), runs=500)
    assert sum(bar.runs for bar in found.histogram) == found.runs == 500
    assert [bar.day for bar in found.histogram] == sorted({bar.day for bar in found.histogram})
    assert 0 <= found.probability <= 1
    assert 0 <= found.p50_days <= found.p80_days
    assert sum(found.shares.values()) == pytest.approx(1 if found.driver else 0)


def test_the_same_plan_gives_the_same_forecast() -> None:
    plan = (Activity("testing", 7, 8, 10), Activity("training", 5, 6, 7, (Link(0),)))
    assert run(*plan, agreed=nth(14)) == run(*plan, agreed=nth(14))
    other = simulate(plan, working_days=WEEK, today=MONDAY, agreed_on=nth(14), seed=1)
    assert other.probability == pytest.approx(run(*plan, agreed=nth(14)).probability, abs=0.03)


def test_a_plan_without_doubt_ends_on_one_day() -> None:
    """Least = most: the forecast is the plan, weekends and lags included, and nothing drives a risk."""
    plan = (exactly(3), exactly(5, Link(0)), exactly(2, Link(1, 2)), exactly(0, Link(2)))
    found = run(*plan, agreed=date(2026, 3, 18))
    # Mon–Wed, Thu–Wed, two days' lag, Mon 16–Tue 17, the milestone on the same Tuesday.
    assert found.histogram == (Bar(date(2026, 3, 17), RUNS),)
    assert (found.probability, found.p50_on, found.p80_on, found.driver) == (1, found.p80_on, date(2026, 3, 17), "")
    assert run(*plan, agreed=date(2026, 3, 16)).probability == 0


@given(plans())
@settings(max_examples=60)
def test_without_doubt_the_forecast_is_the_schedule(plan: list[Activity]) -> None:
    """Least = most in whole days: the one day on which every run ends is the scheduler's."""
    certain = [
        replace(activity, likely=activity.least, most=activity.least, is_running=False, finished_on=None)
        for activity in plan
    ]
    planned = [
        scheduling.Activity(
            row, int(one.least), one.not_before, waits_for=tuple((link.before, link.lag) for link in one.waits_for)
        )
        for row, one in enumerate(certain)
    ]
    found = scheduling.schedule(planned, WorkingCalendar(), MONDAY).found
    assert run(*certain).histogram == (Bar(max(one.finish_on for one in found.values()), RUNS),)


def test_the_driver_is_the_widest_window_on_the_longest_path() -> None:
    narrow = Activity("environment", 5, 6, 7)
    wide_beside = Activity("migration", 1, 2, 4)
    assert run(narrow, wide_beside).driver == "environment"
    after = (narrow, Activity("testing", 5, 9, 20, (Link(0),)))
    assert run(*after).driver == "testing"
    assert run(*after).shares["testing"] > 0.9


def test_what_is_over_stays_and_no_run_ends_before_today() -> None:
    done = Activity("testing", 7, 8, 10, finished_on=nth(-5))
    assert run(done, agreed=nth(-1)).probability == 0
    assert run(done, agreed=MONDAY).p80_on == MONDAY
    running = Activity("testing", 1, 1, 1, is_running=True, not_before=nth(30))
    assert run(done, running).histogram == (Bar(MONDAY, RUNS),)


@pytest.mark.parametrize(
    "plan",
    [
        (),
        (exactly(1, Link(1)), exactly(1, Link(0))),
        (Activity("testing", 5, 4, 6),),
        (Activity("testing", -1, 4, 6),),
        (exactly(100_000),),
    ],
    ids=["empty", "cycle", "likely before least", "negative", "beyond the calendar"],
)
def test_nonsense_is_refused(plan: tuple[Activity, ...]) -> None:
    with pytest.raises(ValueError):
        run(*plan)
