"""What the vendor owes people at the clients' today: an answer, thanks, a file let through. Fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from engagements.models import HELD, Attachment, Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import PART_PERMISSIONS, ROLE_PERMISSIONS, Permission, Role
from standups.first_answers import Wait, wait_between
from standups.models import Comment, Evidence, Idea, Problem

MOST_ROWS = 8
REMARK_DAYS = 14


@dataclass(frozen=True)
class WaitingConcern:
    """A concern without an answer, or whose answer was sent back, and for how long."""

    problem: Problem
    wait: Wait


@dataclass(frozen=True)
class HeldBack:
    """A file or a query that clients don't get before somebody masked or released it."""

    name: str
    reason: str
    engagement: Engagement
    url: str


@dataclass(frozen=True)
class Owed:
    """Each list holds the first few, its count all. `remarks` are the client's words on a published day that nobody of
    the vendor's replied to; `held` is only for whoever may release it."""

    concerns: list[WaitingConcern]
    concern_count: int
    ideas: list[Idea]
    idea_count: int
    remarks: list[Comment]
    remark_count: int
    held: list[HeldBack]
    held_count: int

    def __bool__(self) -> bool:
        return bool(self.concerns or self.ideas or self.remarks or self.held)

    @property
    def wide(self) -> str:
        """The name of the list whose card takes the whole width, "" where all stand in pairs."""
        names = [name for name in ("concerns", "ideas", "remarks", "held") if getattr(self, name)]
        return names[0] if len(names) % 2 else ""


def load_owed(user: User, engagements: dict[int, Engagement]) -> Owed:
    """Return what is owed in these engagements, as far as this person may see and do it."""
    concerns, ideas = _concerns(user, engagements), _ideas(user, engagements)
    remarks, held = _remarks(user, engagements), _held(user, engagements)
    return Owed(
        concerns[:MOST_ROWS], len(concerns), ideas[:MOST_ROWS], len(ideas), remarks[:MOST_ROWS], len(remarks),
        held[:MOST_ROWS], len(held),
    )  # fmt: skip


def _concerns(user: User, engagements: dict[int, Engagement]) -> list[WaitingConcern]:
    """The one that has waited longest first."""
    rows = Problem.objects.visible_to(user).unanswered().filter(engagement__in=engagements)
    found = []
    for row in rows:
        row.engagement = engagements[row.engagement_id]
        since: datetime = row.waits_since  # type: ignore[attr-defined]  # annotated by unanswered()
        wait = wait_between(since, timezone.now(), row.engagement.working_calendar, row.engagement.zone)
        found.append(WaitingConcern(row, wait))
    return found


def _ideas(user: User, engagements: dict[int, Engagement]) -> list[Idea]:
    rows = Idea.objects.visible_to(user).unsettled().filter(engagement__in=engagements).with_people()
    found = list(rows.order_by("said_on", "pk"))
    for row in found:
        row.engagement = engagements[row.engagement_id]
    return found


def _remarks(user: User, engagements: dict[int, Engagement]) -> list[Comment]:
    """What the client said in the last two weeks, the newest first, where none of ours spoke after it."""
    ours = Comment.objects.unscoped().exclude(author__role=Role.CLIENT)
    replied = ours.filter(stand_up=OuterRef("stand_up"), pk__gt=OuterRef("pk"))
    rows = Comment.objects.visible_to(user).filter(
        stand_up__engagement__in=engagements,
        author__role=Role.CLIENT,
        at__gte=timezone.now() - timedelta(days=REMARK_DAYS),
    )
    found = list(rows.exclude(Exists(replied)).select_related("stand_up", "author").order_by("-at", "-pk"))
    for row in found:
        row.stand_up.engagement = engagements[row.stand_up.engagement_id]
    return found


def _held(user: User, engagements: dict[int, Engagement]) -> list[HeldBack]:
    """Files, then what stands in evidence itself, in the engagements where this person may release it. Nobody waits for
    what is internal, nor for the file of evidence that was taken out again."""
    mine = _may_release(user, engagements)
    meant = Evidence.objects.visible_to(user).filter(is_internal=False, problem__is_internal=False)
    shows = Exists(meant.filter(attachment=OuterRef("pk")))
    files = Attachment.objects.visible_to(user).held().filter(Q(is_internal=False) | shows, engagement__in=mine)
    files = files.defer("findings", "text_excerpt").order_by("uploaded_at", "pk")
    texts = meant.filter(problem__engagement__in=mine, scan__in=HELD)
    return [
        *(
            HeldBack(
                row.name, row.get_scan_display(), engagements[row.engagement_id],
                reverse("engagements:file", args=[row.engagement_id, row.pk]),
            )
            for row in files
        ),
        *(
            HeldBack(
                row.title, row.get_scan_display(), engagements[row.problem.engagement_id],
                reverse("standups:evidence", args=[row.problem.engagement_id, row.pk]),
            )
            for row in texts.select_related("problem").order_by("added_at", "pk")
        ),
    ]  # fmt: skip


def _may_release(user: User, engagements: dict[int, Engagement]) -> list[int]:
    if Permission.RELEASE_FILE in ROLE_PERMISSIONS[Role(user.role)]:
        return list(engagements)
    parts = {part for part, allowed in PART_PERMISSIONS.items() if Permission.RELEASE_FILE in allowed}
    return [pk for pk, engagement in engagements.items() if engagement.parts_of(user) & parts]
