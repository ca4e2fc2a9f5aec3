"""What a test showed: recorded by the tester, or by a vendor person in the tester's name; once, never over another's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from engagements.models import Attachment, Engagement
from engagements.services import files
from onsite.accounts.access import can
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.files import SCANS, examine
from standups.models import CaseEvidence, Condition, Kind, Problem, Severity, Source, UatCase, UatRound
from standups.services.uat import audit_round, changing, held
from standups.services.uat_cases import current, drop_evidence, forget_result
from standups.services.waiting import keep_wait

MOST_FILES = 10
NEEDS_WORDS = frozenset({UatCase.Outcome.FAIL, UatCase.Outcome.BLOCKED})


@files.storing_atomically()
def record_result(
    *,
    actor: User,
    case: UatCase,
    outcome: str,
    version: int,
    note: str = "",
    tested_by_name: str = "",
    raise_problem: bool = True,
    evidence: Sequence[UploadedFile[Any]] = (),
) -> UatCase:
    """Record how a case came out; "" takes a result back. A client person tests in their own name.

    What failed or is blocked becomes a problem with `raise_problem`, unless one from this case is open already that the
    actor can see.
    Raises StaleError with what another person recorded since `version`; DomainError where the round is closed, on
    "note" where a failure is not described, on "tested_by_name" where a vendor person does not say who tested, and on
    "evidence" for files that can't be stored.
    """
    require_tester(actor, case.round.cell.engagement)
    for upload in evidence:
        # Read before the lock is taken: a photo may be large and a phone slow.
        examine(upload, field="evidence", kinds=SCANS)
    tester = actor.name if actor.is_client else tested_by_name.strip()
    row = current(held(case.round), case)
    if _is_same(row, outcome, note, tester) and not evidence:
        return row
    found = changing(case.round)
    row.round = found
    _refuse_stale(row, version, outcome, note)
    _check(outcome, note, tester)
    record(row, actor, outcome, note, tester)
    if raise_problem and outcome in NEEDS_WORDS:
        row.problem = open_problem(row, actor) or raise_problem_of(actor, row)
    row.save()
    _keep(actor, row, evidence)
    data = {"case": row.number, "outcome": outcome, "note": note, "tested_by": tester, "files": len(evidence)}
    audit_round(actor, found.cell.engagement, found, "uat.result_recorded", data)
    return row


@transaction.atomic
def remove_evidence(*, actor: User, evidence: CaseEvidence) -> None:
    """Take a file away from a case of an open round; it stays stored, out of the client's sight. Raises DomainError
    where the round is closed or it was removed already."""
    engagement = evidence.case.round.cell.engagement
    require_tester(actor, engagement)
    if actor.is_client and evidence.added_by_id != actor.pk:
        raise DomainError(_("Only the person who added this file can take it away."))
    found = changing(evidence.case.round)
    hashes = drop_evidence(CaseEvidence.objects.unscoped().filter(pk=evidence.pk))
    if not hashes:
        raise DomainError(_("Somebody deleted this meanwhile."))
    data = {"case": evidence.case.number, "sha256": hashes[0]}
    audit_round(actor, engagement, found, "uat.evidence_removed", data)


def take_masked(original: Attachment, copy: Attachment) -> None:
    """Let the masked copy stand where the original stood. It runs under the engagement's lock."""
    CaseEvidence.objects.filter(attachment=original).update(attachment=copy)
    Condition.objects.filter(proof_file=original).update(proof_file=copy)


def require_tester(actor: User, engagement: Engagement) -> None:
    """Raise PermissionDenied for all who neither test nor write down what was tested."""
    if not (can(actor, Permission.TEST, engagement) or can(actor, Permission.EDIT_ROLLOUT, engagement)):
        raise PermissionDenied


def _is_same(row: UatCase, outcome: str, note: str, tester: str) -> bool:
    """Whether exactly this is recorded already: a button pressed twice."""
    return bool(outcome) and (row.outcome, row.note, row.tested_by_name) == (outcome, note, tester)


def _refuse_stale(row: UatCase, version: int, outcome: str, note: str) -> None:
    if row.version == version:
        return
    if row.outcome == UatCase.Outcome.NONE:
        text = _("Meanwhile this case was changed: %(title)s. Please read it again; what you wrote is still here.")
        raise StaleError(text % {"title": row.title}, field="note")
    words = {"name": row.tested_by_name, "outcome": row.get_outcome_display(), "note": row.note or "—"}
    text = _(
        "Meanwhile %(name)s recorded: %(outcome)s, %(note)s. What you wrote is still here; record again to replace it."
    )
    raise StaleError(text % words, field="note")


def _check(outcome: str, note: str, tester: str) -> None:
    if outcome in NEEDS_WORDS and not note.strip():
        raise DomainError(_("Say in a few words what was seen instead."), field="note")
    if outcome and not tester:
        raise DomainError(_("Say who tested it: a vendor person only writes it down."), field="tested_by_name")


def record(row: UatCase, actor: User, outcome: str, note: str, tester: str) -> None:
    forget_result(row)
    row.version += 1
    if outcome:
        row.outcome, row.note, row.tested_by_name = outcome, note, tester
        row.tested_at, row.recorded_by = timezone.now(), actor


def open_problem(row: UatCase, actor: User) -> Problem | None:
    """Return the case's open problem, unless it is kept from this actor: what a client saw is never lost in it."""
    problem = row.problem
    if problem is None or not problem.is_open or (problem.is_internal and actor.is_client):
        return None
    return problem


def raise_problem_of(actor: User, row: UatCase) -> Problem:
    """A tester may not edit problems, but what a test showed is one: it is raised through the result alone."""
    engagement = row.round.cell.engagement
    seen = Truncator(row.note).chars(250)
    problem = Problem.objects.create(
        engagement=engagement, title=_("%(case)s: %(seen)s") % {"case": row.title, "seen": seen}, severity=Severity.MAJOR, source=Source.UAT,
        kind=Kind.FUNCTION, symptom=row.note, raised_on=engagement.today(), raised_by=actor,
    )  # fmt: skip
    keep_wait(problem, problem.raised_on)
    if row.function is not None:
        problem.functions.add(row.function)
    data = {"title": problem.title, "round": str(row.round), "case": row.number}
    audit.record(chain=engagement.audit_chain, actor=actor, action="problem.raised", target=problem, data=data)
    return problem


def _keep(actor: User, row: UatCase, evidence: Sequence[UploadedFile[Any]]) -> None:
    if row.evidence.unscoped().count() + len(evidence) > MOST_FILES:
        raise DomainError(_("At most %(most)s files are kept for one case.") % {"most": MOST_FILES}, field="evidence")
    for upload in evidence:
        stored = files.store(
            actor=actor, engagement=row.round.cell.engagement, upload=upload, field="evidence", kinds=SCANS,
            is_internal=False, looked_through=True,
        )  # fmt: skip
        CaseEvidence.objects.create(case=row, attachment=stored, added_by=actor)


def next_untested(row: UatRound, number: int) -> UatCase | None:
    """Return the untested case after this number, else the first one; None where everything is tested."""
    rows = row.cases.unscoped().open().order_by("number")
    return rows.filter(number__gt=number).first() or rows.first()
