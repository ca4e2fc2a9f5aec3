"""E3: two people act on one concern at the same moment; on PostgreSQL, with a connection each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, RefusedError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from standups.models import ConcernState, Evidence, Problem, Reply
from standups.services import evidence as services
from standups.services.problems import save_problem
from standups.services.replies import answer_concern, save_reply
from standups.services.verdicts import confirm_answer, record_verdict, reopen_concern
from tests.conftest import InParallel
from tests.engagements.filing import a_log
from tests.factories import EvidenceFactory
from tests.standups.concerning import TEXTS, answered, drafted, raised, state_of
from tests.standups.test_evidence import head

pytestmark = pytest.mark.usefixtures("postgresql")
ROUNDS = 8

Act = Callable[[Problem], Any]


@pytest.fixture
def concern(engagement: Engagement, engineer: User, client_pm: User) -> Problem:
    return raised(engagement, client_pm)


def acting(concern: Problem, act: Act) -> Callable[[], Any]:
    """Each thread loads its own row, as each request does."""
    return lambda: act(Problem.objects.unscoped().select_related("engagement__client").get(pk=concern.pk))


def answering(user: User, version: int) -> Act:
    return lambda row: answer_concern(actor=user, problem=row, version=version)


def saving(user: User, version: int, **texts: Any) -> Act:
    return lambda row: save_reply(actor=user, problem=row, version=version, **TEXTS | texts)


def test_a_double_click_raises_one_concern(engagement: Engagement, client_pm: User, in_parallel: InParallel) -> None:
    found = in_parallel(*[lambda: raised(engagement, client_pm)] * 4)
    assert len({row.pk for row in found}) == 1
    assert Message.objects.filter(kind="concern_raised").count() == 1


def test_two_engineers_answer_at_once(
    concern: Problem, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """One answer is given, told once; the other engineer hears that it was."""
    EvidenceFactory(problem=concern)
    version = drafted(engineer, concern).version
    done = in_parallel(*(acting(concern, answering(user, version)) for user in (engineer, colleague)))
    assert sorted(type(one).__name__ for one in done) == ["DomainError", "Reply"]
    assert state_of(concern) == ConcernState.ANSWERED
    assert AuditEntry.objects.filter(action="concern.answered").count() == 1
    assert Message.objects.filter(kind="concern_answered").count() == 1
    assert audit.first_broken(concern.engagement.audit_chain) is None


def test_two_engineers_write_the_first_draft(
    concern: Problem, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """One draft; the second writer's words come back to them."""
    done = in_parallel(*(acting(concern, saving(user, 0)) for user in (engineer, colleague)))
    assert sorted(type(one).__name__ for one in done) == ["Reply", "StaleError"]
    assert Reply.objects.unscoped().get().version == 1


