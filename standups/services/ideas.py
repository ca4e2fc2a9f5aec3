"""Ideas of the client's people: noted, thanked for, brought to an outcome, and the outcome told back (E3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import ChangeRequest, Engagement
from engagements.services import changes
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.notifications.services import enqueue
from standups.models import Idea

Outcome = Idea.Outcome


@transaction.atomic
def suggest_idea(*, actor: User, engagement: Engagement, title: str, words: str = "") -> Idea:
    """Keep an idea of one's own, today at the site; the same one twice is one."""
    require(actor, Permission.RAISE_CONCERN, engagement)
    return _keep(actor, engagement, title=title, words=words, said_by=actor, said_on=engagement.today())


@transaction.atomic
def note_idea(
    *,
    actor: User,
    engagement: Engagement,
    title: str,
    words: str = "",
    said_by: User | None = None,
    said_by_name: str = "",
    said_on: date,
) -> Idea:
    """Note an idea that one of the client's people had; the same one twice is one.

    Raises DomainError on "said_by" for somebody who is not of the client's people here, on "said_by_name" where it is
    nobody's or two people's, on "said_on" for a day to come.
    """
    require(actor, Permission.EDIT_PROBLEM, engagement)
    if (
        said_by is not None
        and not engagement.memberships.unscoped().active().of_client().filter(user=said_by).exists()
    ):
        raise DomainError(_("This person is not one of the client's people here."), field="said_by")
    if (said_by is None) == (not said_by_name):
        raise DomainError(_("Say whose idea it is: choose the person, or write the name."), field="said_by_name")
    if said_on > engagement.today():
        raise DomainError(_("This day has not come yet at the site."), field="said_on")
    return _keep(
        actor, engagement, title=title, words=words, said_by=said_by, said_by_name=said_by_name, said_on=said_on
    )


@transaction.atomic
def thank_for_idea(*, actor: User, idea: Idea, thanks: str) -> Idea:
    """Thank whoever had it, once; they read it by mail if they have an account.

    Raises DomainError where somebody has thanked for it already.
    """
    require(actor, Permission.EDIT_PROBLEM, idea.engagement)
    row = _locked(idea)
    if row.thanked_by is not None:
        raise DomainError(_("%(name)s has already thanked for this idea.") % {"name": row.thanked_by.name})
    row.thanks, row.thanked_by, row.thanked_at = thanks, actor, timezone.now()
    row.save()
    _audit(actor, row, "idea.thanked", {"thanks": thanks})
    reader = _reader(row)
    if reader is not None:
        enqueue(kind="idea_thanked", recipient=reader, dedupe_key=f"idea:{row.pk}:thanked", payload={"idea": row.pk})
    return row


@transaction.atomic
def answer_idea(*, actor: User, idea: Idea, answer: str) -> Idea:
    """Say what becomes of it. Whoever had it is mailed at once; a person without an account has to be told.

    Raises DomainError where it has an outcome already.
    """
    require(actor, Permission.EDIT_PROBLEM, idea.engagement)
    row = _open(idea)
    row.answer = answer
    _decide(actor, row, Outcome.ANSWERED)
    _audit(actor, row, "idea.answered", {"answer": answer})
    _tell_back(actor, row)
    return row


@transaction.atomic
def turn_into_change(*, actor: User, idea: Idea, **fields: Any) -> ChangeRequest:
    """Raise the change request that the idea becomes, with the fields of `changes.save_change`, and link the two.

    Raises DomainError where it has an outcome already, and as `changes.save_change`.
    """
    require(actor, Permission.EDIT_GOALS, idea.engagement)
    row = _open(idea)
    row.change = changes.save_change(actor=actor, engagement=row.engagement, **fields)
    _decide(actor, row, Outcome.CHANGE)
    _audit(actor, row, "idea.became_change", {"change": row.change.number})
    return row.change


