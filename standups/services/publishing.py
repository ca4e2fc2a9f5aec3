"""Showing a day to the client, and what follows from it: undone lines go on, problem lines become tracked problems,
answers become the problems' state (`tracking`). A correction of a published day has the same effects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from standups.models import Answer, Line, StandUp
from standups.services import tracking
from standups.services.entry import carried_lines
from standups.services.merging import Answers, Lines
from standups.shown import shown_day


def publish_stand_up(*, actor: User, stand_up: StandUp, seen: str = "") -> None:
    """Show the shared lines to the client, in the same transaction with what follows from it.

    Publishing twice is one publication. `seen` is the mark of the preview the publisher looked at: raises StaleError
    where the client would see something else by now, and DomainError where the day says nothing at all.
    """
    engagement = stand_up.engagement
    require(actor, Permission.WRITE_STAND_UP, engagement)
    with transaction.atomic():
        row = StandUp.objects.unscoped().select_for_update().get(pk=stand_up.pk)
        if row.is_published:
            return
        row.engagement = engagement
        lines = list(row.lines.unscoped())
        if not lines and not row.answers.exists():
            raise DomainError(_("Write at least one line before publishing."))
        if seen and shown_day(user=actor, stand_up=row, as_client=True).mark != seen:
            raise StaleError(_("A colleague changed this day meanwhile. Please look at the preview again."))
        row.published_by, row.published_at = actor, timezone.now()
        row.save(update_fields=["published_by", "published_at"])
        carried = _carry_over(lines, row)
        solved = row.answers.unscoped().filter(answer=Answer.SOLVED).values_list("problem_id", flat=True)
        raised = tracking.raise_problems(row, lines)
        facts = {"carried": carried, "raised": raised, "solved": tracking.solve(row, list(solved))}
        _audit(actor, row, "stand_up.published", facts)


def correct(stand_up: StandUp, *, lines: Lines, answers: Answers) -> dict[str, Any]:
    """Let a correction of a published day take effect; return what the audit keeps of it."""
    solved = [row.problem_id for row in (*answers.added, *answers.changed) if row.answer == Answer.SOLVED]
    tracking.hold([*tracking.followed_by(lines), *answers.reopened, *solved])
    followed = tracking.follow_lines(lines)
    newly_undone = [line for line in lines.changed if lines.before[line.pk].is_done]
    carried = _carry_over([*newly_undone, *lines.added], stand_up)
    reopened = tracking.reopen(stand_up, answers.reopened)
    fresh = [line for line in (*lines.added, *lines.changed) if line.problem_id is None]
    # What the client had read stays in the audit; what was a line's internal words goes there with its problem only.
    words = {str(pk): old.text for pk, old in lines.before.items() if not old.is_internal}
    return {
        "read_before": words,
        "carried": carried,
        "raised": tracking.raise_problems(stand_up, fresh),
        "solved": tracking.solve(stand_up, solved),
        "reopened": reopened,
        "problems": followed,
    }


def _carry_over(lines: Iterable[Line], stand_up: StandUp) -> int:
    """What was planned for yesterday and is not done goes on today; return how many lines."""
    carried = carried_lines(lines, stand_up)
    if carried:
        positions = stand_up.lines.unscoped().order_by("-position").values_list("position", flat=True)
        last = positions.first() or 0
        for number, line in enumerate(carried, 1):
            line.position = last + number
        Line.objects.bulk_create(carried, ignore_conflicts=True)
    return len(carried)


def _audit(actor: User, stand_up: StandUp, action: str, facts: dict[str, Any]) -> None:
    data = {"day": str(stand_up.held_on), **facts}
    chain = stand_up.engagement.audit_chain
    audit.record(chain=chain, actor=actor, action=action, target=stand_up, data=data)
