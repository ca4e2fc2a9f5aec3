"""What was proved between data and go-live."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from tests.reports.reckoning.people import roles_of
from tests.reports.reckoning.raw import Numbers, Row, listed, rows, signed_on


def acceptance_of(pk: int, zone: ZoneInfo) -> Numbers:
    cells, decision = cells_of(pk), decision_of(pk)
    data, runs, judgements = data_results_of(pk), runs_of(pk, zone), judgements_of(pk)
    if not (cells or decision or data or runs):
        return {"acceptance": None}
    return {
        **listed("acceptance.stages", matrix(cells)),
        **listed("acceptance.judgements", judgements),
        **listed("acceptance.data", data),
        **({f"acceptance.decision.{name}": value for name, value in decision.items()}
           or {"acceptance.decision": None}),
        **listed("acceptance.runs", runs),
    }  # fmt: skip


def cells_of(pk: int) -> list[Row]:
    order = {row["id"]: row["position"] for row in rows("standups.RolloutStage", engagement_id=pk)}
    modules = {row["id"]: row["position"] for row in rows("engagements.Module", engagement_id=pk)}
    roles = {row["id"]: place for place, row in enumerate(roles_of(pk))}
    found = rows("standups.Cell", engagement_id=pk)
    return sorted(found, key=lambda c: (order[c["stage_id"]], modules[c["module_id"]], roles[c["role_id"]], c["id"]))


def matrix(cells: list[Row]) -> list[Row]:
    found = []
    for stage in dict.fromkeys(cell["stage_id"] for cell in cells):
        here = [cell for cell in cells if cell["stage_id"] == stage]
        modules, roles = {cell["module_id"] for cell in here}, {cell["role_id"] for cell in here}
        assert len(roles) <= 5, "teach the reckoning broad tables"
        table = {"roles.#": len(roles), **listed("rows", [{"cells.#": len(roles)}] * len(modules))}
        for at in range(len(modules)):
            table |= listed(f"rows.{at}.cells", [{}] * len(roles))
        found.append(
            {
                "settled": len([cell for cell in here if cell["state"] in ("accepted", "conditional")]),
                "required": len([cell for cell in here if cell["state"] != "descoped"]),
                **listed("tables", [table]),
            }
        )
    return found


def rounds_of(pk: int) -> Iterator[tuple[Row, Row]]:
    """Yield each signed round with its signed text, cell by cell in the order of the rounds."""
    for cell in cells_of(pk):
        for found in sorted(rows("standups.UatRound", cell_id=cell["id"]), key=lambda row: row["number"]):
            for text in rows("engagements.SignOff", pk=found["sign_off_id"]) if found["sign_off_id"] else []:
                if text["signed_at"] is not None:
                    yield found, text


def conditions_of(pk: int) -> list[Row]:
    """Of each cell those of its newest signed round."""
    newest = {found["cell_id"]: found["id"] for found, _text in rounds_of(pk)}
    gone = {cell["id"] for cell in cells_of(pk) if cell["state"] == "descoped"}
    return [row for cell, pk in newest.items() if cell not in gone for row in rows("standups.Condition", round_id=pk)]


def judgements_of(pk: int) -> list[Row]:
    found = []
    for judged, text in rounds_of(pk):
        agreed = sorted(rows("standups.Condition", round_id=judged["id"]), key=lambda row: (row["due_on"], row["id"]))
        days_of = [{"due_on": row["due_on"], "met_on": row["met_on"]} for row in agreed]
        found.append({"signed_on": signed_on(text["id"]), **listed("conditions", days_of)})
    return found


def data_results_of(pk: int) -> list[Row]:
    found = []
    objects = rows("standups.DataObject", engagement_id=pk)
    for moved in sorted(objects, key=lambda row: (row["position"], row["id"])):
        loads = rows("standups.LoadRound", data_object_id=moved["id"])
        if not loads:
            continue
        newest = max(loads, key=lambda row: row["number"])
        lines = rows("standups.CountLine", round_id=newest["id"])
        counted = [row for row in lines if None not in (row["source_value"], row["target_value"])]
        differing = [row for row in counted if row["source_value"] != row["target_value"]]
        found.append(
            {
                "round": newest["number"],
                "counted": len(counted),
                "differing": len(differing),
                "unexplained": len([row for row in differing if not row["explanation"].strip()]),
                "sample_size": newest["sample_size"],
                "sample_wrong": newest["sample_wrong"],
                "signed_on": signed_on(newest["sign_off_id"]) if newest["sign_off_id"] else None,
                "missing": len(lines) - len(counted),
                "is_sample_open": bool(newest["sample_wrong"]) and not newest["sample_explanation"].strip(),
            }
        )
    return found


def decision_of(pk: int) -> Row:
    texts = rows("engagements.SignOff", engagement_id=pk, kind="go")
    if not texts:
        return {}
    newest = max(texts, key=lambda row: row["version"])
    facts = newest["text"]["facts"]
    return {
        "go_live_on": date.fromisoformat(facts["go_live_on"]),
        "signed_on": signed_on(newest["id"]),
        "risks.#": len(facts.get("risks", ())),
    }


def runs_of(pk: int, zone: ZoneInfo) -> list[Row]:
    found = []
    stored = rows("standups.CutoverRun", engagement_id=pk)
    for run in sorted(stored, key=lambda row: row["number"]):
        if run["ended_at"] is None:
            continue
        steps = rows("standups.RunStep", run_id=run["id"])
        found.append(
            {
                "on": run["started_at"].astimezone(zone).date(),
                "planned_minutes": sum(step["planned_minutes"] for step in steps),
                "real_minutes": math.ceil((run["ended_at"] - run["started_at"]).total_seconds() / 60),
                "rollbacks": sum(step["rollbacks"] for step in steps),
            }
        )
    return found
