"""The routes of the delay ledger, and who may open them."""

from __future__ import annotations

from tests.policies import MANAGER, MEMBERS, SIGNERS, Inside

DELAY_ROUTES: dict[str, Inside] = {
    "reports:delay": Inside(MEMBERS),
    "reports:delay_publish": Inside(None, MANAGER),
    "reports:delay_withdraw": Inside(None, MANAGER),
    "reports:delay_voice": Inside(SIGNERS, SIGNERS, ids="delay_stage delay_day"),
}
