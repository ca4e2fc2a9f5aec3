"""What is tried in a round: added, reworded, taken out. Numbers stay: people say “case 7” to each other."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from engagements.models import Attachment, Function
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import search
from onsite.core.errors import DomainError, StaleError
from standups.models import CaseEvidence, UatCase, UatRound
from standups.services.uat import audit_round, changing
from standups.services.uat_drafting import MOST_CASES


@transaction.atomic
def add_case(
    *, actor: User, row: UatRound, title: str, steps: str, expected: str, function: Function | None = None
) -> UatCase:
    """Add a case at the end. Raises DomainError where the round is closed or full, on "function" for a foreign one."""
    require(actor, Permission.EDIT_ROLLOUT, row.cell.engagement)
    found = changing(row)
    refuse_foreign(found, function)
    if found.cases.unscoped().count() >= MOST_CASES:
        raise DomainError(_("At most %(most)s cases are tested in one round.") % {"most": MOST_CASES})
    case = UatCase.objects.create(
        round=found, number=next_number(found), title=title, steps=steps, expected=expected, function=function
    )
    audit_round(actor, found.cell.engagement, found, "uat.case_added", {"number": case.number, "title": title})
    return case


@transaction.atomic
def change_case(
    *,
    actor: User,
    case: UatCase,
    version: int,
    title: str,
    steps: str,
    expected: str,
    function: Function | None = None,
) -> UatCase:
    """Reword a case; its result and what shows it stand for the old words and are taken away with them where they change.

    Raises StaleError with what stands there by now where somebody changed it since `version`, DomainError where the
    round is closed, the case was deleted, or on "function" for a foreign one.
    """
    require(actor, Permission.EDIT_ROLLOUT, case.round.cell.engagement)
    found = changing(case.round)
    row = current(found, case)
    refuse_foreign(found, function)
    if row.version != version and (row.title, row.steps, row.expected) != (title, steps, expected):
        now = {"title": row.title, "expected": row.expected}
        text = _(
            "Meanwhile a colleague changed this to: %(title)s · expected: %(expected)s. Save again to keep yours."
        )
        raise StaleError(text % now, field="title")
    was, hashes = [row.title, row.steps, row.expected], []
    if was != [title, steps, expected]:
        forget_result(row)
        hashes = drop_evidence(row.evidence.unscoped())
    row.title, row.steps, row.expected, row.function = title, steps, expected, function
    row.version += 1
    row.save()
    data = {"number": row.number, "was": was, "is": [title, steps, expected], "evidence": hashes}
    audit_round(actor, found.cell.engagement, found, "uat.case_changed", data)
    return row


@transaction.atomic
def delete_case(*, actor: User, case: UatCase) -> None:
    """Take a case out with its result and what shows it; the others keep their numbers. Raises DomainError where the
    round is closed."""
    require(actor, Permission.EDIT_ROLLOUT, case.round.cell.engagement)
    found = changing(case.round)
    row = current(found, case)
    hashes = drop_evidence(row.evidence.unscoped())
    data = {"number": row.number, "title": row.title, "result": row.outcome, "note": row.note, "evidence": hashes}
    row.delete()
    audit_round(actor, found.cell.engagement, found, "uat.case_deleted", data)


def current(row: UatRound, case: UatCase) -> UatCase:
    """Return the case as it is stored by now. Raises DomainError where it was deleted."""
    stored = row.cases.unscoped().select_related("recorded_by", "problem", "function").filter(pk=case.pk).first()
    if stored is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    stored.round = row
    return stored


def forget_result(case: UatCase) -> None:
    """Make the case untested, on the row."""
    case.outcome, case.note, case.tested_by_name = UatCase.Outcome.NONE, "", ""
    case.tested_at = case.recorded_by = None


def drop_evidence(rows: QuerySet[CaseEvidence]) -> list[str]:
    """Take files away from their cases and return their hashes; they stay stored, out of the client's sight. The caller
    holds the engagement: a masked copy may have taken a file's place until then."""
    found = list(rows.select_related("attachment"))
    Attachment.objects.filter(pk__in=[one.attachment_id for one in found]).update(is_internal=True)
    search.update(*(one.attachment for one in found))
    CaseEvidence.objects.filter(pk__in=[one.pk for one in found]).delete()
    return [one.attachment.sha256 for one in found]


def next_number(row: UatRound) -> int:
    """Return the number after the highest ever given that is still there."""
    return (row.cases.unscoped().aggregate(last=Max("number"))["last"] or 0) + 1


def refuse_foreign(row: UatRound, function: Function | None) -> None:
    """Raise DomainError on "function" where it is another engagement's."""
    if function is not None and function.engagement_id != row.cell.engagement_id:
        raise DomainError(_("What is linked must belong to this engagement."), field="function")
