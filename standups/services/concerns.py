"""A client's doubt becomes a concern, told to whoever leads the work.

A concern goes one way round, and only through these doors:

    open ──answer_concern (replies)──▶ answered ──confirm_answer (verdicts)──▶ confirmed, solved
     ▲                                    │
     └──────────reopen_concern────────────┘  the next round's draft starts from the last text

Whatever changes a concern, its answers or its evidence holds the problem's row first: two people queue, and what the
second one does is judged by what the first one left.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.services.reminders import lead_of
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.notifications.services import enqueue
from standups.models import ConcernState, Kind, Party, Problem, Source
from standups.services.waiting import keep_wait

LONGEST_TITLE = 80


@transaction.atomic
def raise_concern(*, actor: User, engagement: Engagement, words: str) -> Problem:
    """Keep a doubt that one of the client's people has, signed in, in their own words; the same words sent twice are
    one concern while it is open."""
    require(actor, Permission.RAISE_CONCERN, engagement)
    if (twin := _said_before(engagement, words=words, said_by=actor, is_internal=False)) is not None:
        return twin
    row = _new(engagement, actor, words, said_at=timezone.now(), is_internal=False)
    row.said_by = actor
    return _keep(actor, row)


@transaction.atomic
def note_concern(
    *,
    actor: User,
    engagement: Engagement,
    words: str,
    said_by: User | None,
    said_by_name: str,
    said_at: datetime,
    is_internal: bool = False,
) -> Problem:
    """Write down a doubt that was heard outside OnSite: it says who said it and who noted it. One noted twice is one.

    Raises DomainError on "said_at" for a moment to come, on "said_by" for somebody who is not one of the client's
    people, and on "said_by_name" where nobody said it.
    """
    require(actor, Permission.EDIT_PROBLEM, engagement)
    if said_at > timezone.now():
        raise DomainError(_("This moment has not come yet at the site."), field="said_at")
    person, name = somebody_of_client(engagement, said_by, said_by_name, field="said_by")
    same = {"said_by": person, "said_by_name": name, "said_at": said_at, "is_internal": is_internal}
    twin = _said_before(engagement, words=words, **same)
    if twin is not None:
        return twin
    row = _new(engagement, actor, words, said_at=said_at, is_internal=is_internal)
    row.said_by, row.said_by_name = person, name
    return _keep(actor, row)


def somebody_of_client(
    engagement: Engagement, person: User | None, name: str, *, field: str
) -> tuple[User | None, str]:
    """Return who at the client's said something: one of its people, or a name. Raises DomainError on `field`, or on
    `field`_name where nobody did."""
    if person is None and not name:
        raise DomainError(_("Say who said it: choose the person or write a name."), field=f"{field}_name")
    if person is not None and not engagement.memberships.active().of_client().filter(user=person).exists():
        raise DomainError(_("This is not one of the client's people."), field=field)
    return person, "" if person else name


def hold(problem: Problem) -> Problem:
    """Return the problem, held until the transaction ends. Rows that point to it may still be added meanwhile."""
    rows = Problem.objects.unscoped().select_for_update(of=("self",), no_key=True)
    return rows.select_related("engagement__client").get(pk=problem.pk)


def tell(problem: Problem, *, kind: str, occasion: str, readers: set[User], actor: User) -> None:
    """Queue the message to each reader but the one whose doing it tells."""
    for reader in sorted(readers - {actor}, key=lambda user: user.pk):
        enqueue(
            kind=kind,
            recipient=reader,
            dedupe_key=f"concern:{problem.pk}:{occasion}:{reader.pk}",
            payload={"problem": problem.pk, "occasion": occasion},
        )


def leader_of(engagement: Engagement) -> User:
    """Return who answers for the work: the lead engineer, else who created the engagement."""
    return lead_of(engagement) or engagement.created_by


def title_of(words: str) -> str:
    """Return the first line of the words, cut to a title's length."""
    line = " ".join(words.strip().splitlines()[0].split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"


def _said_before(engagement: Engagement, **same: object) -> Problem | None:
    """Return the open concern that says the same: the form was sent twice. Whoever comes second waits for the first.

    `same` names who may see it, too: what the vendor noted for itself never stands in for the client's own concern.
    """
    Engagement.objects.lock(engagement.pk)
    return engagement.problems.unscoped().concerns().filter(concern_state=ConcernState.OPEN, **same).first()


def _new(engagement: Engagement, actor: User, words: str, *, said_at: datetime, is_internal: bool) -> Problem:
    said_on = timezone.localtime(said_at, engagement.zone).date()
    return Problem(
        engagement=engagement,
        title=title_of(words),
        words=words,
        kind=Kind.CONCERN,
        source=Source.CLIENT,
        concern_state=ConcernState.OPEN,
        next_step_with=Party.VENDOR,
        owner=lead_of(engagement),
        said_at=said_at,
        is_internal=is_internal,
        raised_on=min(said_on, engagement.today()),
        raised_by=actor,
    )


def _keep(actor: User, row: Problem) -> Problem:
    row.save()
    keep_wait(row, row.raised_on)
    data = {"words": row.words, "said_by": str(row.said_by or row.said_by_name)}
    audit.record(chain=row.engagement.audit_chain, actor=actor, action="concern.raised", target=row, data=data)
    readers = {leader_of(row.engagement)}
    tell(row, kind="concern_raised", occasion="raised", readers=readers, actor=actor)
    return row