@transaction.atomic
def reopen_idea(*, actor: User, idea: Idea) -> None:
    """Take its outcome back; a change request that it became stays, on its own.

    Raises DomainError where somebody was told already, or its change request is decided.
    """
    require(actor, Permission.EDIT_PROBLEM, idea.engagement)
    row = _locked(idea)
    if row.is_open:
        return
    if not row.may_be_reopened:
        raise DomainError(_("Its outcome was told or decided meanwhile and can't be taken back any more."))
    was = {"outcome": row.outcome, "answer": row.answer, "change": row.change.number if row.change else 0}
    row.outcome, row.answer, row.change = Outcome.NONE, "", None
    row.decided_by, row.decided_at = None, None
    row.save()
    _audit(actor, row, "idea.reopened", was)


@transaction.atomic
def mark_told(*, actor: User, idea: Idea) -> None:
    """Note that whoever had it was told the outcome in person. Once: a second time changes nothing.

    Raises DomainError where there is nothing to tell yet.
    """
    require(actor, Permission.EDIT_PROBLEM, idea.engagement)
    row = _locked(idea)
    if not row.news:
        raise DomainError(_("Nothing is decided yet: tell the person once it is."))
    if row.told_at is None:
        _mark_told(actor, row)
        _audit(actor, row, "idea.told", {"outcome": row.news})


def follow_change(actor: User, change: ChangeRequest) -> None:
    """Tell whoever had the idea what was decided on the change request it became. A decision that was withdrawn counts
    as not told. Runs in the change's own transaction, under the engagement's lock."""
    row = Idea.objects.unscoped().select_related("engagement", "said_by", "change").filter(change=change).first()
    if row is None:
        return
    if row.news:
        _tell_back(actor, row)
    else:
        Idea.objects.filter(pk=row.pk).update(told_at=None, told_by=None)


def _keep(actor: User, engagement: Engagement, **fields: Any) -> Idea:
    """Return the new idea, or the open one of the same words, person and day: a form that was sent twice."""
    Engagement.objects.lock(engagement.pk)
    same = engagement.ideas.unscoped().open().filter(noted_by=actor, **fields).first()
    if same is not None:
        return same
    row = Idea.objects.create(engagement=engagement, noted_by=actor, **fields)
    _audit(actor, row, "idea.noted", {"title": row.title, "person": row.person, "on": str(row.said_on)})
    return row


def _locked(idea: Idea) -> Idea:
    """Return the idea as it stands now, held with its engagement until the transaction ends."""
    Engagement.objects.lock(idea.engagement_id)
    return Idea.objects.unscoped().with_people().select_related("engagement").get(pk=idea.pk)


def _open(idea: Idea) -> Idea:
    row = _locked(idea)
    if not row.is_open:
        raise DomainError(_("Somebody decided on this meanwhile: %(decision)s.")
                          % {"decision": row.get_outcome_display()})  # fmt: skip
    return row


def _decide(actor: User, row: Idea, outcome: Outcome) -> None:
    row.outcome, row.decided_by, row.decided_at = outcome, actor, timezone.now()
    row.save()


def _tell_back(actor: User, row: Idea) -> None:
    """Mail the outcome, one mail for each; without a reader a person of the vendor's has to tell it."""
    reader = _reader(row)
    if reader is None:
        return
    enqueue(
        kind="idea_outcome",
        recipient=reader,
        dedupe_key=f"idea:{row.pk}:{row.news}",
        payload={"idea": row.pk, "news": row.news},
    )
    _mark_told(actor, row)


def _mark_told(actor: User, row: Idea) -> None:
    Idea.objects.filter(pk=row.pk).update(told_at=timezone.now(), told_by=actor)


def _reader(row: Idea) -> User | None:
    """Whoever had it, where a mail reaches them: they have an account and are still in the engagement."""
    person = row.said_by
    if person is None or not person.is_active:
        return None
    here = row.engagement.memberships.unscoped().active().filter(user=person)
    return person if here.exists() else None


def _audit(actor: User, row: Idea, action: str, data: dict[str, Any]) -> None:
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)
