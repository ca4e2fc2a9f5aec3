"""Sending learners their personal link again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from onsite.notifications.services import enqueue_to_address
from training.learning.access import learners_with_access

EVERY_MINUTES = 10
MOST_AT_ONCE = 20


@transaction.atomic
def send_links(*, email: str) -> None:
    """Mail each learner of this address their link, at most once in ten minutes; nothing where there is none. Whoever
    asks is told the same in every case."""
    slot = int(timezone.now().timestamp()) // (EVERY_MINUTES * 60)
    for learner in learners_with_access().filter(email=email.lower())[:MOST_AT_ONCE] if email else ():
        enqueue_to_address(
            kind="learner_link", address=learner.email, name=learner.name, language=learner.language,
            dedupe_key=f"learner-link:{learner.pk}:{slot}", payload={"learner": learner.pk},
        )  # fmt: skip
