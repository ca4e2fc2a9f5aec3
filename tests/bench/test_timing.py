"""The harness that prints the figures, judged by programs whose proportion is known."""

from __future__ import annotations

import time

from tests.bench.timing import Figure, medians


def test_medians_keep_the_proportion_and_leave_out_the_warm_up() -> None:
    calls: list[str] = []

    def slow() -> None:
        calls.append("slow")
        time.sleep(1 if len(calls) <= 2 else 0.1)

    def quick() -> None:
        calls.append("quick")
        time.sleep(0.01)

    found = medians({"slow": slow, "quick": quick}, rounds=5, warm_up=1)
    assert calls == ["slow", "quick"] * 6
    assert 2 < found["slow"] / found["quick"] < 15


def test_a_figure_prints_as_the_readers_of_make_bench_expect() -> None:
    assert Figure("dashboard ÷ bare page", 4.321, 5).line() == "dashboard ÷ bare page\t4.32\t5\tmet"
    assert Figure("post ÷ create", 2.51, 2.5).line() == "post ÷ create\t2.51\t2.5\tmissed"
