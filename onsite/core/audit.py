"""The one audit: hash-chained entries, written by services inside the business transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction
from django.utils import timezone

from onsite.core import search
from onsite.core.models import AuditChain, AuditEntry

if TYPE_CHECKING:
    from onsite.accounts.models import User

COMPANY = "company"


def record(
    *, chain: str, actor: User | None, action: str, target: models.Model, data: dict[str, Any] | None = None
) -> AuditEntry:
    """Append one entry to `chain`; `actor` None is the system itself.

    `data` holds texts, whole numbers, truth values, and lists and dictionaries of them, keyed by texts; TypeError
    otherwise, because what a database gives back changed could not be checked against its hash.
    Must run inside the transaction of the change it tells about, and raises TransactionManagementError otherwise:
    a change without its entry, or an entry without its change, can't exist. What is found of the target is brought up
    to date with it (`onsite.core.search`), so call it after the change was written.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("audit.record needs the business transaction")
    _refuse_what_changes(data)
    head = hold(chain)
    entry = AuditEntry(
        chain=head,
        number=head.last_number + 1,
        at=timezone.now(),
        actor=actor,
        action=action,
        target=target_of(target),
        data=data or {},
        previous_hash=head.last_hash,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    AuditChain.objects.filter(name=chain).update(last_number=entry.number, last_hash=entry.hash)
    search.follow(target)
    return entry


def hold(chain: str) -> AuditChain:
    """Return the head of this chain, locked: until the transaction ends nobody else writes what it tells about."""
    return AuditChain.objects.select_for_update().filter(name=chain).first() or _begin(chain)


def target_of(row: models.Model) -> str:
    """Return what the entries about this row call it."""
    return f"{row._meta.label_lower}:{row.pk}"


def about(chain: str, rows: Iterable[models.Model]) -> models.QuerySet[AuditEntry]:
    """Return the entries of the chain about any of these rows, with their actors, in the order they were written."""
    targets = [target_of(row) for row in rows]
    return AuditEntry.objects.filter(chain=chain, target__in=targets).select_related("actor").order_by("number")


def _begin(chain: str) -> AuditChain:
    """Return the locked head of a new chain; of two who begin it at once, the second waits for the first."""
    AuditChain.objects.bulk_create([AuditChain(name=chain)], ignore_conflicts=True)
    return AuditChain.objects.select_for_update().get(name=chain)


def hash_of(entry: AuditEntry) -> str:
    """Return SHA-256 over the entry's canonical JSON and the hash before it, as 64 hex digits."""
    body = {
        "chain": entry.chain_id,
        "number": entry.number,
        "at": _stamp(entry.at),
        "actor": entry.actor_id,
        "action": entry.action,
        "target": entry.target,
        "data": entry.data,
        "previous": entry.previous_hash,
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def numbers_of(chains: Iterable[str]) -> dict[str, int]:
    """Return how many entries each chain has: a version of all that its transactions write, which only grows. Read it
    before the rows it stands for. One query; a chain that has not begun is left out."""
    return dict(AuditChain.objects.filter(name__in=chains).values_list("name", "last_number"))


def total() -> int:
    """Return how many entries all chains have together: a version of all that services write, which only grows. Read it
    before the rows it stands for. One query."""
    return int(AuditChain.objects.aggregate(total=models.Sum("last_number"))["total"] or 0)


def first_broken(chain: str) -> int | None:
    """Return the number of the first entry that does not follow from the one before, or None where all do."""
    previous = ""
    expected = 0
    for expected, entry in enumerate(AuditEntry.objects.filter(chain=chain).order_by("number").iterator(), start=1):
        if entry.number != expected or entry.previous_hash != previous or entry.hash != hash_of(entry):
            return expected
        previous = entry.hash
    head = AuditChain.objects.filter(name=chain).first()
    if head is not None and (head.last_number, head.last_hash) != (expected, previous):
        return expected + 1
    return None


def head_of(chain: str) -> str:
    """Return the hash of the newest entry, "" where there is none."""
    return AuditChain.objects.filter(name=chain).values_list("last_hash", flat=True).first() or ""


def _refuse_what_changes(value: object) -> None:
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            _refuse_what_changes(part)
    elif value is not None and not isinstance(value, str | bool | int):
        raise TypeError(f"audit data can't hold {value!r}: write it as a text")


def _stamp(at: datetime) -> str:
    return at.astimezone(tz=timezone.get_fixed_timezone(0)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