def test_an_answer_is_given_while_a_colleague_changes_it(
    concern: Problem, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """What the client gets is what the giver read, or nothing."""
    EvidenceFactory(problem=concern)
    version = drafted(engineer, concern).version
    given, saved = in_parallel(
        acting(concern, answering(engineer, version)),
        acting(concern, saving(colleague, version, facts="另一个说法")),
    )
    reply = Reply.objects.unscoped().get()
    if isinstance(given, Reply):
        assert isinstance(saved, DomainError)
        assert (reply.facts, state_of(concern)) == (TEXTS["facts"], ConcernState.ANSWERED)
    else:
        assert isinstance(given, StaleError)
        assert (reply.facts, state_of(concern)) == ("另一个说法", ConcernState.OPEN)


@pytest.mark.parametrize("taking", ["removed", "made internal"])
@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_evidence_is_taken_away_while_the_answer_is_given(
    concern: Problem, engineer: User, colleague: User, in_parallel: InParallel, taking: str, attempt: int
) -> None:
    """Either the answer stands on evidence that stays, or the evidence is gone and no answer was given."""
    piece = EvidenceFactory(problem=concern)
    version = drafted(engineer, concern).version

    def take(row: Problem) -> None:
        found = Evidence.objects.unscoped().select_related("problem__engagement").get(pk=piece.pk)
        if taking == "removed":
            services.remove_evidence(actor=colleague, evidence=found)
        else:
            services.show_evidence(actor=colleague, evidence=found, is_internal=True)

    given, taken = in_parallel(
        acting(concern, answering(engineer, version)),
        acting(concern, take),
    )
    stands = Evidence.objects.filter(problem=concern).shared().exists()
    if isinstance(given, Reply):
        assert isinstance(taken, DomainError)
        assert (stands, state_of(concern)) == (True, ConcernState.ANSWERED)
    else:
        assert isinstance(given, RefusedError)
        assert taken is None
        assert (stands, state_of(concern)) == (False, ConcernState.OPEN)


def test_the_concern_is_hidden_while_the_answer_is_given(
    concern: Problem, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    Problem.objects.update(said_by=None, said_by_name="刘主任")
    EvidenceFactory(problem=concern)
    version = drafted(engineer, concern).version
    given, saved = in_parallel(
        acting(concern, answering(engineer, version)),
        acting(
            concern,
            lambda row: save_problem(actor=colleague, engagement=row.engagement, problem=row, is_internal=True),
        ),
    )
    concern.refresh_from_db()
    assert isinstance(given, Reply) != isinstance(saved, Problem)
    assert concern.is_internal == isinstance(saved, Problem)


def test_the_client_confirms_while_the_vendor_edits(
    concern: Problem, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    """Neither undoes the other: the concern is settled, and has its new owner role."""
    answered(engineer, concern)
    done = in_parallel(
        acting(concern, lambda row: confirm_answer(actor=client_pm, problem=row, round_seen=1)),
        acting(
            concern,
            lambda row: save_problem(actor=engineer, engagement=row.engagement, problem=row, owner_role="信息部"),
        ),
        acting(concern, saving(engineer, 1)),
    )
    concern.refresh_from_db()
    assert done[0] is None
    assert isinstance(done[2], DomainError)
    assert (concern.concern_state, concern.owner_role) == (ConcernState.CONFIRMED, "信息部")
    assert concern.solved_on is not None
    assert Reply.objects.unscoped().count() == 1


def test_confirmed_and_sent_back_at_once(
    concern: Problem, engineer: User, client_pm: User, key_user: User, in_parallel: InParallel
) -> None:
    """The first word counts; nobody's word is turned around."""
    answered(engineer, concern)
    recorded: dict[str, Any] = {"verdict": "reopened", "verdict_by": None, "verdict_by_name": "刘主任", "note": "电话"}
    done = in_parallel(
        acting(concern, lambda row: confirm_answer(actor=client_pm, problem=row, round_seen=1)),
        acting(concern, lambda row: reopen_concern(actor=key_user, problem=row, round_seen=1, note="仍然慢")),
        acting(concern, lambda row: record_verdict(actor=engineer, problem=row, round_seen=1, **recorded)),
    )
    assert sum(one is None for one in done) == 1
    assert sum(isinstance(one, DomainError) for one in done) == 2
    said = Reply.objects.unscoped().get(round=1).verdict
    assert state_of(concern) == (ConcernState.CONFIRMED if said == "confirmed" else ConcernState.OPEN)
    assert Reply.objects.count() == (1 if said == "confirmed" else 2)


def test_many_add_files_and_change_the_problem_without_a_deadlock(
    concern: Problem, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """Storing takes the engagement's lock and evidence the problem's: always in this order."""

    def add(number: int) -> Act:
        return lambda row: services.add_file(
            actor=engineer, problem=row, upload=a_log(f"{number}"), **head(title=f"日志 {number}")
        )

    def both(row: Problem) -> None:
        with transaction.atomic():
            Engagement.objects.lock(row.engagement_id)
            save_problem(actor=colleague, engagement=row.engagement, problem=row, owner_role="信息部")

    done = in_parallel(*(acting(concern, add(number)) for number in range(4)), acting(concern, both))
    assert not [one for one in done if isinstance(one, Exception)]
    assert Evidence.objects.count() == 4


def test_evidence_is_masked_twice_at_once(
    concern: Problem, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    piece = services.add_query(
        actor=engineer, problem=concern, query="select 1", result="联系 13812345678", plan="", **head()
    )

    def masking(user: User) -> Callable[[], Any]:
        row = Evidence.objects.unscoped().select_related("problem__engagement").get(pk=piece.pk)
        return lambda: services.mask_evidence(actor=user, evidence=row)

    done = in_parallel(masking(engineer), masking(colleague))
    assert sum(one is None for one in done) == 1
    assert sum(isinstance(one, DomainError) for one in done) == 1
    assert AuditEntry.objects.filter(action="evidence.masked").count() == 1
