"""The delay ledger of the closing report, as the client reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from engagements.models import Engagement
from reports.delay import EngagementDelay, MilestoneDelay, delay_of, is_published, told_of, voices_of
from reports.delay_words import Cause, Share, causes_of, return_words, shares_of
from reports.documents.delay import Delay, DelayDay, DelayMilestone, DelayShare, DelayWord
from reports.figures.delay import DelayLine
from reports.models import DelayVoice

Voices = Mapping[tuple[int, date], Sequence[DelayVoice]]


def published_delay(engagement: Engagement) -> Delay | None:
    """Return the ledger in the active language; None while it is the vendor's own, or where nothing slipped. Seven
    queries."""
    if not is_published(engagement):
        return None
    found = delay_of(engagement, for_client=True)
    if not any(row.ledger.lines for row in found.milestones):
        return None
    voices = voices_of(engagement)
    return Delay(milestones=tuple(_milestone(engagement, row, found, voices) for row in found.milestones))


def _milestone(engagement: Engagement, row: MilestoneDelay, found: EngagementDelay, voices: Voices) -> DelayMilestone:
    kept = row.ledger
    return DelayMilestone(
        title=str(row.stage),
        agreed_on=row.agreed_on,
        planned_on=row.planned_on,
        slip_days=kept.slip,
        shares=_shares(shares_of(kept.attributed, kept.unattributed, kept.slip)),
        days=tuple(
            _day(engagement, line, found, voices.get((row.stage.pk, line.arose_on), ())) for line in kept.lines
        ),
    )


def _day(engagement: Engagement, line: DelayLine, found: EngagementDelay, said: Sequence[DelayVoice]) -> DelayDay:
    told = told_of(line)
    return DelayDay(
        arose_on=line.arose_on,
        days=line.days,
        left=line.left,
        shares=_shares(shares_of(line.shares, line.unattributed, line.left)),
        causes=tuple(words for cause in causes_of(line, found.problems) for words in _causes(cause)),
        notes=return_words(line),
        said=tuple(
            DelayWord(
                name=voice.said_by.name,
                agrees=voice.stance == DelayVoice.Stance.AGREES,
                comment=voice.comment,
                on=voice.said_at.astimezone(engagement.zone).date(),
                is_stale=voice.told != told,
            )
            for voice in said
        ),
    )


def _shares(rows: Sequence[Share]) -> tuple[DelayShare, ...]:
    return tuple(DelayShare(label=row.label, days=row.words) for row in rows)


def _causes(cause: Cause) -> Iterator[str]:
    named = [problem.title for problem in cause.problems]
    for words in [*named, _("a matter on the vendor's side")] if cause.is_unnamed else named:
        yield _("%(party)s: %(problem)s") % {"party": cause.label, "problem": words}
