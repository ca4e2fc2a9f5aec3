"""Feedback on a training session: given by the learner, or noted from a paper form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from training.models import Enrolment, Feedback, Learner

MAY_CHANGE = timedelta(days=7)


@transaction.atomic
def give_feedback(
    *, learner: Learner, enrolment: Enrolment, useful: int, clear: int, able: int, remark: str
) -> Feedback:
    """Keep what a learner says of a session they attended; they may change it for a week. Who said it stands in no audit.

    Raises DomainError where they did not attend, and once the week is over or the engagement has ended.
    """
    engagement = Engagement.objects.lock(learner.role.engagement_id)
    row = _attended(engagement, enrolment)
    if row.learner_id != learner.pk:
        raise DomainError(_("This is another person's form."))
    given = Feedback.objects.unscoped().filter(enrolment=row).first()
    if refusal := why_not(engagement, given):
        raise DomainError(refusal)
    answers: dict[str, Any] = {"useful": useful, "clear": clear, "able": able, "remark": remark, "noted_by": None}
    if given is None:
        given = Feedback.objects.create(enrolment=row, **answers)
        audit.record(chain=engagement.audit_chain, actor=None, action="feedback.given", target=row.session, data={})
    else:
        if given.noted_by_id is not None:
            # It is theirs from now on, the newest of those given: in an older one's place it would show by itself.
            answers["given_at"] = timezone.now()
        Feedback.objects.filter(pk=given.pk).update(**answers)
    return Feedback.objects.unscoped().get(pk=given.pk)


@transaction.atomic
def note_feedback(*, actor: User, enrolment: Enrolment, useful: int, clear: int, able: int, remark: str) -> Feedback:
    """Write down a paper form. Raises DomainError on "enrolment" where this person did not attend, or gave their answers
    already, themselves or on paper."""
    require(actor, Permission.EDIT_TRAINING, enrolment.session.engagement)
    engagement = Engagement.objects.lock(enrolment.session.engagement_id)
    row = _attended(engagement, enrolment)
    if Feedback.objects.filter(enrolment=row).exists():
        raise DomainError(_("There is feedback of this person already."), field="enrolment")
    given = Feedback.objects.create(
        enrolment=row, useful=useful, clear=clear, able=able, remark=remark, noted_by=actor
    )
    audit.record(chain=engagement.audit_chain, actor=actor, action="feedback.noted", target=row.session, data={})
    return given


def why_not(engagement: Engagement, given: Feedback | None) -> str:
    """Return in a sentence why a learner who attended can't give feedback, or change what they gave; "" where they can."""
    if not engagement.is_running:
        return _("The engagement has ended: feedback is not taken any more.")
    if given is not None and not may_change(given):
        return _("You gave your feedback more than a week ago: it stays as it is.")
    return ""


def may_change(given: Feedback) -> bool:
    """Say whether the learner may still change it: what was noted from paper is theirs to mend too."""
    return timezone.now() - given.given_at <= MAY_CHANGE


def _attended(engagement: Engagement, enrolment: Enrolment) -> Enrolment:
    rows = Enrolment.objects.unscoped().attended().filter(session__engagement=engagement)
    row = rows.select_related("session", "learner").filter(pk=enrolment.pk).first()
    if row is None:
        raise DomainError(_("Feedback is given by those who were there, once the session was held."))
    return row
