"""Sharing sessions under two hands at once, on real connections.

With `Sharing.objects.lock` taken out of `services.sharing.held`, these fail.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.notifications.models import Message
from tests.conftest import InParallel
from tests.factories import SharingFactory, UserFactory
from tests.training.passing_on import a_first_read
from training.models import Article, Sharing
from training.services import sharing as services
from training.services import sharing_invitations, sharing_outcome
from training.services.reading_order import move_article
from training.sharing.presence import presence_mark

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 5  # A race that is there shows within a few rounds.


def refused(results: list[Any]) -> int:
    """Count the refusals; anything else that went wrong fails the test."""
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, DomainError) for error in errors), errors
    return len(errors)


def test_two_invite_at_once(engagement: Engagement, engineer: User, manager: User, in_parallel: InParallel) -> None:
    for _round in range(AGAIN):
        row = SharingFactory(engagement=engagement, speaker=engineer)
        guest = UserFactory(role=Role.ENGINEER)
        invite = [
            lambda actor=actor, row=row, guest=guest: sharing_invitations.invite_people(
                actor=actor, sharing=row, people=[guest]
            )
            for actor in (engineer, manager)
        ]
        assert refused(in_parallel(*invite)) == 1
        assert row.invitations.filter(user=guest).count() == 1
        assert Message.objects.filter(recipient=guest).count() == 1


def test_cancelled_and_held_at_once(
    engagement: Engagement, engineer: User, manager: User, in_parallel: InParallel
) -> None:
    for _round in range(AGAIN):
        begun = timezone.now() - timedelta(minutes=5)
        row = SharingFactory(engagement=engagement, speaker=engineer, starts_at=begun)
        row.invitations.create(user=engineer)
        was = presence_mark(row)
        results = in_parallel(
            lambda row=row: services.cancel_sharing(actor=manager, sharing=row),
            lambda row=row, was=was: services.note_presence(actor=engineer, sharing=row, there=[], was=was),
        )
        assert refused(results) == 1
        row.refresh_from_db()
        told = Message.objects.filter(kind="sharing_cancelled", payload__sharing=row.pk).count()
        assert row.state in {"held", "cancelled"}
        assert told == 0, "nobody had heard of it yet"
    assert audit.first_broken(audit.COMPANY) is None


def test_two_plan_the_same_at_once(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    Engagement.objects.unscoped().filter(pk=engagement.pk).update(phase="closed")
    begins = timezone.now() + timedelta(days=3)
    plan = {
        "topic": "同一场", "speaker": engineer, "starts_at": begins, "ends_at": begins + timedelta(hours=1), "place": "A",
        "link": "", "scene": "", "breakthrough": "", "client_dealings": "",
    }  # fmt: skip
    results = in_parallel(*[lambda: services.plan_sharing(actor=engineer, engagement=engagement, **plan)] * 2)
    assert refused(results) == 1
    assert Sharing.objects.count() == 1


def test_two_make_the_same_article_at_once(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    row = SharingFactory(engagement=engagement, speaker=engineer, state="held", scene="场景")
    make = [
        lambda: sharing_outcome.make_article(actor=engineer, sharing=row, kind="practice", title=row.topic),
    ] * 2
    assert refused(in_parallel(*make)) == 1
    assert Article.objects.count() == 1


def test_two_order_the_first_reading_at_once(manager: User, in_parallel: InParallel) -> None:
    rows = [a_first_read(place) for place in range(1, 5)]
    for _round in range(AGAIN):
        moves = [
            lambda row=row: move_article(actor=manager, article=row, up=True) for row in (rows[3], rows[0], rows[2])
        ]
        assert refused(in_parallel(*moves)) == 0
        places = Article.objects.order_by("read_first").values_list("read_first", flat=True)
        assert list(places) == [1, 2, 3, 4]
