"""Ideas under two hands at once, on real connections: one outcome, one thanks, one idea of one form.

With `Engagement.objects.lock` taken out of `services.ideas`, these fail.
"""

from __future__ import annotations

from typing import Any

import pytest

from engagements.models import ChangeRequest, Engagement
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from standups.models import Idea
from standups.services import ideas
from tests.conftest import InParallel
from tests.engagements.changing import decide
from tests.factories import IdeaFactory
from tests.standups.suggesting import agree, become_change, fresh

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 5  # A race that is there shows within a few rounds.


@pytest.fixture
def agreed(engagement: Engagement, engineer: User, client_pm: User, business_owner: User) -> Engagement:
    agree(engagement, engineer, client_pm, business_owner)
    return engagement


def refused(results: list[Any]) -> int:
    """Count the refusals; anything else that went wrong fails the test."""
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, DomainError) for error in errors), errors
    return len(errors)


def test_a_double_click_suggests_once(engagement: Engagement, client_pm: User, in_parallel: InParallel) -> None:
    for number in range(AGAIN):
        results = in_parallel(
            *[lambda n=number: ideas.suggest_idea(actor=client_pm, engagement=engagement, title=f"建议 {n}")] * 3
        )
        assert refused(results) == 0
        assert len({row.pk for row in results}) == 1
    assert Idea.objects.count() == AGAIN


def test_answered_and_turned_into_a_change_at_once(
    agreed: Engagement, engineer: User, manager: User, client_pm: User, in_parallel: InParallel
) -> None:
    """Either the one or the other, whole: no change request without its idea, no mail of what did not happen."""
    for _round in range(AGAIN):
        idea = IdeaFactory(engagement=agreed, said_by=client_pm, said_by_name="")
        results = in_parallel(
            *[lambda idea=idea: ideas.answer_idea(actor=manager, idea=idea, answer="好")] * 2,
            *[lambda idea=idea: become_change(idea, engineer)] * 2,
        )
        assert refused(results) == 3
        row = fresh(idea)
        changed = ChangeRequest.objects.filter(idea=row).count()
        told = Message.objects.filter(dedupe_key=f"idea:{idea.pk}:answered").count()
        assert (row.outcome, changed, told) in {("change", 1, 0), ("answered", 0, 1)}
    assert ChangeRequest.objects.count() == Idea.objects.filter(outcome="change").count()
    assert audit.first_broken(agreed.audit_chain) is None


def test_two_thank_at_once_and_one_thanks_stand(
    engagement: Engagement, engineer: User, manager: User, client_pm: User, in_parallel: InParallel
) -> None:
    for _round in range(AGAIN):
        idea = IdeaFactory(engagement=engagement, said_by=client_pm, said_by_name="")
        results = in_parallel(
            *[lambda idea=idea: ideas.thank_for_idea(actor=engineer, idea=idea, thanks="谢谢")] * 2,
            *[lambda idea=idea: ideas.thank_for_idea(actor=manager, idea=idea, thanks="多谢")] * 2,
        )
        assert refused(results) == 3
        (entry,) = AuditEntry.objects.filter(action="idea.thanked", target=f"standups.idea:{idea.pk}")
        assert entry.data["thanks"] == fresh(idea).thanks


def test_decided_and_reopened_at_once(
    agreed: Engagement, engineer: User, manager: User, client_pm: User, in_parallel: InParallel
) -> None:
    """Told of the decision and still linked, or open and told nothing."""
    for _round in range(AGAIN):
        idea = IdeaFactory(engagement=agreed, said_by=client_pm, said_by_name="")
        change = become_change(idea, engineer)
        change = ChangeRequest.objects.unscoped().select_related("engagement").get(pk=change.pk)
        results = in_parallel(
            lambda change=change: decide(change, manager, "reject"),
            lambda idea=idea: ideas.reopen_idea(actor=engineer, idea=idea),
        )
        row = fresh(idea)
        told = Message.objects.filter(dedupe_key=f"idea:{idea.pk}:reject").exists()
        assert (refused(results), row.is_open, told) in {(1, False, True), (0, True, False)}
