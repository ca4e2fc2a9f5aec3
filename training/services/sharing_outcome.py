"""What comes of a sharing session: minutes, actions, an article. The session's row is held."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models.fingerprint import text_mark
from engagements.services.edits import write_row
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError, StaleError
from training.models import Article, Sharing, SharingAction
from training.services import sharing_messages
from training.services.articles import create_article
from training.services.sharing import held
from training.sharing.article import article_text


@transaction.atomic
def write_minutes(*, actor: User, sharing: Sharing, text: str, was: str) -> Sharing:
    """Write what was said, in Markdown; `was` is the mark of the text that the page showed.

    Raises StaleError where somebody wrote meanwhile, DomainError where the session was cancelled, and on "text" for
    access data.
    """
    row = _alive(actor, sharing)
    if was != text_mark(row.minutes):
        raise StaleError(_("Somebody changed this meanwhile. Look at what they wrote, then save again."))
    refuse_access_data({"text": text})
    row.minutes = text
    row.save(update_fields=["minutes"])
    _record(actor, row, "sharing.minutes_written", {"hash": text_mark(text)})
    return row


@transaction.atomic
def save_action(
    *, actor: User, sharing: Sharing, action: SharingAction | None = None, was: str = "", **fields: Any
) -> SharingAction:
    """Add or change what somebody does by a day; they are reminded on it. `was` is the fingerprint the page showed.

    Raises StaleError where somebody changed it since, DomainError on "owner" for whoever is not invited: they could not
    read of it, and where it is gone or the session cancelled.
    """
    row = _alive(actor, sharing)
    found = _action(row, action, was) if action else SharingAction(sharing=row)
    if not row.invitations.filter(user=fields["owner"]).exists():
        raise DomainError(_("Invite this person first: only who is invited reads of it."), field="owner")
    refuse_access_data({"text": fields["text"]})
    done = write_row(found, "sharing_action", fields)
    sharing_messages.drop_reminders(found)
    if found.done_on is None:
        sharing_messages.remind(found)
    data = {"text": found.text, "owner": found.owner_id, "due_on": str(found.due_on)}
    _record(actor, row, done, data)
    return found


@transaction.atomic
def mark_action(*, actor: User, action: SharingAction, done_on: date | None) -> None:
    """Tick it off, or take the tick back (None): its owner does that, and who runs the session.

    Raises DomainError where somebody deleted it.
    """
    row = Sharing.objects.lock(action.sharing_id)
    if actor.pk != action.owner_id:
        held(actor, row)
    found = _action(row, action)
    if (found.done_on is None) == (done_on is None):
        return
    found.done_on = done_on
    found.save(update_fields=["done_on"])
    sharing_messages.drop_reminders(found)
    if done_on is None:
        sharing_messages.remind(found)
    _record(actor, row, "sharing_action.done" if done_on else "sharing_action.reopened", {"text": found.text})


@transaction.atomic
def delete_action(*, actor: User, action: SharingAction) -> None:
    """Take it out. Raises DomainError where somebody did that already."""
    row = held(actor, action.sharing)
    found = _action(row, action)
    sharing_messages.drop_reminders(found)
    found.delete()
    # Afterwards: what is found of the session is read with its entry, and no word of it may stay findable.
    _record(actor, row, "sharing_action.deleted", {"text": found.text})


@transaction.atomic
def make_article(*, actor: User, sharing: Sharing, kind: str, title: str) -> Article:
    """Begin an article from what the session says, as a draft of the engagement's client, and link both.

    Whoever was invited may do it if they may see the engagement. Raises DomainError where the session was not held,
    and on "title" where an article of this title came of it already.
    """
    row = Sharing.objects.lock(sharing.pk)
    if not Sharing.objects.visible_to(actor).filter(pk=row.pk).exists():
        raise PermissionDenied
    if not row.is_held:
        raise DomainError(_("Note first who was there: an article comes of a session that was held."))
    if row.articles.filter(title=title).exists():
        raise DomainError(_("An article of this title came of the session already."), field="title")
    about = row.engagement
    article = create_article(
        actor=actor, kind=kind, title=title, text=article_text(row), client=about.client, engagement=about
    )
    row.articles.add(article)
    _record(actor, row, "sharing.article_made", {"article": article.pk})
    return article


def _alive(actor: User, sharing: Sharing) -> Sharing:
    row = held(actor, sharing)
    if row.state == Sharing.State.CANCELLED:
        raise DomainError(_("This sharing session was cancelled."))
    return row


def _action(row: Sharing, action: SharingAction, was: str = "") -> SharingAction:
    """Return the action as it stands under the session's lock."""
    found = row.actions.select_related("owner").filter(pk=action.pk).first()
    if found is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if was and was != found.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Look at what they wrote, then save again."))
    return found


def _record(actor: User, row: Sharing, action: str, data: dict[str, Any]) -> None:
    audit.record(chain=audit.COMPANY, actor=actor, action=action, target=row, data=data)
