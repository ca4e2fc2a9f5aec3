"""N9, TRUST 7: one audit, in the business transaction, append only, each entry bound to the one before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from onsite.accounts.models import User
from onsite.core import append_only, audit
from onsite.core.models import AuditChain, AuditEntry
from tests.conftest import InParallel
from tests.factories import UserFactory

CHAIN = "engagement:1"


def write(actor: User | None, number: int = 1, chain: str = CHAIN) -> AuditEntry:
    with transaction.atomic():
        person = actor or User.objects.earliest("pk")
        return audit.record(
            chain=chain, actor=actor, action="test.done", target=person, data={"n": number, "字": "㛃"}
        )


@pytest.fixture
def chain(manager: User) -> list[AuditEntry]:
    return [write(manager, number) for number in range(1, 6)]


def test_entries_follow_from_one_another(chain: list[AuditEntry], manager: User) -> None:
    assert [entry.number for entry in chain] == [1, 2, 3, 4, 5]
    assert [entry.previous_hash for entry in chain] == ["", *[entry.hash for entry in chain[:-1]]]
    assert chain[0].target == f"accounts.user:{manager.pk}"
    assert audit.head_of(CHAIN) == chain[-1].hash
    assert audit.first_broken(CHAIN) is None


def test_chains_are_apart(chain: list[AuditEntry], manager: User) -> None:
    other = write(manager, chain="engagement:2")
    assert (other.number, other.previous_hash) == (1, "")
    assert audit.head_of("engagement:3") == ""
    assert audit.first_broken("engagement:3") is None


def test_the_system_itself_may_act(manager: User) -> None:
    assert write(None).actor is None
    assert audit.first_broken(CHAIN) is None


def forge(**fields: Any) -> Callable[[AuditEntry], object]:
    return lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(**fields)


def swap(entry: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=entry.pk).update(number=99)
    AuditEntry.objects.filter(chain=CHAIN, number=4).update(number=3)
    AuditEntry.objects.filter(pk=entry.pk).update(number=4)


def forge_with_its_own_hash(entry: AuditEntry) -> None:
    entry.data = {"n": 0}
    entry.hash = audit.hash_of(entry)
    AuditEntry.objects.filter(pk=entry.pk).update(data=entry.data, hash=entry.hash)


def forge_and_relink(entry: AuditEntry) -> None:
    forge_with_its_own_hash(entry)
    AuditEntry.objects.filter(chain=CHAIN, number=4).update(previous_hash=entry.hash)


@pytest.mark.parametrize(
    ("tamper", "found_at"),
    [
        (forge(action="test.undone"), 3),
        (forge(target="accounts.user:0"), 3),
        (forge(data={"n": 4}), 3),
        (forge(actor=None), 3),
        (forge(hash="0" * 64), 3),
        (forge(previous_hash="0" * 64), 3),
        (lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(at=entry.at + timedelta(microseconds=1)), 3),
        (lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(), 3),
        (lambda entry: AuditEntry.objects.filter(chain=CHAIN, number=5).delete(), 5),
        (lambda entry: AuditChain.objects.filter(name=CHAIN).update(last_hash="0" * 64), 6),
        (swap, 3),
        (forge_with_its_own_hash, 4),
        (forge_and_relink, 4),
    ],
)
def test_every_forgery_is_found(
    chain: list[AuditEntry], tamper: Callable[[AuditEntry], object], found_at: int
) -> None:
    """With the database's own guard taken away, as somebody with its password could."""
    without_the_guard(lambda: tamper(chain[2]))
    assert audit.first_broken(CHAIN) == found_at


