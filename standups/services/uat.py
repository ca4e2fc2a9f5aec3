"""Rounds of acceptance tests: opened, staffed, and closed by a signature (E2, N2).

Every change holds the engagement, as freezing and signing do: a text that is signed says what the round said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.services import signing
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.notifications.services import cancel, enqueue
from standups.models import Cell, CellState, Tester, UatRound
from standups.services import cells
from standups.services.uat_drafting import first_cases, same_cases

MOST_TESTERS = 30
LONGEST_TESTER = 80
_WITH = ("cell__engagement__client", "cell__module", "cell__role", "cell__stage", "cell__made_live_by", "sign_off")


@transaction.atomic
def open_round(
    *, actor: User, cell: Cell, build: str = "", users: Sequence[User] = (), names: Sequence[str] = ()
) -> UatRound:
    """Open the next round of a cell, with the cases of the round before or, in the first, drafted from the module's
    functions. Testers are the client's people here (`users`, told by mail) or names alone.

    Raises DomainError where the cell is not live or gone, or a round is open; on "users" and "names" for testers who
    can't be.
    """
    require(actor, Permission.EDIT_ROLLOUT, cell.engagement)
    found = cells.held(cell)
    engagement = found.engagement
    if found.state in {CellState.NOT_STARTED, CellState.DESCOPED}:
        raise DomainError(_("This cell is not live: it is tested once it is."))
    last = found.rounds.unscoped().select_related("sign_off").newest_first().first()
    if last is not None and not last.is_signed:
        raise DomainError(_("Round %(round)s is still open: its result is not signed.") % {"round": last})
    row = UatRound.objects.create(cell=found, number=last.number + 1 if last else 1, build=build, opened_by=actor)
    _staff(row, engagement, users, names)
    cases = same_cases(last, row) if last is not None else first_cases(engagement, row)
    data = {"round": str(row), "build": build, "cases": len(cases), "testers": _told_testers(row)}
    audit_round(actor, engagement, row, "uat.opened", data)
    _tell_testers(engagement, row, actor)
    return row


@transaction.atomic
def change_round(
    *, actor: User, row: UatRound, version: int, build: str, users: Sequence[User] = (), names: Sequence[str] = ()
) -> UatRound:
    """Say anew on which build it is tested and by whom; a result that is not signed is withdrawn with it.

    Raises StaleError where somebody changed the round since `version`, DomainError where it is closed, and as
    `open_round` for the testers.
    """
    require(actor, Permission.EDIT_ROLLOUT, row.cell.engagement)
    found = changing(row, version=version)
    found.build = build
    found.save(update_fields=["build"])
    found.testers.unscoped().delete()
    _staff(found, found.cell.engagement, users, names)
    data = {"build": build, "testers": _told_testers(found)}
    audit_round(actor, found.cell.engagement, found, "uat.changed", data)
    cancel(prefix=f"uat:{found.pk}:")
    _tell_testers(found.cell.engagement, found, actor)
    return found


def held(row: UatRound) -> UatRound:
    """Return the round as it stands now, its engagement held until the transaction ends."""
    Engagement.objects.lock(row.cell.engagement_id)
    found = UatRound.objects.unscoped().select_related(*_WITH).filter(pk=row.pk).first()
    if found is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    return found


def changing(row: UatRound, *, version: int | None = None) -> UatRound:
    """Return the round, held and one version on: a result that waits for a signature is withdrawn, so that nobody signs
    what was otherwise. Runs in the caller's transaction.

    Raises DomainError where the round is signed or its cell was taken out, StaleError where `version` is not the
    round's any more.
    """
    found = held(row)
    if found.is_signed:
        raise DomainError(
            _("Round %(round)s is signed and does not change any more. Open the next one.") % {"round": found}
        )
    if found.cell.state == CellState.DESCOPED:
        raise DomainError(_("This cell was taken out of the roll-out by a change request."))
    if version is not None and version != found.version:
        words = {"round": found, "result": found.get_result_display()}
        raise StaleError(_("Round %(round)s changed meanwhile (%(result)s). Please look at it once more.") % words)
    withdraw(found)
    found.version += 1
    found.save(update_fields=["version", "result", "result_note", "sign_off"])
    return found


def withdraw(row: UatRound) -> bool:
    """Take the proposed result back on the row and let nobody sign it any more; say whether there was one. The caller
    holds the engagement and saves the row."""
    if row.sign_off is None or row.is_signed:
        return False
    signing.supersede(row.sign_off)
    row.conditions.unscoped().delete()
    row.sign_off, row.result, row.result_note = None, UatRound.Result.NONE, ""
    return True


def withdraw_open_results(cell: Cell) -> None:
    """Withdraw what waits for a signature in this cell, for whoever takes the cell out. The caller holds the
    engagement."""
    for row in (
        cell.rounds.unscoped().filter(sign_off__signed_at=None).exclude(sign_off=None).select_related("sign_off")
    ):
        withdraw(row)
        row.version += 1
        row.save(update_fields=["version", "result", "result_note", "sign_off"])


def asked_to_test(row: UatRound) -> list[User]:
    """Return the testers with an account who are still among the client's people here."""
    here = row.cell.engagement.memberships.unscoped().active().of_client().values("user_id")
    return [
        tester.user for tester in row.testers.unscoped().filter(user__in=here).select_related("user") if tester.user
    ]


def _staff(row: UatRound, engagement: Engagement, users: Sequence[User], names: Sequence[str]) -> None:
    here = set(engagement.memberships.unscoped().active().of_client().values_list("user_id", flat=True))
    if any(user.pk not in here for user in users):
        raise DomainError(_("Choose testers among the client's people here."), field="users")
    said = [name.strip() for name in names if name.strip()]
    people = sorted(users, key=lambda user: user.pk)
    shown = [_name_of(user, people) for user in people]
    known = {*shown, *(user.name for user in people)}
    twice = next((name for at, name in enumerate(said) if name in known or name in said[:at]), None)
    twice = twice or next((name for at, name in enumerate(shown) if name in shown[:at]), None)
    if twice is not None:
        raise DomainError(_("“%(name)s” stands there twice.") % {"name": twice}, field="names")
    if len(users) + len(said) > MOST_TESTERS:
        raise DomainError(_("At most %(most)s people test in one round.") % {"most": MOST_TESTERS}, field="names")
    fresh = [Tester(round=row, user=user, name=name) for user, name in zip(people, shown, strict=True)]
    Tester.objects.bulk_create([*fresh, *(Tester(round=row, name=name) for name in said)])


def _name_of(user: User, people: Sequence[User]) -> str:
    """Two people of one name are told apart by their address; where both are too long, the name is cut."""
    same = sum(other.name == user.name for other in people)
    if same == 1:
        return user.name
    address = f" ({user.email})"
    return (user.name[: max(LONGEST_TESTER - len(address), 0)] + address)[:LONGEST_TESTER]


def _told_testers(row: UatRound) -> list[str]:
    return list(row.testers.unscoped().values_list("name", flat=True))


def _tell_testers(engagement: Engagement, row: UatRound, actor: User) -> None:
    row.cell.engagement = engagement
    for user in asked_to_test(row):
        if user != actor:
            enqueue(kind="uat_open", recipient=user, payload={"round": row.pk}, dedupe_key=f"uat:{row.pk}:{user.pk}")


def audit_round(actor: User, engagement: Engagement, row: UatRound, action: str, data: dict[str, Any]) -> None:
    """Note what was done about this round."""
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=data)
