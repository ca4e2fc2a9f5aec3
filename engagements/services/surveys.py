"""Asking the client how satisfied they are: what is asked, whom, until when, and the reminders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement, MailedLink, Stage, Survey, SurveyInvitation
from engagements.services import links
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.accounts.services import hash_token
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.failpoints import failpoint
from onsite.notifications.services import cancel, enqueue

REMIND_AT = time(9)
REMIND_AFTER_WORKING_DAYS = 3
USUAL_DAYS = 14
LONGEST_DAYS = 92
# The last day may be moved; the link that was mailed goes on working then.
LINK_DAYS = 2 * LONGEST_DAYS

Questions = Sequence[tuple[str, str]]


def usual_questions(engagement: Engagement) -> list[dict[str, str]]:
    """Return what a new survey starts from: the own questions of the engagement's last one."""
    last = engagement.surveys.unscoped().order_by("-pk").first()
    return list(last.questions) if last else []


@transaction.atomic
def save_survey(
    *,
    actor: User,
    engagement: Engagement,
    survey: Survey | None = None,
    closes_on: date,
    occasion: str = Survey.Occasion.CLOSING,
    stage: Stage | None = None,
    questions: Questions = (),
    was: str = "",
) -> Survey:
    """Plan a survey or change it; `questions` are (text, how it is answered). Once it was asked only its last day moves,
    and the reminders with it.

    Raises DomainError on "closes_on" for a day that has passed or is too far, on "stage" and "occasion" where that was
    asked about already, and where it is closed or gone; StaleError where somebody else changed it since the page `was`.
    """
    require(actor, Permission.ASK_SURVEY, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row = locked(engagement, survey.pk) if survey else Survey(engagement=engagement, created_by=actor)
    if survey and was and was != row.fingerprint:
        raise StaleError(_("Somebody else changed this meanwhile. Your text is below; saving again replaces theirs."))
    _refuse_closed(row)
    _refuse_day(engagement, closes_on)
    row.closes_on = closes_on
    if row.asked_at is None:
        row.occasion, row.stage = occasion, stage if occasion == Survey.Occasion.MILESTONE else None
        row.questions = [
            {"key": f"q{number}", "text": text, "kind": kind} for number, (text, kind) in enumerate(questions, 1)
        ]
        _refuse_twice(engagement, row)
    action = "survey.planned" if row._state.adding else "survey.changed"
    row.save()
    record(actor, row, action, {"about": row.occasion, "questions": row.questions, "closes_on": str(closes_on)})
    if row.is_open:
        _remind_before_the_end(row)
    return row


@transaction.atomic
def delete_survey(*, actor: User, survey: Survey) -> None:
    """Take back what was only planned. Raises DomainError where it was asked already, or is gone."""
    require(actor, Permission.ASK_SURVEY, survey.engagement)
    row = locked(Engagement.objects.lock(survey.engagement_id), survey.pk)
    if row.asked_at is not None:
        raise DomainError(_("This was asked already and stays."))
    record(actor, row, "survey.deleted", {"about": row.occasion})
    row.delete()


@transaction.atomic
def ask_survey(*, actor: User, survey: Survey, people: Collection[User], was: str = "") -> int:
    """Mail these people of the client a link each, and freeze the questions; return how many were mailed. Can be repeated
    for whoever came later: nobody who answered, or whose link still works, is asked again.

    Raises DomainError on "people" where nobody is left to ask or somebody is not of the client; without a field where the
    survey is closed, its last day has passed, or its milestone is not reached; StaleError where its questions are not those
    that the page `was` showed.
    """
    require(actor, Permission.ASK_SURVEY, survey.engagement)
    engagement = Engagement.objects.lock(survey.engagement_id)
    row = locked(engagement, survey.pk)
    _refuse_closed(row)
    if row.asked_at is None and was and was != row.fingerprint:
        raise StaleError(_("Somebody changed the questions meanwhile. Read them again before you ask."))
    if row.closes_on < engagement.today():
        raise DomainError(_("The last day for answers has passed. Choose a later one first."))
    _refuse_before_the_milestone(row)
    refuse_strangers(engagement, people)
    missing = list(askable(row).filter(pk__in=[user.pk for user in people]))
    if not missing:
        raise DomainError(_("Everybody you chose was asked already."), field="people")
    freeze(actor, row)
    for user in missing:
        SurveyInvitation.objects.unscoped().get_or_create(survey=row, user=user)
        _tell(row, user)
    record(actor, row, "survey.asked", {"of": [user.pk for user in missing], "closes_on": str(row.closes_on)})
    failpoint("survey.asked")
    return len(missing)


def askable(survey: Survey) -> QuerySet[User]:
    """Return the client's people who have neither answered nor a link that works, by name."""
    usable = MailedLink.objects.unscoped().usable().filter(purpose=MailedLink.Purpose.ANSWER_SURVEY)
    here = survey.engagement.memberships.unscoped().active().of_client()
    people = User.objects.filter(pk__in=here.values("user")).exclude(pk__in=survey.answers.unscoped().of_people())
    return people.exclude(pk__in=usable.filter(subject_id=survey.pk).values("user")).order_by("name", "pk")


@transaction.atomic
def close_survey(*, actor: User, survey: Survey) -> None:
    """Take no more answers, on paper neither. Raises DomainError where it was not asked, or is closed already."""
    require(actor, Permission.ASK_SURVEY, survey.engagement)
    row = locked(Engagement.objects.lock(survey.engagement_id), survey.pk)
    _refuse_closed(row)
    if row.asked_at is None:
        raise DomainError(_("This was not asked yet."))
    _close(actor, row)


def close_all(actor: User, engagement: Engagement) -> None:
    """Close what is still open, in the transaction that ends the engagement."""
    for row in engagement.surveys.unscoped().open():
        _close(actor, row)


def forget_person(engagement: Engagement, user: User) -> None:
    """Remind nobody who left; their links have ended with that, too. Whoever comes back can be asked anew."""
    for pk in engagement.surveys.unscoped().open().values_list("pk", flat=True):
        end_asking(pk, user)


def end_asking(survey_id: int, user: User) -> None:
    """End this person's links and reminders: they answered, or left."""
    links.end_links(purpose=MailedLink.Purpose.ANSWER_SURVEY, subject_id=survey_id, user=user)
    for kind in ("asked", "early", "last"):
        cancel(prefix=_key(survey_id, kind, user))


def freeze(actor: User, row: Survey) -> None:
    """Let the questions stand as they are from here on; the caller holds the engagement's lock."""
    if row.asked_at is None:
        row.asked_at, row.asked_by = timezone.now(), actor
        row.save(update_fields=["asked_at", "asked_by"])


def locked(engagement: Engagement, pk: int) -> Survey:
    """Return the survey as it is now; the caller holds the engagement's lock. Raises DomainError where it is gone."""
    row = engagement.surveys.unscoped().select_related("stage").filter(pk=pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    row.engagement = engagement
    return row


def refuse_strangers(engagement: Engagement, people: Collection[User]) -> None:
    """Raise DomainError on "people" where somebody is not one of the client's people here."""
    known = set(engagement.memberships.unscoped().active().of_client().values_list("user", flat=True))
    for user in people:
        if user.pk not in known:
            text = _("%(name)s is not one of the client's people here any more.") % {"name": user.name}
            raise DomainError(text, field="people")


def record(actor: User, row: Survey, action: str, data: dict[str, Any]) -> None:
    """Write what happened to a survey into the engagement's audit."""
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)


def _close(actor: User, row: Survey) -> None:
    row.closed_at = timezone.now()
    row.save(update_fields=["closed_at"])
    links.end_links(purpose=MailedLink.Purpose.ANSWER_SURVEY, subject_id=row.pk)
    cancel(prefix=f"survey:{row.pk}:")
    record(actor, row, "survey.closed", {"answers": row.answers.count()})


def _refuse_closed(row: Survey) -> None:
    if row.closed_at is not None:
        raise DomainError(_("This survey is closed."))


def _refuse_day(engagement: Engagement, closes_on: date) -> None:
    if closes_on < engagement.today():
        raise DomainError(_("This day has passed already."), field="closes_on")
    if closes_on > engagement.today() + timedelta(days=LONGEST_DAYS):
        raise DomainError(_("Choose a day within the next three months."), field="closes_on")


def _refuse_before_the_milestone(row: Survey) -> None:
    # The mail says that the stage is reached, so it must be: a client who reads otherwise doubts the rest as well.
    if row.asked_at is None and row.stage is not None and row.stage.percent < 100:
        text = _("“%(stage)s” is not reached by the plan. Set it to 100 %% there first, then ask.")
        raise DomainError(text % {"stage": row.stage})


def _refuse_twice(engagement: Engagement, row: Survey) -> None:
    if row.occasion == Survey.Occasion.MILESTONE and (row.stage is None or row.stage.engagement_id != engagement.pk):
        raise DomainError(_("Choose the milestone that was reached."), field="stage")
    others = engagement.surveys.unscoped().filter(occasion=row.occasion, stage=row.stage).exclude(pk=row.pk)
    if others.exists():
        is_closing = row.occasion == Survey.Occasion.CLOSING
        text = _("There is a survey at the end already.") if is_closing else _("There is one for this milestone.")
        raise DomainError(text, field="occasion" if is_closing else "stage")


def _tell(row: Survey, user: User) -> None:
    token = _new_link(row, user)
    key = _key(row.pk, "asked", user) + hash_token(token)[:12]
    enqueue(kind="survey_asked", recipient=user, dedupe_key=key, payload={"token": token})
    early = row.engagement.working_calendar.shift(row.engagement.today(), REMIND_AFTER_WORKING_DAYS)
    if early < _last_morning(row):
        _remind(row, user, "early", early, token)
    _remind(row, user, "last", _last_morning(row), token)


def _remind_before_the_end(row: Survey) -> None:
    """Queue the last reminders anew, with links of their own: what was mailed is known by its hash alone."""
    cancel(prefix=f"survey:{row.pk}:last:")
    waiting = row.invitations.unscoped().select_related("user").exclude(user__in=row.answers.unscoped().of_people())
    here = row.engagement.memberships.unscoped().active().of_client()
    for invitation in waiting.filter(user__in=here.values("user")):
        _remind(row, invitation.user, "last", _last_morning(row), _new_link(row, invitation.user))


def _remind(row: Survey, user: User, kind: str, day: date, token: str) -> None:
    """Queue one reminder for the morning of this day where the reader is, unless that has passed."""
    due_at = datetime.combine(day, REMIND_AT, tzinfo=user.zone)
    if due_at > timezone.now():
        key = _key(row.pk, kind, user) + hash_token(token)[:12]
        enqueue(kind="survey_reminder", recipient=user, dedupe_key=key, payload={"token": token}, due_at=due_at)


def _last_morning(row: Survey) -> date:
    return row.engagement.working_calendar.shift(row.closes_on, -1)


def _new_link(row: Survey, user: User) -> str:
    purpose = MailedLink.Purpose.ANSWER_SURVEY
    return links.create_link(engagement=row.engagement, purpose=purpose, subject_id=row.pk, user=user, days=LINK_DAYS)


def _key(survey_id: int, kind: str, user: User) -> str:
    return f"survey:{survey_id}:{kind}:{user.pk}:"
