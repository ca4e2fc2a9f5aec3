"""What the tests of ideas share: goals both sides agreed on, and the change request that an idea becomes."""

from __future__ import annotations

from typing import Any

from engagements.models import ChangeRequest, Engagement
from engagements.services import plan, signing
from onsite.accounts.models import User
from standups.models import Idea
from standups.services import ideas
from tests.engagements.changing import CANARY, CANARY_NOTE
from tests.engagements.conftest import sign
from tests.factories import ObjectiveFactory, ScopeItemFactory

# What `changes.save_change` asks for; with a price that no client may see.
WISH: dict[str, Any] = {
    "title": "单据合成一页", "reason": "每天要打三张", "origin": "idea", "origin_note": "陈镕", "stage": None,
    "impact_days": 0, "impact_note": "", "into_scope": "合并单据", "out_of_scope": "", "price": CANARY,
    "price_note": CANARY_NOTE,
}  # fmt: skip


def agree(engagement: Engagement, lead: User, *signers: User) -> None:
    """Both sides sign goals and scope: only then there is something to change."""
    plan.lay_out_plan(actor=lead, engagement=engagement)
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    text = signing.freeze_goals(actor=lead, engagement=engagement)
    for signer in signers:
        sign(text, signer)


def become_change(idea: Idea, actor: User, **fields: Any) -> ChangeRequest:
    return ideas.turn_into_change(actor=actor, idea=idea, **(WISH | fields))


def fresh(idea: Idea) -> Idea:
    return Idea.objects.unscoped().with_people().select_related("engagement").get(pk=idea.pk)
