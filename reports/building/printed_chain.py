"""The goal chain for the closing report, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from engagements.models import Engagement
from reports.building.goal_chain import After, Chain, chain_to_print
from reports.documents import wording
from reports.documents.goal_chain import ChainRow, PrintedChain


def printed_chain(engagement: Engagement) -> PrintedChain | None:
    """Return the chapter; None where no function serves an objective and no visit measured one. About a dozen queries."""
    chains = chain_to_print(engagement).chains
    if not any(chain.works or any(after.value.value is not None for after in chain.after) for chain in chains):
        return None
    return PrintedChain(
        visits=(_("+1 month"), _("+3 months")),
        rows=tuple(_row(chain) for chain in chains),
    )


def _row(chain: Chain) -> ChainRow:
    return ChainRow(
        objective=chain.objective.title,
        functions=tuple(work.name for work in chain.works),
        acceptance=tuple(
            _("%(module)s: %(accepted)s of %(required)s accepted")
            % {"module": proof.module, "accepted": proof.accepted, "required": proof.required}
            for proof in chain.proofs
        ),
        closing=wording.amount(chain.closing.value, chain.objective.unit),
        after=tuple(_found(chain, after) for after in chain.after),
    )


def _found(chain: Chain, after: After) -> str:
    """ "22 minutes, improved"; a dash for what was not measured."""
    value = wording.amount(after.value.value, chain.objective.unit)
    if after.change == "not_measured":
        return value
    return _("%(value)s, %(change)s") % {"value": value, "change": wording.CHANGES[after.change]}
