"""The frozen text of goals and scope as documents print it: what was signed, not what was edited since."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from engagements import measures
from engagements.models import Signature, SignOff
from onsite.accounts.roles import Part
from reports.building.cover import NOBODY, Team, side_of
from reports.documents.field_manual import Agreement, ScopeItem
from reports.documents.parts import Objective


def objectives_in(text: dict[str, Any]) -> tuple[Objective, ...]:
    """Return the objectives of a text made by `engagements.services.goals.text_of_goals`."""
    return tuple(
        Objective(
            title=row["title"],
            metric=row["metric"],
            unit=row["unit"],
            baseline=None if row["baseline"] is None else Decimal(row["baseline"]),
            target=Decimal(row["target"]),
            direction=row["direction"],
            due_on=date.fromisoformat(row["due_on"]),
            measured_how=_measured_how(row),
        )
        for row in text["objectives"]
    )


def _measured_how(row: dict[str, Any]) -> str:
    """By whom and with what, and the fact that OnSite counts itself, where it does."""
    fact = measures.label_of(row.get("measure", ""), row.get("measure_of", ""))
    counted = _("Counted by OnSite: %(fact)s") % {"fact": fact} if fact else ""
    return " · ".join(filter(None, (counted, row["how_measured"])))


def scope_in(text: dict[str, Any]) -> tuple[ScopeItem, ...]:
    """Return what is in scope, then what is not."""
    lines = [(row, True) for row in text["in_scope"]] + [(row, False) for row in text["out_of_scope"]]
    return tuple(ScopeItem(text=row["text"], is_included=inside, reason=row["reason"]) for row, inside in lines)


def agreements_of(sign_off: SignOff, team: Team) -> tuple[Agreement, ...]:
    """Return each needed part with its signature; one that does not count yet is under way."""
    rows = sign_off.signed_text.signatures.unscoped().shared().counting()
    counting: dict[str, Signature] = {row.part: row for row in rows}
    return tuple(_agreement(part, counting.get(part), sign_off, team) for part in sign_off.needed_parts)


def _agreement(part: Part, signature: Signature | None, sign_off: SignOff, team: Team) -> Agreement:
    return Agreement(
        name=signature.signer_name if signature else team.name_of(part) or NOBODY,
        role=str(part.label),
        side=side_of(part),
        agreed_on=signature.signed_on if signature else None,
        how="pending" if signature is None else "screen" if signature.method == "screen" else "paper",
        text_version=str(sign_off.version),
    )
