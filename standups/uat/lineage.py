"""Who accepted a cell, when and on which conditions, round by round: told from what was signed, not from rows that may
change later. Only whether a condition was met since is read from its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q

from engagements.models import Engagement, Signature
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from standups.models import Cell, Condition, Tester, UatCase, UatRound

_Outcome = UatCase.Outcome


@dataclass(frozen=True)
class Signer:
    """Whose signature stands under the result, as which part, when, and on screen or on paper."""

    name: str
    part: str
    method: str
    on: date


@dataclass(frozen=True)
class Agreed:
    """A condition as it was signed, and what came of it since."""

    pk: int
    text: str
    owner: str
    due_on: date
    met_on: date | None
    proof: str


@dataclass(frozen=True)
class Version:
    """One round of a cell. While it is not judged, `result` is "" and the counts are today's. `cell_name` is what the cell
    is called in the text, whatever it is called now; "" without a text."""

    pk: int
    number: int
    cell_name: str
    url: str
    build: str
    passed: int
    failed: int
    blocked: int
    untested: int
    result: str
    result_label: str
    note: str
    testers: tuple[str, ...]
    is_signed: bool
    signers: tuple[Signer, ...]
    conditions: tuple[Agreed, ...]
    override: str
    override_by: str
    sign_off: int | None

    @property
    def name(self) -> str:
        return f"v{self.number}"

    @property
    def total(self) -> int:
        return self.passed + self.failed + self.blocked + self.untested


def lineage_of(cell: Cell, user: User) -> tuple[Version, ...]:
    """Return the versions from v1 on, as this person may see them. Four queries, however many there are."""
    conditions = Prefetch("conditions", Condition.objects.visible_to(user))
    testers = Prefetch("testers", Tester.objects.visible_to(user))
    signatures = Prefetch("sign_off__signatures", Signature.objects.visible_to(user))
    rows = UatRound.objects.visible_to(user).filter(cell=cell).select_related("sign_off")
    rows = rows.prefetch_related(conditions).prefetch_related(testers).prefetch_related(signatures)
    counts = {outcome or "open": Count("cases", filter=Q(cases__outcome=outcome)) for outcome in _Outcome.values}
    named = {f"n_{name}": count for name, count in counts.items()}
    return tuple(_version(cell, row) for row in rows.annotate(**named).order_by("number"))


def signed_versions(engagement: Engagement) -> dict[int, list[Version]]:
    """Return the signed versions of every cell by the cell's id, the oldest first, for a document both sides get. Four
    queries, however many there are."""
    conditions = Prefetch("conditions", Condition.objects.unscoped())
    signatures = Prefetch("sign_off__signatures", Signature.objects.unscoped())
    rows = UatRound.objects.unscoped().filter(cell__engagement=engagement, sign_off__signed_at__isnull=False)
    rows = rows.select_related("sign_off", "cell").prefetch_related(conditions).prefetch_related(signatures)
    found: dict[int, list[Version]] = {}
    for row in rows.order_by("cell_id", "number"):
        found.setdefault(row.cell_id, []).append(_version(row.cell, row))
    return found


def _version(cell: Cell, row: UatRound) -> Version:
    row.cell = cell
    facts = row.sign_off.text["facts"] if row.sign_off is not None else _facts_now(cell, row)
    counts = facts["counts"]
    return Version(
        pk=row.pk,
        number=row.number,
        cell_name=facts["cell_name"],
        url=row.get_absolute_url(),
        build=facts["build"],
        passed=counts["passed"],
        failed=counts["failed"],
        blocked=counts["blocked"],
        untested=counts["open"],
        result=facts["result"],
        result_label=str(UatRound.Result(facts["result"]).label),
        note=facts["note"],
        testers=tuple(facts["tester_names"]),
        is_signed=row.is_signed,
        signers=_signers(row),
        conditions=_conditions(row, facts),
        override=facts["override"],
        override_by=facts["override_by"],
        sign_off=row.sign_off_id,
    )


def _facts_now(cell: Cell, row: UatRound) -> dict[str, Any]:
    """Return what is not frozen yet, in the shape of what is."""
    counts = {name: getattr(row, f"n_{key}") for name, key in _COUNTED.items()}
    return {
        "cell_name": "",
        "build": row.build,
        "counts": counts,
        "result": row.result,
        "note": row.result_note,
        "tester_names": [tester.name for tester in row.testers.all()],
        "conditions": [],
        "override": cell.override_reason,
        "override_by": "",
    }


_COUNTED = {"passed": _Outcome.PASS, "failed": _Outcome.FAIL, "blocked": _Outcome.BLOCKED, "open": "open"}


def _signers(row: UatRound) -> tuple[Signer, ...]:
    if row.sign_off is None:
        return ()
    return tuple(
        Signer(one.signer_name, str(Part(one.part).label), one.get_method_display(), one.signed_on)
        for one in row.sign_off.signatures.all()
        if one.counts
    )


def _conditions(row: UatRound, facts: Mapping[str, Any]) -> tuple[Agreed, ...]:
    stored = {one.pk: one for one in row.conditions.all()}
    return tuple(_agreed(told, stored.get(told["id"])) for told in facts["conditions"])


def _agreed(told: Mapping[str, Any], stored: Condition | None) -> Agreed:
    return Agreed(
        told["id"],
        told["text"],
        told["owner"],
        date.fromisoformat(told["due_on"]),
        stored.met_on if stored else None,
        stored.proof if stored else "",
    )
