"""Data objects, their mappings and the rounds in which they are loaded (N11). Every change takes the engagement's lock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.services import signing
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.unique import unless_taken
from standups.data.mapping import Field, changes
from standups.data.state import is_withdrawable, state_of
from standups.models import CountLine, DataObject, LoadRound, Mapping, MappingLine

MOST_OBJECTS = 200
MOST_FIELDS = 1000


def save_object(
    *, actor: User, engagement: Engagement, data_object: DataObject | None = None, was: str = "", **fields: Any
) -> DataObject:
    """Create or change a data object; `fields` are the model's own, `was` the fingerprint of what the page showed.

    Raises StaleError where somebody changed it since, DomainError on "name" where there is one of this name, and where
    the newest round is signed: its text says what was checked. A text that waits for its signature is superseded.
    """
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    with unless_taken(_("There is a data object of this name already.")):
        Engagement.objects.lock(engagement.pk)
        row = _held(data_object, was) if data_object else _new(engagement)
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
        newest = newest_round(row)
        if newest is not None:
            touch(newest)
        _audit(actor, "data_object.changed" if data_object else "data_object.created", row, _told(row))
    return row


@transaction.atomic
def delete_object(*, actor: User, data_object: DataObject) -> None:
    """Take an object out with its rounds. Raises DomainError where one of them is signed, or somebody deleted it."""
    engagement = data_object.engagement
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    Engagement.objects.lock(engagement.pk)
    row = present(data_object)
    rounds = list(row.rounds.unscoped().select_related("sign_off"))
    if any(one.is_signed for one in rounds):
        raise DomainError(_("A round of this object is signed. It stays with what was signed."))
    for one in rounds:
        if one.sign_off is not None:
            signing.supersede(one.sign_off)
    _audit(actor, "data_object.deleted", row, _told(row))
    # Rounds hold their mapping back, so they go first.
    row.rounds.unscoped().delete()
    row.delete()


@transaction.atomic
def save_mapping(
    *, actor: User, data_object: DataObject, was: int, lines: Sequence[Field], reason: str = ""
) -> LoadRound:
    """Keep the lines as the next version of the mapping, and open the next round with it; return that round.

    `was` is the version that the page showed, 0 for none: raises StaleError where there is a newer one by now. Raises
    DomainError where a line is there twice, or nothing changed.
    """
    require(actor, Permission.EDIT_ROLLOUT, data_object.engagement)
    Engagement.objects.lock(data_object.engagement_id)
    row = present(data_object)
    current = newest_mapping(row)
    if was != (current.version if current else 0):
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    return follow_mapping(actor, row, current, lines, reason)


@transaction.atomic
def open_round(*, actor: User, data_object: DataObject, after: int) -> LoadRound:
    """Open the next round with the mapping as it is: it was loaded again. `after` is the number of the newest round that
    the page showed, 0 for none; raises StaleError where there is a newer one by now."""
    require(actor, Permission.EDIT_ROLLOUT, data_object.engagement)
    Engagement.objects.lock(data_object.engagement_id)
    row = present(data_object)
    newest = newest_round(row)
    if after != (newest.number if newest else 0):
        raise StaleError(_("Somebody opened the next round already. It stands here."))
    mapping = newest_mapping(row) or Mapping.objects.create(data_object=row, version=1, made_by=actor)
    return _next_round(actor, row, mapping, newest)


@transaction.atomic
def delete_round(*, actor: User, load_round: LoadRound, version: int) -> None:
    """Take back the newest round, opened by mistake: the one before is the newest again, with its signature.

    Raises StaleError where the round changed since this version, DomainError where it is not the newest, where something
    was loaded, counted or sampled in it, where a changed mapping opened it, and for the first.
    """
    require(actor, Permission.EDIT_ROLLOUT, load_round.data_object.engagement)
    Engagement.objects.lock(load_round.data_object.engagement_id)
    row = held_round(load_round, version)
    if not is_withdrawable(state_of(row)):
        raise DomainError(_("Only a round that repeats the one before it, with nothing in it, can be deleted."))
    data = {"name": row.data_object.name, "round": row.number, "mapping": row.mapping.version}
    _audit(actor, "load_round.deleted", row.data_object, data)
    row.delete()


def follow_mapping(
    actor: User, row: DataObject, current: Mapping | None, lines: Sequence[Field], reason: str
) -> LoadRound:
    """As `save_mapping`, in the caller's transaction under its lock, with the newest mapping given."""
    if len(lines) > MOST_FIELDS:
        raise DomainError(too_many_fields())
    if len({line.key for line in lines}) < len(lines):
        raise DomainError(_("Two lines map the same field of the source to the same field of the target."))
    before = fields_of(current) if current else []
    if not changes(before, lines):
        raise DomainError(_("Nothing changed in the mapping."))
    version = current.version + 1 if current else 1
    mapping = Mapping.objects.create(data_object=row, version=version, reason=reason, made_by=actor)
    MappingLine.objects.bulk_create([
        MappingLine(mapping=mapping, position=at, source_field=line.source_field, target_field=line.target_field,
                    rule=line.rule)
        for at, line in enumerate(lines)
    ])  # fmt: skip
    _audit(
        actor, "mapping.changed", row, {"name": row.name, "version": version, "reason": reason, "lines": len(lines)}
    )
    return _next_round(actor, row, mapping, newest_round(row))


