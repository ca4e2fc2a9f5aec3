"""N7, TRUST 8: the same post twice is one write. Same key and body give the same answer, another body is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from onsite.accounts.models import User
from onsite.core.errors import DomainError, KeyReusedError
from onsite.core.idempotency import Answer, forget_old, once
from onsite.core.models import CalendarDay, IdempotentAnswer
from tests.conftest import InParallel
from tests.factories import UserFactory

BODY = {"lines": ["字段映射错误", "𠮷"], "minutes": 12}


def writes() -> int:
    return CalendarDay.objects.count()


def add_a_row() -> Answer:
    """Something that would leave a second row if it ran twice."""
    number = CalendarDay.objects.count()
    row = CalendarDay.objects.create(calendar=f"T{number}{uuid4().hex[:8]}", day="2026-01-01", is_working=True)
    return {"row": row.pk}


def post(user: User, key: UUID, body: Any = BODY, write: Callable[[], Answer] = add_a_row) -> Answer:
    return once(user=user, key=key, body=body, write=write)


def test_the_same_post_twice_is_one_write_with_one_answer(engineer: User) -> None:
    key = uuid4()
    first = post(engineer, key)
    assert post(engineer, key, {"minutes": 12, "lines": ["字段映射错误", "𠮷"]}) == first
    assert writes() == 1


@pytest.mark.parametrize("answer", [{}, {"given": 1}, {"a": [1, {"b": None}]}])
def test_an_answer_may_be_anything(engineer: User, answer: Answer) -> None:
    """Also nothing: an empty answer is remembered, too."""
    key, calls = uuid4(), []

    def write() -> Answer:
        calls.append(1)
        return answer

    assert [post(engineer, key, write=write) for _time in range(3)] == [answer] * 3
    assert calls == [1]


@pytest.mark.parametrize("other", [{**BODY, "minutes": 13}, {}, None, "x", [BODY]])
def test_the_same_key_with_another_body_is_refused(engineer: User, other: Any) -> None:
    key = uuid4()
    post(engineer, key)
    with pytest.raises(KeyReusedError):
        post(engineer, key, other)
    assert writes() == 1


def test_another_key_and_another_person_write_anew(engineer: User, colleague: User) -> None:
    """A key guessed or overheard shows nobody another's answer."""
    key = uuid4()
    answers = [post(engineer, key), post(engineer, uuid4()), post(colleague, key)]
    assert len({answer["row"] for answer in answers}) == 3


def test_a_write_that_fails_may_be_sent_again(engineer: User) -> None:
    """The key is remembered in the write's own transaction."""
    key = uuid4()

    def fails() -> Answer:
        add_a_row()
        raise ValueError

    with pytest.raises(ValueError):
        post(engineer, key, write=fails)
    assert (writes(), IdempotentAnswer.objects.count()) == (0, 0)
    post(engineer, key)
    assert writes() == 1


def test_the_same_post_at_once_is_one_write(transactional_db: None, in_parallel: InParallel) -> None:
    """A race: on a double press, or when the network repeats it."""
    person, key = UserFactory(), uuid4()
    answers = in_parallel(*[lambda: post(person, key)] * 4)
    assert writes() == 1
    assert all(answer == answers[0] for answer in answers), answers


def test_who_is_refused_because_the_first_did_it_gets_its_answer(postgresql: None, in_parallel: InParallel) -> None:
    """A repeated post finds the work done and is refused; what it asks for is the answer that was given."""
    person, key = UserFactory(), uuid4()

    def claim() -> Answer:
        row, is_mine = CalendarDay.objects.get_or_create(calendar="T", day="2026-01-01", defaults={"is_working": True})
        if not is_mine:
            raise DomainError("done already")
        return {"row": row.pk}

    answers = in_parallel(*[lambda: post(person, key, write=claim)] * 6)
    assert answers == [{"row": CalendarDay.objects.get().pk}] * 6


def test_without_the_row_as_a_lock_both_would_write(postgresql: None, in_parallel: InParallel) -> None:
    """The control: look for the answer first, write then."""
    person, key = UserFactory(), uuid4()
    both_looked = threading.Barrier(2)

    def careless() -> None:
        known = IdempotentAnswer.objects.filter(user=person, key=key).exists()
        both_looked.wait(timeout=20)
        if not known:
            with transaction.atomic():
                add_a_row()

    in_parallel(careless, careless)
    assert writes() == 2


def test_answers_of_long_ago_are_forgotten(manager: User) -> None:
    """Autosaves leave an answer each; what nobody asks for again goes, what is fresh stays."""
    old, fresh = uuid4(), uuid4()
    for key in (old, fresh):
        once(user=manager, key=key, body={}, write=lambda: {"url": "/"})
    IdempotentAnswer.objects.filter(key=old).update(created_at=timezone.now() - timedelta(days=15))
    assert forget_old() == 1
    assert IdempotentAnswer.objects.get().key == fresh
