"""What the tests of change requests share: one that is raised, decided, and signed on screen or on paper."""

from __future__ import annotations

from typing import Any

from engagements.models import ChangeRequest, Engagement, SignOff, StageKind
from engagements.services import changes
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from tests.engagements.conftest import register

CANARY = "875431.25"
CANARY_NOTE = "canary-of-the-price"
DO = ChangeRequest.Decision.DO


def raise_change(engagement: Engagement, actor: User, **fields: Any) -> ChangeRequest:
    """Three working days more for the test, one line more in scope; with a price that no client may see."""
    given: dict[str, Any] = {
        "title": "增加移动审批", "reason": "车间主任出差多", "origin": "meeting", "origin_note": "陈镕，周会",
        "stage": engagement.stages.unscoped().get(kind=StageKind.TESTING), "impact_days": 3,
        "impact_note": "多一轮测试", "into_scope": "移动审批", "out_of_scope": "", "price": CANARY,
        "price_note": CANARY_NOTE,
    }  # fmt: skip
    return changes.save_change(actor=actor, engagement=engagement, **(given | fields))


def decide(change: ChangeRequest, actor: User, decision: str = DO) -> ChangeRequest:
    """Decide, for a reason both sides read."""
    return changes.decide_change(actor=actor, change=change, decision=decision, note="双方都需要")


def text_of(change: ChangeRequest) -> SignOff:
    """Return the frozen text that waits for signatures."""
    return SignOff.objects.unscoped().select_related("engagement__client").get(change=change)


def sign_on_paper(sign_off: SignOff, registers: User, checks: User) -> None:
    """Both parts by hand, each sheet registered by one vendor person and checked by the other."""
    from engagements.services import signing

    for part in (Part.CLIENT_PM, Part.BUSINESS_OWNER):
        signature = register(sign_off, registers, part)
        signing.check_paper(actor=checks, signature=signature, accepted=True)
