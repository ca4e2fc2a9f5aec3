"""A Go decision as its page tells it, read from the frozen text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engagements import go_decision
from engagements.go_decision import Decision
from engagements.models import SignOff
from standups.going_live import go


@dataclass(frozen=True)
class ShownDecision:
    """One decision. `day` is the go-live day, or the one by which it is decided again; `by_client` says whether the
    client wrote it or the vendor for them."""

    sign_off: SignOff
    decision: Decision
    day: date | None
    note: str
    risks: list[str]
    by_client: bool

    @property
    def is_current(self) -> bool:
        return self.sign_off.superseded_at is None

    @property
    def is_to_go(self) -> bool:
        return go_decision.is_to_go(self.sign_off)

    @property
    def word(self) -> str:
        """Return the decision in words."""
        if self.decision == Decision.WITH_RISKS:
            return _("Go, with these risks")
        return _("Go live") if self.decision == Decision.GO else pgettext("decision", "Not live yet")

    @property
    def tone(self) -> str:
        """Return the colour that stands beside the word."""
        return {Decision.GO: "ok", Decision.WITH_RISKS: "warn", Decision.NOT_YET: "info"}[self.decision]


def shown(sign_off: SignOff) -> ShownDecision:
    """Return the decision that this text holds; needs `frozen_by` at hand."""
    facts = sign_off.text["facts"]
    day = facts["go_live_on"] or facts.get("look_again_on")
    return ShownDecision(
        sign_off=sign_off,
        decision=Decision(facts["decision"]),
        day=date.fromisoformat(day) if day else None,
        note=facts.get("note", ""),
        risks=go.risks_of(sign_off),
        by_client=sign_off.frozen_by.is_client,
    )
