"""What the client says of the delay ledger: each of its people who may answers each line once, and may say it anew."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement, Stage
from engagements.models.fingerprint import text_mark
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.notifications.services import enqueue
from reports.delay import delay_of, is_published, mark_of, told_of
from reports.models import DelayVoice
from standups.services.concerns import leader_of

Stance = DelayVoice.Stance


@transaction.atomic
def say(
    *, actor: User, engagement: Engagement, stage: Stage, arose_on: date, stance: str, comment: str, mark: str
) -> DelayVoice:
    """Keep what this person says of one line, in place of what they said before; the lead is told of an objection.

    `mark` is that of the line as the page showed it. Raises StaleError where it says something else by now, and
    DomainError where there is no such line to read any more, and on "comment" for an objection without words.
    """
    require(actor, Permission.ANSWER_DELAY, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    milestone = delay_of(engagement, for_client=True).milestone(stage.pk) if is_published(engagement) else None
    line = milestone.line(arose_on) if milestone else None
    if line is None:
        raise DomainError(_("This line is no longer in the ledger that you may read."))
    if mark_of(line) != mark:
        raise StaleError(
            _("This line changed since you opened the page. Read it again; what you wrote is still here.")
        )
    if stance == Stance.OBJECTS and not comment:
        raise DomainError(_("Say what you see differently: it stands beside the line."), field="comment")
    own = {"stage": stage, "arose_on": arose_on, "said_by": actor}
    row = DelayVoice.objects.unscoped().filter(**own).first() or DelayVoice(engagement=engagement, **own)
    said = {"stance": stance, "comment": comment, "told": told_of(line)}
    if row.pk is not None and all(getattr(row, name) == value for name, value in said.items()):
        return row
    before = [row.stance, row.comment]
    for name, value in said.items():
        setattr(row, name, value)
    row.said_at = timezone.now()
    row.save()
    data = {"stage": stage.kind, "day": str(arose_on), **said, "before": before if any(before) else None}
    audit.record(chain=engagement.audit_chain, actor=actor, action=f"delay.{stance}", target=row, data=data)
    if stance == Stance.OBJECTS:
        _tell(row, leader_of(engagement))
    return row


def _tell(row: DelayVoice, lead: User) -> None:
    """Tell who answers for the work; other words are another message."""
    said = text_mark(row.comment)
    enqueue(
        kind="delay_objected",
        recipient=lead,
        dedupe_key=f"delay:{row.pk}:{said[:16]}:{lead.pk}",
        payload={"voice": row.pk, "said": said},
    )
