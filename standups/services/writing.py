"""Writing a day: lines of several people merge, stale edits of one line keep both texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from standups.models import Attendance, StandUp
from standups.services import merging, publishing
from standups.services.entry import Conflict, Entry

EARLIEST_DAYS_AGO = 366


@dataclass
class _Done:
    """What one save did."""

    lines: merging.Lines
    answers: merging.Answers
    head: dict[str, Any] = field(default_factory=dict)
    attendance: dict[str, Any] = field(default_factory=dict)

    @property
    def conflicts(self) -> list[Conflict]:
        return self.lines.conflicts + self.answers.conflicts

    @property
    def reaches_client(self) -> bool:
        """Whether a client reads the day differently because of it."""
        return bool(self.head or self.attendance) or self.lines.reach_client or self.answers.reach_client

    def facts(self) -> dict[str, Any]:
        """What the audit keeps: counts, and the words a client had read and no longer does."""
        return self.head | self.attendance | self.lines.facts() | self.answers.facts()


def save_stand_up(*, actor: User, engagement: Engagement, day: date, entry: Entry) -> tuple[StandUp, list[Conflict]]:
    """Merge what was typed into the day's stand-up, creating the draft where nobody wrote yet.

    What the writer did not touch stays as it is stored. A line that both changed stays as well and comes back as a
    Conflict. A published day is corrected: the client sees it at once. Raises DomainError for a day that has not come
    or lies over a year back, and StaleError where the page showed a draft that was published meanwhile.
    """
    require(actor, Permission.WRITE_STAND_UP, engagement)
    check_day(engagement, day)
    with transaction.atomic():
        stand_up, is_new = _lock_day(actor, engagement, day, entry)
        if stand_up.is_published and entry.shown is not None and not entry.shown.published:
            raise StaleError(
                _("A colleague published this day meanwhile. What you save now, the client sees at once.")
            )
        done = _Done(
            lines=merging.merge_lines(actor, stand_up, entry.lines, is_new=is_new),
            answers=merging.merge_answers(actor, stand_up, entry.answers, is_new=is_new),
            head=_keep_head(stand_up, entry),
            attendance=_keep_attendance(engagement, stand_up, entry, is_new),
        )
        facts = done.facts()
        if facts or is_new:
            _finish(actor, stand_up, done, facts)
    return stand_up, done.conflicts


def may_be_written(engagement: Engagement, day: date) -> bool:
    """Say whether the day has come at the site and is at most a year ago."""
    today = engagement.today()
    return today - timedelta(days=EARLIEST_DAYS_AGO) <= day <= today


def check_day(engagement: Engagement, day: date) -> None:
    """Raise DomainError where nothing can be written on this day."""
    if day > engagement.today():
        raise DomainError(_("This day has not come yet at the site."))
    if not may_be_written(engagement, day):
        raise DomainError(_("This day lies more than a year back."))


def _lock_day(actor: User, engagement: Engagement, day: date, entry: Entry) -> tuple[StandUp, bool]:
    """Return the day's row, locked, and whether it was made just now: the unique constraint decides between two first
    writers, and the second one waits for the first."""
    fresh = {"created_by": actor, "minutes": entry.minutes, "in_writing": entry.in_writing}
    rows = StandUp.objects.unscoped().select_for_update()
    found, is_new = rows.get_or_create(engagement=engagement, held_on=day, defaults=fresh)
    found.engagement = engagement
    return found, is_new


def _keep_head(stand_up: StandUp, entry: Entry) -> dict[str, Any]:
    """Take over the length and the way it was held, each where the writer changed it; without a meeting there is no
    length, whoever noted one."""
    before = {name: getattr(stand_up, name) for name in ("in_writing", "minutes")}
    for name in before:
        mine = getattr(entry, name)
        if entry.shown is None or mine != getattr(entry.shown, name):
            setattr(stand_up, name, mine)
    if stand_up.in_writing:
        stand_up.minutes = None
    after = {name: getattr(stand_up, name) for name in before}
    return {name: [was, after[name]] for name, was in before.items() if was != after[name]}


def _keep_attendance(engagement: Engagement, stand_up: StandUp, entry: Entry, is_new: bool) -> dict[str, Any]:
    """Add and take out the people whom the writer added and took out."""
    mine = frozenset(entry.present)
    rows = () if is_new else stand_up.attendances.unscoped().values_list("membership_id", flat=True)
    stored = frozenset(rows)
    shown = stored if is_new or entry.shown is None else entry.shown.present
    gone = (shown - mine) & stored
    wanted = (mine - shown) - stored
    # Ids of another engagement's people, or of people who left, are no attendees here.
    members = engagement.memberships.unscoped().active().filter(pk__in=wanted).order_by()
    found = members.values_list("pk", flat=True) if wanted else ()
    come = [Attendance(stand_up=stand_up, membership_id=member) for member in found]
    if gone:
        stand_up.attendances.unscoped().filter(membership__in=gone).delete()
    if come:
        Attendance.objects.bulk_create(come, ignore_conflicts=True)
    return {"attendance": {"come": len(come), "gone": len(gone)}} if come or gone else {}


def _finish(actor: User, stand_up: StandUp, done: _Done, facts: dict[str, Any]) -> None:
    action = "stand_up.saved"
    if stand_up.is_published:
        action = "stand_up.corrected"
        if done.reaches_client:
            stand_up.corrected_at = timezone.now()
        facts = facts | publishing.correct(stand_up, lines=done.lines, answers=done.answers)
    if stand_up.is_published or done.head:
        stand_up.save(update_fields=["minutes", "in_writing", "corrected_at"])
    audit.record(
        chain=stand_up.engagement.audit_chain,
        actor=actor,
        action=action,
        target=stand_up,
        data={"day": str(stand_up.held_on), **facts},
    )
