"""The client's signed decision to go live, read back from its frozen text; the app above writes it (`standups.going_live.go`)."""

from __future__ import annotations

from datetime import date

from django.db import models

from engagements.models import Engagement, SignOff


class Decision(models.TextChoices):
    """What the client says."""

    GO = "go"
    WITH_RISKS = "risks"
    NOT_YET = "not_yet"


def newest(engagement: Engagement) -> SignOff | None:
    """Return the decision that stands now, signed or waiting for ink."""
    return engagement.sign_offs.unscoped().current().filter(kind=SignOff.Kind.GO).first()


def is_to_go(sign_off: SignOff) -> bool:
    """Say whether this decision, once signed, lets it go live."""
    return str(sign_off.text["facts"]["decision"]) in {Decision.GO, Decision.WITH_RISKS}


def standing_go(engagement: Engagement) -> SignOff | None:
    """Return the decision to go, with or without risks, that stands now: signed, or waiting for ink."""
    found = newest(engagement)
    return found if found is not None and is_to_go(found) else None


def is_held_back(engagement: Engagement) -> bool:
    """Say whether the last decision that the client signed is not to go, whatever was written down since and waits."""
    signed = engagement.sign_offs.unscoped().filter(kind=SignOff.Kind.GO).exclude(signed_at=None)
    last = signed.order_by("version").last()
    return last is not None and not is_to_go(last)


def day_of(sign_off: SignOff) -> date:
    """Return the go-live day that a decision to go names."""
    return date.fromisoformat(sign_off.text["facts"]["go_live_on"])