def without_the_guard(action: Callable[[], object]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Constraint triggers that wait for the end of the transaction would forbid the change of the table.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER audit_entry_append_only")
        action()
        return
    with connection.cursor() as cursor:
        for statement in append_only.SQLITE_UNDO:
            cursor.execute(statement)
    action()


@pytest.mark.parametrize(
    "change",
    [
        lambda: AuditEntry.objects.filter(number=2).update(action="x"),
        lambda: AuditEntry.objects.filter(number=2).delete(),
        lambda: AuditEntry.objects.all().delete(),
        lambda: AuditEntry.objects.get(number=2).save(),
    ],
)
def test_the_database_refuses_to_change_an_entry(chain: list[AuditEntry], change: Callable[[], object]) -> None:
    """TRUST 7: on both databases, whatever program asks."""
    before = list(AuditEntry.objects.values())
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        change()
    assert list(AuditEntry.objects.values()) == before


def test_a_person_with_entries_can_not_be_deleted(chain: list[AuditEntry], manager: User) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        manager.delete()


def test_an_entry_needs_the_business_transaction(transactional_db: None) -> None:
    """A change without its entry, or an entry without its change, can't exist."""
    manager = UserFactory()
    with pytest.raises(transaction.TransactionManagementError):
        audit.record(chain=CHAIN, actor=manager, action="test.done", target=manager)
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(chain=CHAIN, actor=manager, action="test.done", target=manager)
        raise RuntimeError
    assert not AuditEntry.objects.exists()
    assert write(manager).number == 1


@pytest.mark.parametrize("data", [{"a": 1.5}, {"a": [{"b": float("nan")}]}, {"a": object()}, {1: "a"}, {"a": b"x"}])
def test_what_a_database_gives_back_changed_is_refused(manager: User, data: dict[Any, Any]) -> None:
    """PostgreSQL writes 1e16 as a whole number: the entry would look forged."""
    with pytest.raises(TypeError), transaction.atomic():
        audit.record(chain=CHAIN, actor=manager, action="test.done", target=manager, data=data)


def test_two_who_write_at_once_keep_one_order(postgresql: None, in_parallel: InParallel) -> None:
    """TRUST, races: the chain's head is locked while an entry is appended."""
    manager = UserFactory()
    results = in_parallel(*[lambda: [write(manager, number).number for number in range(5)]] * 4)
    numbers = sorted(number for found in results for number in found)
    assert numbers == list(range(1, 21))
    assert audit.first_broken(CHAIN) is None


def test_without_the_lock_two_would_write_the_same_number(postgresql: None, in_parallel: InParallel) -> None:
    """The control: read the head, then append. Only the unique constraint is left to stop it, and it loses an entry."""
    manager = UserFactory()
    write(manager)
    both_looked = threading.Barrier(2)

    def careless() -> None:
        head = AuditChain.objects.get(name=CHAIN)
        both_looked.wait(timeout=20)
        with transaction.atomic():
            AuditEntry.objects.create(
                chain=head,
                number=head.last_number + 1,
                at=timezone.now(),
                actor=manager,
                action="x",
                target="x",
                hash="x",
            )

    results = in_parallel(careless, careless)
    assert sum(isinstance(result, DatabaseError) for result in results) == 1


texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@given(data=st.dictionaries(texts, values, max_size=3))
def test_any_data_comes_back_with_the_hash_it_was_written_with(manager: User, data: dict[str, Any]) -> None:
    """A property: no entry that nobody touched ever looks forged. Each example is rolled back."""
    with transaction.atomic():
        audit.record(chain=CHAIN, actor=manager, action="test.done", target=manager, data=data)
        assert audit.first_broken(CHAIN) is None
        transaction.set_rollback(True)


def test_the_command_verifies_every_chain(manager: User, capsys: pytest.CaptureFixture[str]) -> None:
    """TRUST 7: anybody who runs OnSite can ask whether its audit is whole."""
    with transaction.atomic():
        audit.record(chain=CHAIN, actor=manager, action="a", target=manager)
    call_command("verify_audit")
    assert "1 chains are intact" in capsys.readouterr().out
    AuditChain.objects.filter(name=CHAIN).update(last_hash="0" * 64)
    with pytest.raises(CommandError, match=CHAIN):
        call_command("verify_audit")
