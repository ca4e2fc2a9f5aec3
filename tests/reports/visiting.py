"""Follow-up visits of a filled world: one to be held, one that was, with what is ours alone in both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from engagements.models import Engagement, FollowUpVisit, NewNeed, Objective, Reading, VisitAttempt
from onsite.accounts.models import User
from reports.models import VisitIssue
from tests.factories import FollowUpVisitFactory, ProblemFactory


def visits_of_the_world(
    engagement: Engagement, lead: User, second: User, objective: Objective, word: str, internal: str
) -> dict[str, Any]:
    """Return the ids of a visit with an agreed hour, of one that was held, and of a new need that `second` follows up."""
    today = engagement.today()
    to_hold = FollowUpVisitFactory(
        engagement=engagement, anchor_on=today, due_on=today, appointed_at=timezone.now() + timedelta(days=1),
        channel="phone", place=f"{word} 5160 5160", holder=lead, reason=internal,
    )  # fmt: skip
    VisitAttempt.objects.create(visit=to_hold, tried_at=timezone.now(), channel="phone", note=internal, tried_by=lead)
    held = FollowUpVisitFactory(
        engagement=engagement, kind=FollowUpVisit.Kind.THREE_MONTHS, anchor_on=today, due_on=today, held_on=today,
        channel="video", held_by=lead, condition="well", how_it_runs=word, internal_note=internal,
    )  # fmt: skip
    Reading.objects.create(
        objective=objective, measured_on=today, value=12, evidence=word, visit=held, recorded_by=lead
    )
    for is_internal, text in ((False, word), (True, internal)):
        problem = ProblemFactory(engagement=engagement, title=text, is_internal=is_internal)
        VisitIssue.objects.create(visit=held, problem=problem, outcome="open", note=text)
    need = NewNeed.objects.create(visit=held, text=word, owner=second, outcome=internal)
    return {"visit": to_hold.pk, "held_visit": held.pk, "new_need": need.pk}
