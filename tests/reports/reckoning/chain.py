"""The goal chain's chapter: which functions serve an objective, whose acceptance stands behind them, and what became of its
value."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tests.reports.reckoning.raw import Numbers, Row, rows


def goal_chain_of(pk: int, results: Sequence[Decimal | None]) -> Numbers:
    """Return the numbers of the chapter; `results` are the values that the objectives end with today, by due day."""
    objectives = sorted(rows("engagements.Objective", engagement_id=pk), key=lambda row: (row["due_on"], row["id"]))
    works = {row["id"]: functions_of(row["id"]) for row in objectives}
    measured = {row["objective_id"] for row in rows("engagements.Reading", visit_id__isnull=False)}
    if not any(works.values()) and not measured & works.keys():
        return {"goal_chain": None}
    found: Numbers = {"goal_chain.visits.#": 2, "goal_chain.rows.#": len(objectives)}
    visits = {
        row["kind"]: row["id"] for row in rows("engagements.FollowUpVisit", engagement_id=pk, superseded_at=None)
    }
    modules = {row["id"]: row for row in rows("engagements.Module", engagement_id=pk)}
    with_cells = {row["module_id"] for row in rows("standups.Cell", engagement_id=pk)}
    for place, (row, result) in enumerate(zip(objectives, results, strict=True)):
        proofs = {proved_by(modules, with_cells, work["module_id"]) for work in works[row["id"]]} - {None}
        path = f"goal_chain.rows.{place}"
        found |= {
            f"{path}.functions.#": len(works[row["id"]]),
            f"{path}.acceptance": sorted(accepted_of(module) for module in proofs if module is not None),
            **values_of(row, result, [visits.get("1m"), visits.get("3m")], path),
        }
    return found


def accepted_of(module: int) -> list[Decimal]:
    """Count the cells that are settled, of those that nobody took out."""
    states = [row["state"] for row in rows("standups.Cell", module_id=module)]
    settled = [state for state in states if state in ("accepted", "conditional")]
    return [Decimal(len(settled)), Decimal(len([state for state in states if state != "descoped"]))]


def values_of(objective: Row, result: Decimal | None, visits: Sequence[int | None], path: str) -> Numbers:
    """Read the values in the order in which they were written down. A report that was issued closes the objective with its
    copy, the last one before somebody asks again; what comes after that is compared with it. Without any, today's counts."""
    written = sorted(rows("engagements.Reading", objective_id=objective["id"]), key=lambda row: row["id"])
    copy: Decimal | None = None
    later: list[int] = []
    found: dict[int | None, Decimal] = {}
    for row in written:
        if row["visit_id"] is not None:
            found[row["visit_id"]] = row["value"]
            later += [row["visit_id"]] if copy is not None else []
        elif row["closes"] and not later:
            copy = row["value"]
    closing = copy if later else result
    after = [
        (
            found.get(visit),
            became(objective, closing, found[visit]) if closing is not None and visit in later else None,
        )
        for visit in visits
    ]
    return {f"{path}.closing": (closing, None), f"{path}.after": after}


def became(objective: Row, closing: Decimal, later: Decimal) -> str:
    """Say which of the two is better; a worse one that still reaches the target held."""
    before, now, wanted = (goodness(objective, value) for value in (closing, later, objective["target"]))
    if now > before:
        return "improved"
    return "held" if now == before or now >= wanted else "decayed"


def goodness(objective: Row, value: Decimal) -> Decimal:
    """The more the better, whichever way the objective points."""
    target: Decimal = objective["target"]
    if objective["direction"] == "reach":
        return -abs(target - value)
    return value if objective["direction"] == "up" else -value


def functions_of(objective: int) -> list[Row]:
    return rows("engagements.Function", objectives__id=objective)


def proved_by(modules: dict[int, Row], with_cells: set[int], module: int | None) -> int | None:
    """The module itself where it has cells, else the nearest one above it that does."""
    while module is not None and module not in with_cells:
        module = modules[module]["parent_id"]
    return module
