"""Interviews until they are confirmed: whom, about what, and what was said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.guide import questions_for
from engagements.models import Engagement, Function, Interview, InterviewNote, MailedLink
from engagements.models.fingerprint import text_mark
from engagements.services import links
from engagements.services.reminders import mark_of
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.notifications.services import enqueue

LINK_DAYS = 30


@transaction.atomic
def save_interview(
    *,
    actor: User,
    engagement: Engagement,
    interview: Interview | None = None,
    answers: Mapping[int, str] | None = None,
    seen: Mapping[int, str] | None = None,
    functions: Collection[Function] = (),
    all_six: bool = False,
    **fields: Any,
) -> Interview:
    """Keep whom we talk to and what was said; `answers` by note, `functions` are asked about from now on.

    A change ends the link that was mailed: nobody confirms a text they did not read. `seen` holds by note the
    `text_mark` of what the page showed: two who write different answers both keep theirs, and StaleError on the note is
    raised where both wrote the same one. Raises DomainError where it was confirmed or deleted meanwhile, on "held_on"
    for a day far ahead of its time, on "user" for a stranger.
    """
    require(actor, Permission.EDIT_PREPARATION, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row = locked(engagement, interview.pk) if interview else Interview(engagement=engagement, held_by=actor)
    _check(engagement, fields["held_on"], fields["user"])
    is_new = row._state.adding
    changed = [name for name, value in fields.items() if getattr(row, name, None) != value]
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    changed += _write(row, answers or {}, seen or {})
    changed += _ask(row, functions, all_six=all_six)
    if is_new or changed:
        _take_back(row)
        record(actor, row, "interview.created" if is_new else "interview.changed", {"changed": len(changed)})
    return row


@transaction.atomic
def delete_interview(*, actor: User, interview: Interview) -> None:
    """Delete an interview with its notes. Raises DomainError where it was confirmed, or is gone."""
    require(actor, Permission.EDIT_PREPARATION, interview.engagement)
    row = locked(Engagement.objects.lock(interview.engagement_id), interview.pk)
    links.end_links(purpose=MailedLink.Purpose.CONFIRM_INTERVIEW, subject_id=row.pk)
    record(actor, row, "interview.deleted", {"person": row.person})
    row.delete()


@transaction.atomic
def send_to_confirm(*, actor: User, interview: Interview) -> None:
    """Mail the notes' link to whoever was interviewed; a link mailed before ends.

    Raises DomainError where nobody is named to mail to, nothing was noted, or it was confirmed already.
    """
    require(actor, Permission.EDIT_PREPARATION, interview.engagement)
    engagement = Engagement.objects.lock(interview.engagement_id)
    row = locked(engagement, interview.pk)
    if row.user is None:
        raise DomainError(_("Choose the person among the client's people first, or let them sign on paper."))
    refuse_empty(row)
    _take_back(row)
    token = links.create_link(
        engagement=engagement, purpose=MailedLink.Purpose.CONFIRM_INTERVIEW, subject_id=row.pk, user=row.user,
        days=LINK_DAYS,
    )  # fmt: skip
    row.sent_at = timezone.now()
    row.save(update_fields=["sent_at"])
    record(actor, row, "interview.sent", {"to": row.user_id})
    enqueue(
        kind="interview_confirm",
        recipient=row.user,
        dedupe_key=f"interview:{row.pk}:{mark_of({'': token})}",
        payload={"token": token},
    )


def locked(engagement: Engagement, pk: int) -> Interview:
    """Return the interview as it is now; the caller holds the engagement. Raises DomainError where it can't change."""
    row = engagement.interviews.unscoped().select_related("user").filter(pk=pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if row.confirmed_at is not None:
        raise DomainError(_("This interview was confirmed and does not change any more."))
    return row


def refuse_empty(row: Interview) -> None:
    """Raise DomainError where nothing was noted."""
    if not row.notes.answered().exists():
        raise DomainError(_("Nothing is noted yet: write down what was said first."))


def record(actor: User, row: Interview, action: str, data: dict[str, Any]) -> None:
    """Write what happened to an interview into the engagement's audit."""
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)


def _check(engagement: Engagement, held_on: date, user: User | None) -> None:
    if held_on > engagement.agreed_go_live_on and held_on > engagement.today():
        raise DomainError(_("This day lies after the agreed go-live day."), field="held_on")
    people = engagement.memberships.unscoped().active().of_client()
    if user is not None and not people.filter(user=user).exists():
        raise DomainError(_("%(name)s is not one of the client's people here any more.") % {"name": user.name},
                          field="user")  # fmt: skip


def _write(row: Interview, answers: Mapping[int, str], seen: Mapping[int, str]) -> list[str]:
    """Write the answers into their notes; return the questions that changed."""
    changed = []
    for note in row.notes.unscoped().filter(pk__in=answers):
        text = answers[note.pk]
        was, now, wanted = seen.get(note.pk, ""), text_mark(note.text), text_mark(text)
        if wanted in {was, now}:
            continue
        if was and was != now:
            raise StaleError(
                _("Somebody wrote here meanwhile: “%(text)s”. Bring both together, then save again.")
                % {"text": note.text},
                field=f"note_{note.pk}",
            )
        note.text = text
        note.save(update_fields=["text"])
        changed.append(note.question)
    return changed


def _ask(row: Interview, functions: Collection[Function], *, all_six: bool) -> list[str]:
    """Put the functions' questions into the interview where they are not there yet; return them."""
    known = set(row.notes.unscoped().values_list("function_id", "question"))
    asked = [
        InterviewNote(interview=row, function=function, question=question, text="")
        for function in functions
        for question in questions_for(function, all_six=all_six)
        if (function.pk, question.value) not in known
    ]
    InterviewNote.objects.bulk_create(asked)
    return [note.question for note in asked]


def _take_back(row: Interview) -> None:
    links.end_links(purpose=MailedLink.Purpose.CONFIRM_INTERVIEW, subject_id=row.pk)
    if row.sent_at is not None:
        row.sent_at = None
        row.save(update_fields=["sent_at"])