def too_many_fields() -> str:
    return _("A mapping has at most %(most)s lines.") % {"most": f"{MOST_FIELDS:,}"}


def fields_of(mapping: Mapping) -> list[Field]:
    """Return the mapping's lines as plain values."""
    return [Field(line.source_field, line.target_field, line.rule) for line in mapping.lines.unscoped()]


def newest_mapping(data_object: DataObject) -> Mapping | None:
    return data_object.mappings.unscoped().order_by("-version").first()


def newest_round(data_object: DataObject) -> LoadRound | None:
    return data_object.rounds.unscoped().select_related("sign_off", "mapping").newest_first().first()


def present(data_object: DataObject) -> DataObject:
    """Return the object as it stands by now. Raises DomainError where somebody deleted it."""
    row = DataObject.objects.unscoped().select_related("engagement").filter(pk=data_object.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    return row


def held_round(load_round: LoadRound, version: int | None = None) -> LoadRound:
    """Return the round as it stands by now, to change it; the caller holds the engagement's lock.

    Raises DomainError where it was deleted, is signed or is no longer the newest, StaleError where it is not at this
    version any more.
    """
    rows = LoadRound.objects.unscoped().select_related("sign_off", "mapping", "data_object__engagement")
    row = rows.filter(pk=load_round.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if row.data_object.rounds.unscoped().filter(number__gt=row.number).exists():
        raise DomainError(_("There is a newer round by now. This one stays as it was."))
    _refuse_signed(row)
    if version is not None and version != row.version:
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    return row


def touch(row: LoadRound) -> None:
    """Note that the round, or what its text says, changed; the text that waits for a signature holds no longer.

    Raises DomainError where it is signed. Saves the whole row.
    """
    _refuse_signed(row)
    _take_back(row)
    row.version += 1
    row.save()


def _take_back(row: LoadRound) -> None:
    if row.sign_off is not None and not row.sign_off.is_signed:
        signing.supersede(row.sign_off)
        row.sign_off = None


def _refuse_signed(row: LoadRound) -> None:
    if row.is_signed:
        raise DomainError(
            _("Round %(number)s is signed and stays as it is. Open the next round to check again.")
            % {"number": row.number}
        )


def _held(data_object: DataObject, was: str) -> DataObject:
    row = present(data_object)
    if was and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    return row


def _new(engagement: Engagement) -> DataObject:
    rows = engagement.data_objects.unscoped()
    if rows.count() >= MOST_OBJECTS:
        raise DomainError(_("An engagement has at most %(most)s data objects.") % {"most": MOST_OBJECTS})
    last = rows.aggregate(last=Max("position"))["last"]
    return DataObject(engagement=engagement, position=0 if last is None else last + 1)


def _next_round(actor: User, row: DataObject, mapping: Mapping, before: LoadRound | None) -> LoadRound:
    """Open the round after this one, to count the same again: what was there stays, what arrived is to be counted."""
    if before is not None and before.sign_off is not None and not before.is_signed:
        _take_back(before)
        before.save(update_fields=["sign_off"])
    number = before.number + 1 if before else 1
    opened = LoadRound.objects.create(
        data_object=row, number=number, mapping=mapping, environment=before.environment if before else "",
        opened_by=actor,
    )  # fmt: skip
    lines = list(before.lines.unscoped().select_related("problem")) if before else []
    for line in lines:
        CountLine.objects.create(
            round=opened, position=line.position, name=line.name, kind=line.kind, unit=line.unit,
            source_value=line.source_value,
            problem=line.problem if line.problem and line.problem.is_open else None,
        )  # fmt: skip
    _audit(actor, "load_round.opened", row, {"name": row.name, "round": number, "mapping": mapping.version})
    return opened


def _told(row: DataObject) -> dict[str, Any]:
    return {"name": row.name, "source": row.source, "target": row.target, "owner": row.owner}


def _audit(actor: User, action: str, row: DataObject, data: dict[str, Any]) -> None:
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)
