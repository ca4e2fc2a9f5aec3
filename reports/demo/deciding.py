"""The client's Go decision: written down the evening before, signed on the day, and the day agreed for the hand-over."""

from __future__ import annotations

from datetime import timedelta

from engagements import go_decision
from engagements.go_decision import Decision
from engagements.models import SignOff
from engagements.services import signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from reports.demo.agreement import sign_on_paper
from reports.demo.people import BY_KEY, PASSWORDS
from reports.demo.story import WentLive
from reports.demo.telling import Telling
from standups.going_live import go
from standups.services import go as deciding
from standups.services.hand_over import save_hand_over

HAND_OVER_IN_DAYS = 9


def go_on(telling: Telling, number: int) -> None:
    """What this day brought of it."""
    anchor = telling.story.anchor
    if not isinstance(anchor, WentLive):
        return
    if number == anchor.day - 1:
        _decide(telling, anchor.day)
    if number == anchor.day:
        _sign(telling, number)
    if number == telling.story.review_on and not hasattr(telling.engagement, "hand_over"):
        save_hand_over(
            actor=telling.lead, engagement=telling.engagement, was="new",
            planned_on=telling.days.today + timedelta(days=HAND_OVER_IN_DAYS),
        )  # fmt: skip


def _decide(telling: Telling, go_live: int) -> None:
    """With the risks that stand, where any do; on paper the lead writes it down."""
    engagement = telling.engagement
    standing = go.standing_against(engagement)
    newest = go_decision.newest(engagement)
    deciding.decide(
        actor=telling.lead if engagement.signs_on_paper else _client_pm(telling),
        engagement=engagement,
        decision=Decision.WITH_RISKS if standing.obstacles else Decision.GO,
        note="",
        seen=standing.fingerprint,
        after=newest.pk if newest else None,
        go_live_on=telling.days.on(go_live),
    )


def _sign(telling: Telling, number: int) -> None:
    sign_off = telling.engagement.sign_offs.unscoped().current().get(kind=SignOff.Kind.GO)
    key = _key_of_pm(telling)
    if telling.engagement.signs_on_paper:
        sign_on_paper(telling, sign_off, key, on=telling.days.on(number), checked_by=telling.manager)
    else:
        proof = PASSWORDS[BY_KEY[key].role]
        signing.sign_on_screen(actor=telling.people[key], sign_off=sign_off, text_hash=sign_off.text_hash, proof=proof)


def _client_pm(telling: Telling) -> User:
    return telling.people[_key_of_pm(telling)]


def _key_of_pm(telling: Telling) -> str:
    return next(key for key, seat in telling.seats.items() if seat.part == Part.CLIENT_PM)
