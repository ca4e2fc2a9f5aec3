"""N11: two people at one data check at the same moment; on PostgreSQL, with a connection each.

With `Engagement.objects.lock` taken out of the services of data checks, these fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engagements.models import Engagement, SignOff
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from standups.models import LoadRound, Mapping, Problem
from standups.services import data_checks, data_counts, data_signing
from tests.conftest import InParallel
from tests.engagements.conftest import sign
from tests.standups.checking import FIELDS, counted, entry, fresh, frozen, line_of, loaded, patients, sampled

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 5  # A race that is there shows within a few rounds.


def names(results: list[Any]) -> list[str]:
    return sorted(type(one).__name__ for one in results)


def acting(row: LoadRound, act: Callable[[LoadRound], Any]) -> Callable[[], Any]:
    """Each thread loads its own row, as each request does."""
    return lambda: act(fresh(row))


def adding(user: User, version: int, name: str) -> Callable[[LoadRound], Any]:
    """Save one more line, from this version of the round."""
    lines = [entry(name, 1, 2)]
    return lambda row: data_counts.save_counts(actor=user, load_round=row, version=version, lines=lines)


def freezing(user: User, version: int) -> Callable[[LoadRound], Any]:
    return lambda row: data_signing.freeze_round(actor=user, load_round=row, version=version)


def test_two_people_save_the_counts_at_once(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """One is kept whole; the other hears of it, and nothing of theirs is mixed in."""
    row = loaded(engineer, engagement)
    for number in range(AGAIN):
        version = fresh(row).version
        done = in_parallel(
            *(acting(row, adding(user, version, f"{user.name}{number}")) for user in (engineer, colleague))
        )
        assert names(done) == ["LoadRound", "StaleError"]
        assert (fresh(row).version, fresh(row).lines.count()) == (version + 1, number + 1)
    assert audit.first_broken(engagement.audit_chain) is None


def test_a_signature_and_a_change_at_once(
    engagement: Engagement, engineer: User, key_user: User, in_parallel: InParallel
) -> None:
    """Either it is signed and stays as it was, or it changed and the signature is refused as stale; never both."""
    for number in range(AGAIN):
        text = frozen(engineer, engagement, name=f"数据 {number}")
        row = LoadRound.objects.unscoped().get(sign_off=text)
        version = row.version
        signed, changed = in_parallel(
            lambda text=text: sign(SignOff.objects.unscoped().select_related("engagement").get(pk=text.pk), key_user),
            acting(row, adding(engineer, version, "多出来的")),
        )
        now = fresh(row)
        if signed is None:
            assert isinstance(changed, DomainError) and now.is_signed and now.version == version
        else:
            assert isinstance(signed, StaleError), signed
            assert isinstance(changed, LoadRound) and now.sign_off is None


def test_a_new_mapping_and_freezing_at_once(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """The round is frozen first and its text taken back, or the next round is there first; no text waits in either."""
    for number in range(AGAIN):
        row = loaded(engineer, engagement, name=f"数据 {number}")
        counted(engineer, row, entry("甲", 1, 1))
        sampled(engineer, row)
        version = fresh(row).version
        froze, mapped = in_parallel(
            acting(row, freezing(engineer, version)),
            acting(row, lambda now: data_checks.save_mapping(
                actor=colleague, data_object=now.data_object, was=1, lines=FIELDS[:1]
            )),
        )  # fmt: skip
        assert isinstance(mapped, LoadRound) and isinstance(froze, SignOff | DomainError), (froze, mapped)
        assert fresh(row).sign_off is None
        texts = SignOff.objects.unscoped().filter(topic=str(row.data_object_id), superseded_at=None)
        assert not texts.exists()


def test_two_mappings_and_two_rounds_at_once(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    for number in range(AGAIN):
        data = patients(engineer, engagement, name=f"数据 {number}")
        done = in_parallel(*(
            lambda user=user, data=data, at=at: data_checks.save_mapping(
                actor=user, data_object=data, was=0, lines=FIELDS[at : at + 1]
            )
            for at, user in enumerate((engineer, colleague))
        ))  # fmt: skip
        assert names(done) == ["LoadRound", "StaleError"]
        done = in_parallel(*[
            lambda data=data: data_checks.open_round(actor=engineer, data_object=data, after=1)
        ] * 3)  # fmt: skip
        assert names(done) == ["LoadRound", "StaleError", "StaleError"]
        assert Mapping.objects.filter(data_object=data).count() == 1


def test_a_double_click_raises_one_problem(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("甲", 2, 1))
    done = in_parallel(*[lambda: data_counts.raise_problem(actor=engineer, line=line_of(row, "甲"))] * 4)
    assert len({one.pk for one in done}) == 1
    assert Problem.objects.count() == 1


def test_two_objects_of_one_name_at_once(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    done = in_parallel(*(lambda user=user: patients(user, engagement) for user in (engineer, colleague)))
    assert names(done) == ["DataObject", "DomainError"]
