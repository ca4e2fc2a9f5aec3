"""What the client says of an answer: it settles the concern, or it does not. Only the client says so; the vendor writes
down, under its own name, what was said elsewhere."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from standups.models import ConcernState, Party, Problem, Remedy, Reply
from standups.services.concerns import hold, leader_of, somebody_of_client, tell
from standups.services.waiting import keep_wait

Verdict = Reply.Verdict


@transaction.atomic
def confirm_answer(*, actor: User, problem: Problem, round_seen: int) -> None:
    """Say as the client that the answer settles it; the concern is solved today.

    Raises DomainError where the answer the page showed is not the one that waits for a word.
    """
    require(actor, Permission.CONFIRM_ANSWER, problem.engagement)
    row, reply = _waiting(problem, round_seen)
    _say(reply, Verdict.CONFIRMED, by=actor)
    _settle(actor, row, reply)


@transaction.atomic
def reopen_concern(*, actor: User, problem: Problem, round_seen: int, note: str) -> None:
    """Say as the client that it is not settled, and why. Raises DomainError as `confirm_answer`, and on "note" where
    no reason is given."""
    require(actor, Permission.CONFIRM_ANSWER, problem.engagement)
    row, reply = _waiting(problem, round_seen)
    _refuse_without_words(note)
    _say(reply, Verdict.REOPENED, by=actor, note=note)
    _send_back(actor, row, reply)


@transaction.atomic
def record_verdict(
    *,
    actor: User,
    problem: Problem,
    round_seen: int,
    verdict: str,
    verdict_by: User | None,
    verdict_by_name: str,
    note: str,
) -> None:
    """Write down as the vendor what the client said of the answer outside OnSite; the page says who wrote it down.

    Raises DomainError as the two above, and on "verdict_by" or "verdict_by_name" where none of the client's people
    said it.
    """
    require(actor, Permission.EDIT_PROBLEM, problem.engagement)
    row, reply = _waiting(problem, round_seen)
    by, name = somebody_of_client(row.engagement, verdict_by, verdict_by_name, field="verdict_by")
    _refuse_without_words(note)
    _say(reply, Verdict(verdict), by=by, name=name, note=note, recorded_by=actor)
    if verdict == Verdict.CONFIRMED:
        _settle(actor, row, reply)
    else:
        _send_back(actor, row, reply)


def _waiting(problem: Problem, round_seen: int) -> tuple[Problem, Reply]:
    """Hold the problem and return it with the answer that waits for the client's word."""
    row = hold(problem)
    if row.concern_state == ConcernState.CONFIRMED:
        raise DomainError(_("This concern was confirmed as settled meanwhile."))
    reply = row.replies.unscoped().given().order_by("-round").first()
    if row.concern_state != ConcernState.ANSWERED or reply is None or reply.round != round_seen:
        raise DomainError(_("This answer is no longer the one in question. Please read how it stands now."))
    reply.problem = row
    return row, reply


def _refuse_without_words(note: str) -> None:
    if not note:
        raise DomainError(_("Say it in a few words: the next answer begins with them."), field="note")


def _say(
    reply: Reply, verdict: Reply.Verdict, *, by: User | None, name: str = "", note: str = "",
    recorded_by: User | None = None,
) -> None:  # fmt: skip
    reply.verdict, reply.verdict_at, reply.verdict_note = verdict, timezone.now(), note
    reply.verdict_by, reply.verdict_by_name, reply.verdict_recorded_by = by, name, recorded_by
    reply.save()


def _settle(actor: User, row: Problem, reply: Reply) -> None:
    row.concern_state = ConcernState.CONFIRMED
    row.solved_on = max(row.engagement.today(), row.raised_on)
    row.save(update_fields=["concern_state", "solved_on", "changed_at"])
    keep_wait(row, row.solved_on)
    _audit(actor, row, "concern.confirmed", reply)


def _send_back(actor: User, row: Problem, reply: Reply) -> None:
    """Open the concern again; the next round's draft starts from what was said."""
    row.concern_state, row.next_step_with = ConcernState.OPEN, Party.VENDOR
    row.save(update_fields=["concern_state", "next_step_with", "changed_at"])
    keep_wait(row, row.engagement.today())
    _begin_next_round(reply)
    _audit(actor, row, "concern.reopened", reply)
    readers = {leader_of(row.engagement), *([reply.answered_by] if reply.answered_by else [])}
    tell(row, kind="concern_reopened", occasion=f"{reply.round}:reopened", readers=readers, actor=actor)


def _begin_next_round(reply: Reply) -> None:
    fresh = Reply.objects.create(
        problem=reply.problem,
        round=reply.round + 1,
        acknowledgement=reply.acknowledgement,
        facts=reply.facts,
        written_by=reply.written_by,
    )
    Remedy.objects.bulk_create(
        Remedy(reply=fresh, text=old.text, party=old.party, due_on=old.due_on, done_on=old.done_on)
        for old in reply.remedies.unscoped()
    )


def _audit(actor: User, row: Problem, action: str, reply: Reply) -> None:
    data = {
        "round": reply.round,
        "note": reply.verdict_note,
        "by": str(reply.verdict_by or reply.verdict_by_name),
        "recorded": reply.verdict_recorded_by is not None,
    }
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)
