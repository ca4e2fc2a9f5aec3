"""The answer to a concern: written as a draft by the vendor's people, and given only with evidence behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Permission
from onsite.core import audit
from onsite.core.errors import DomainError, RefusedError, StaleError
from standups.models import ConcernState, Party, Problem, Remedy, Reply
from standups.services.answering import what_is_missing
from standups.services.concerns import hold, tell
from standups.services.waiting import keep_wait


@dataclass(frozen=True)
class Measure:
    """A proposed measure as it is typed."""

    text: str
    due_on: date
    party: str = Party.VENDOR.value


@transaction.atomic
def save_reply(
    *, actor: User, problem: Problem, version: int, acknowledgement: str, facts: str, measures: Sequence[Measure]
) -> Reply:
    """Keep the draft of the answer; `version` is that of the text the page showed, 0 where there was none.

    Raises StaleError where somebody else saved since, and DomainError where no answer is wanted (any more).
    """
    require(actor, Permission.EDIT_PROBLEM, problem.engagement)
    row = _wanting_an_answer(problem)
    reply = row.replies.unscoped().drafts().first()
    if (reply.version if reply else 0) != version:
        raise StaleError(_("A colleague changed this answer since you opened it. Your text is not saved yet."))
    if reply is None:
        reply = Reply(problem=row, round=next_round(row), version=0)
    reply.acknowledgement, reply.facts, reply.written_by = acknowledgement, facts, actor
    reply.version += 1
    reply.save()
    _write_measures(reply, measures)
    _audit(actor, reply, "reply.saved", {"round": reply.round, "version": reply.version})
    return reply


@transaction.atomic
def answer_concern(*, actor: User, problem: Problem, version: int) -> Reply:
    """Give the draft to the client as the answer; from then on it is the client's turn.

    Raises StaleError where the draft is not the one the page showed, and RefusedError with everything that is missing:
    a word, a secret to take out, or evidence that the client can see at this moment.
    """
    require(actor, Permission.EDIT_PROBLEM, problem.engagement)
    row = _wanting_an_answer(problem)
    reply = row.replies.unscoped().drafts().first()
    if reply is None or reply.version != version:
        raise StaleError(_("A colleague changed this answer since you opened it. Nothing was sent: read it again."))
    if missing := what_is_missing(row, reply):
        raise RefusedError(_("The client did not get this answer yet."), missing)
    now = timezone.now()
    reply.answered_by, reply.answered_at = actor, now
    reply.save(update_fields=["answered_by", "answered_at"])
    row.concern_state, row.next_step_with = ConcernState.ANSWERED, Party.CLIENT
    row.first_answered_at = row.first_answered_at or now
    row.save(update_fields=["concern_state", "next_step_with", "first_answered_at", "changed_at"])
    keep_wait(row, row.engagement.today())
    hashes = list(row.evidence.unscoped().shared().order_by("pk").values_list("sha256", flat=True))
    _audit(actor, row, "concern.answered", {"round": reply.round, "evidence": hashes})
    tell(row, kind="concern_answered", occasion=f"{reply.round}:answered", readers=asked_to_judge(row), actor=actor)
    return reply


@transaction.atomic
def tick_measure(*, actor: User, remedy: Remedy, is_done: bool) -> None:
    """Tick a measure of an answer that was given as done today, or untick it; the same measure in a draft of the next
    round is ticked with it. One that is ticked already keeps its day."""
    problem = remedy.reply.problem
    require(actor, Permission.EDIT_PROBLEM, problem.engagement)
    row = hold(problem)
    same = Remedy.objects.filter(reply__problem=row, text=remedy.text, party=remedy.party, due_on=remedy.due_on)
    on = row.engagement.today() if is_done else None
    if same.filter(done_on__isnull=is_done).update(done_on=on):
        action = "concern.measure_done" if is_done else "concern.measure_undone"
        _audit(actor, row, action, {"measure": remedy.text})


def asked_to_judge(problem: Problem) -> set[User]:
    """Return who is asked whether an answer settles the concern: whoever raised it, and the client's PM."""
    members = problem.engagement.memberships.unscoped().active().of_client().select_related("user")
    return {m.user for m in members if m.part == Part.CLIENT_PM or m.user_id == problem.said_by_id}


def next_round(problem: Problem) -> int:
    """Return the number of the round that has not begun yet."""
    newest: int | None = problem.replies.aggregate(newest=Max("round"))["newest"]
    return (newest or 0) + 1


def _wanting_an_answer(problem: Problem) -> Problem:
    row = hold(problem)
    if row.concern_state == ConcernState.OPEN:
        return row
    if row.is_concern:
        raise DomainError(_("This concern was answered meanwhile."))
    raise DomainError(_("This is no concern: it is solved, not answered."))


def _write_measures(reply: Reply, measures: Sequence[Measure]) -> None:
    """Replace the draft's measures; one that stays the same keeps its tick."""
    stood = {(row.text, row.party, row.due_on): row.done_on for row in reply.remedies.unscoped()}
    reply.remedies.unscoped().delete()
    Remedy.objects.bulk_create(
        Remedy(
            reply=reply,
            text=one.text,
            party=one.party,
            due_on=one.due_on,
            done_on=stood.get((one.text, one.party, one.due_on)),
        )
        for one in measures
    )


def _audit(actor: User, target: Problem | Reply, action: str, data: dict[str, object]) -> None:
    engagement = target.problem.engagement if isinstance(target, Reply) else target.engagement
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=target, data=data)
