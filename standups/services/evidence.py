"""Evidence: facts with their place, their time and their hash, looked through before a client sees them.

Every change holds the problem's row, as giving an answer does: what an answer was given on can't be taken from under it.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Attachment, Engagement, Scan
from engagements.services import files
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.files import EVIDENCE_FILES, examine
from onsite.core.models import AuditEntry
from standups.looked_through import look_through, masked
from standups.models import Evidence, Problem
from standups.services.concerns import hold

Kind = Evidence.Kind
MOST_PIECES = 30


@files.storing_atomically()
def add_file(
    *,
    actor: User,
    problem: Problem,
    title: str,
    environment: str,
    taken_at: datetime,
    is_internal: bool,
    upload: UploadedFile[Any],
) -> Evidence:
    """Add a log, a screenshot or a recording. The client reads it through this row alone, once it was looked through.

    Raises DomainError on "upload" where the file can't be stored, on "taken_at" for a moment to come, and without a
    field where data stays on site or there is too much already.
    """
    require(actor, Permission.EDIT_PROBLEM, problem.engagement)
    examined = examine(upload, field="upload", kinds=EVIDENCE_FILES)
    # The engagement's lock, which storing takes, comes before the problem's: two callers queue and none deadlocks.
    Engagement.objects.lock(problem.engagement_id)
    row = _taking(actor, problem, taken_at)
    _refuse_leaving(row)
    stored = files.store(
        actor=actor, engagement=row.engagement, upload=upload, field="upload", kinds=EVIDENCE_FILES,
        is_internal=True, looked_through=True, examined=examined,
    )  # fmt: skip
    fresh = Evidence(kind=Kind.FILE, attachment=stored, sha256=stored.sha256)
    return _add(actor, row, fresh, title=title, environment=environment, taken_at=taken_at, is_internal=is_internal)


@transaction.atomic
def add_query(
    *, actor: User, problem: Problem, title: str, environment: str, taken_at: datetime, is_internal: bool, query: str,
    result: str, plan: str,
) -> Evidence:  # fmt: skip
    """Add a query with its result and its plan. Raises DomainError as `add_file`."""
    row = _taking(actor, problem, taken_at)
    _refuse_leaving(row)
    fresh = Evidence(kind=Kind.QUERY, query=query, result=result, plan=plan)
    return _add(actor, row, fresh, title=title, environment=environment, taken_at=taken_at, is_internal=is_internal)


@transaction.atomic
def add_reference(
    *, actor: User, problem: Problem, title: str, environment: str, taken_at: datetime, is_internal: bool, place: str,
    keeper: str, sha256: str,
) -> Evidence:  # fmt: skip
    """Say where on site the thing lies, who keeps it and what its hash is. Raises DomainError as `add_file`, and where
    data may leave the site: there the thing itself is the evidence."""
    row = _taking(actor, problem, taken_at)
    if not row.engagement.data_stays_on_site:
        raise DomainError(_("Data may leave this site: add the file itself, or the query with its result."))
    fresh = Evidence(kind=Kind.REFERENCE, place=place, keeper=keeper, sha256=sha256.lower())
    return _add(actor, row, fresh, title=title, environment=environment, taken_at=taken_at, is_internal=is_internal)


@transaction.atomic
def remove_evidence(*, actor: User, evidence: Evidence) -> None:
    """Take a piece out again; its file stays stored, out of the client's sight. Raises DomainError where an answer was
    given on it."""
    row, found = _held_row(actor, evidence)
    _refuse_relied_on(found)
    # The row before the chain, as a masked copy takes them: by the query, so that the entry still names the row.
    row.evidence.unscoped().filter(pk=found.pk).delete()
    _audit(actor, row, found, "evidence.removed")


@transaction.atomic
def show_evidence(*, actor: User, evidence: Evidence, is_internal: bool) -> None:
    """Mark a piece as internal, or as meant for the client. Raises DomainError where an answer was given on it."""
    row, found = _held_row(actor, evidence)
    if found.is_internal == is_internal:
        return
    if is_internal:
        _refuse_relied_on(found)
    found.is_internal = is_internal
    found.save(update_fields=["is_internal"])
    _audit(actor, row, found, "evidence.made_internal" if is_internal else "evidence.shared")


def mask_evidence(*, actor: User, evidence: Evidence) -> None:
    """Black out what was found: in the typed texts where they stand; of the file in a copy that a worker makes and that
    then takes its place (`take_masked`). The hash follows what the client will see. Raises DomainError where nothing is
    held back (any more)."""
    require(actor, Permission.EDIT_PROBLEM, evidence.problem.engagement)
    if not evidence.is_held and not evidence.is_file_held:
        raise DomainError(_("Nothing is held back here any more."))
    if evidence.is_file_held and evidence.attachment is not None:
        # A worker does it: it takes long, and the engagement's lock, never under the problem's.
        files.start_masking(actor=actor, attachment=evidence.attachment)
    if evidence.is_held:
        _mask_texts(actor, evidence)


@transaction.atomic
def release_evidence(*, actor: User, evidence: Evidence, reason: str) -> None:
    """Let the client see what is held back as it is, as the lead, with a reason that is kept. Raises DomainError on
    "reason" where none is given, and where nothing is held back (any more)."""
    require(actor, Permission.RELEASE_FILE, evidence.problem.engagement)
    # Before the problem's, as in `add_file`: releasing the file on its own page takes this one alone.
    Engagement.objects.lock(evidence.problem.engagement_id)
    row, found = _held_row(actor, evidence)
    held = [one for one in (found, found.attachment) if one is not None and one.is_held]
    if not held:
        raise DomainError(_("Nothing is held back here any more."))
    for one in held:
        files.release(actor=actor, row=one, engagement=row.engagement, reason=reason)


def take_masked(original: Attachment, copy: Attachment) -> None:
    """Let the masked copy stand where the original stood, with its hash. It runs under the engagement's lock, so it must
    not wait for a problem's. The original is still held then, and releasing it waits for that lock: no answer given
    before rests on it, and this only ever uncovers evidence."""
    Evidence.objects.filter(attachment=original).update(attachment=copy, sha256=copy.sha256)


def is_relied_on(evidence: Evidence) -> bool:
    """Whether an answer was given while the client could see this piece: then its audit entry holds the hash."""
    if not evidence.is_for_client:
        return False
    chain, target = evidence.problem.engagement.audit_chain, audit.target_of(evidence.problem)
    given = AuditEntry.objects.filter(chain=chain, target=target, action="concern.answered")
    return any(evidence.sha256 in data["evidence"] for data in given.values_list("data", flat=True))


def _taking(actor: User, problem: Problem, taken_at: datetime) -> Problem:
    require(actor, Permission.EDIT_PROBLEM, problem.engagement)
    row = hold(problem)
    if taken_at > timezone.now():
        raise DomainError(_("This moment has not come yet at the site."), field="taken_at")
    if row.evidence.count() >= MOST_PIECES:
        raise DomainError(_("At most %(most)s pieces of evidence are kept for one problem.") % {"most": MOST_PIECES})
    return row


def _refuse_leaving(problem: Problem) -> None:
    if problem.engagement.data_stays_on_site:
        raise DomainError(_("Data stays on this site: say where it lies instead of taking it along."))


def _held_row(actor: User, evidence: Evidence) -> tuple[Problem, Evidence]:
    """Return the problem, held, and the piece as it is stored by now. Raises DomainError where it was removed."""
    require(actor, Permission.EDIT_PROBLEM, evidence.problem.engagement)
    row = hold(evidence.problem)
    found = row.evidence.unscoped().select_related("attachment").filter(pk=evidence.pk).first()
    if found is None:
        raise DomainError(_("This piece of evidence was removed meanwhile."))
    found.problem = row
    return row, found


@transaction.atomic
def _mask_texts(actor: User, evidence: Evidence) -> None:
    row, found = _held_row(actor, evidence)
    if not found.is_held:
        raise DomainError(_("Nothing is held back here any more."))
    for name, text in found.texts().items():
        field: Any = Evidence._meta.get_field(name)
        setattr(found, name, masked(text)[: field.max_length])
    _look_through(found)
    if found.kind == Kind.QUERY:
        found.sha256 = hash_of(found)
    found.save(update_fields=[*Evidence.TYPED, "scan", "findings", "scanned_at", "sha256"])
    _audit(actor, row, found, "evidence.masked")


def _refuse_relied_on(evidence: Evidence) -> None:
    if is_relied_on(evidence):
        raise DomainError(
            _("The client was given an answer on this evidence: it stays, so that the answer can be checked. Add what is"
              " missing beside it.")
        )  # fmt: skip


def _add(actor: User, row: Problem, fresh: Evidence, **values: Any) -> Evidence:
    fresh.problem, fresh.added_by = row, actor
    for name, value in values.items():
        setattr(fresh, name, value)
    _look_through(fresh)
    fresh.sha256 = fresh.sha256 or hash_of(fresh)
    fresh.save()
    _audit(actor, row, fresh, "evidence.added")
    return fresh


def _look_through(evidence: Evidence) -> None:
    found = look_through(evidence.texts())
    evidence.scan = Scan.FOUND if found else Scan.CLEAN
    evidence.findings = [one.stored() for one in found]
    evidence.scanned_at = timezone.now()


def hash_of(evidence: Evidence) -> str:
    """Return the SHA-256 of a query's evidence: of what was asked, where and when, and what came back."""
    return hashlib.sha256(canonical(evidence).encode()).hexdigest()


def canonical(evidence: Evidence) -> str:
    """Return a query's evidence as JSON that is the same wherever it is written: sorted keys, no spaces, UTF-8."""
    body = {
        "environment": evidence.environment,
        "plan": evidence.plan,
        "query": evidence.query,
        "result": evidence.result,
        "taken_at": evidence.taken_at.astimezone(UTC).isoformat(),
    }
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _audit(actor: User, row: Problem, evidence: Evidence, action: str, **data: str) -> None:
    told = {"problem": row.pk, "kind": evidence.kind, "sha256": evidence.sha256, **data}
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=evidence, data=told)
