"""From a draft to what readers read: somebody else looks at it first, and a client's secrets stay that client's (R4)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications.services import enqueue
from training.models import Article, ArticleVersion
from training.services.articles import held, look_again_on, newest_of, record
from training.wiki import check
from training.wiki.access import keeps, may_judge


@transaction.atomic
def ask_for_review(*, actor: User, article: Article, version: int) -> None:
    """Send the newest draft for review. Where something is found that must not be read by everybody, it waits for a
    manager, and nobody else reads it.

    Raises StaleError where there is a newer version, DomainError where it is no draft, PermissionDenied for all but who
    wrote it or keeps the article.
    """
    row = held(actor, article)
    newest = newest_of(row)
    if not (keeps(actor, row) or newest.author_id == actor.pk):
        raise PermissionDenied
    _refuse_stale(row, version)
    if row.state != Article.State.DRAFT:
        raise DomainError(_("This is no draft any more."))
    row.is_held = bool(check.findings(row, newest))
    _set_state(row, Article.State.IN_REVIEW)
    record(actor, "article.review_asked", row, is_held=row.is_held)


@transaction.atomic
def publish_article(*, actor: User, article: Article, version: int, release_reason: str = "") -> None:
    """Let readers read what the actor read: that very version.

    It is looked through first. Raises DomainError on "release_reason" where something is found and no manager says why
    it may be read all the same, or the reason itself tells what it must not, StaleError where there is a newer version or somebody judged it
    meanwhile, PermissionDenied for who may not judge it.
    """
    row, newest = _held(actor, article, version)
    _require_judge(actor, row, newest)
    found = check.findings(row, newest)
    if found:
        _refuse_unreleased(actor, release_reason)
        _refuse_telling_reason(row, release_reason)
    newest.was_published, newest.reviewed_by = True, actor
    newest.release_reason = release_reason if found else ""
    newest.save(update_fields=["was_published", "reviewed_by", "release_reason"])
    row.published = newest
    if row.review_on is None or row.review_on <= timezone.localdate():
        row.review_on = look_again_on()
    row.is_held = False
    _set_state(row, Article.State.PUBLISHED)
    data = {"found": [one.what for one in found], "reason": newest.release_reason}
    _tell(record(actor, "article.published", row, **data), row, newest, "article_published")


@transaction.atomic
def send_back(*, actor: User, article: Article, version: int, note: str) -> None:
    """Give a draft back to its writer with a word. Raises as `publish_article`; DomainError on "note" without one."""
    row, newest = _held(actor, article, version)
    _require_judge(actor, row, newest)
    if row.state != Article.State.IN_REVIEW:
        raise DomainError(_("This article is not in review."))
    if not note:
        raise DomainError(_("Say what is missing, so that the writer can mend it."), field="note")
    newest.reviewed_by, newest.review_note = actor, note
    newest.save(update_fields=["reviewed_by", "review_note"])
    row.is_held = False
    _set_state(row, Article.State.DRAFT)
    _tell(record(actor, "article.sent_back", row), row, newest, "article_sent_back")


def _held(actor: User, article: Article, version: int) -> tuple[Article, ArticleVersion]:
    row = held(actor, article)
    _refuse_stale(row, version)
    return row, newest_of(row)


def _refuse_stale(row: Article, version: int) -> None:
    if row.is_archived:
        raise StaleError(_("Somebody archived this article meanwhile."))
    if row.version != version:
        raise StaleError(_("There is a newer version than the one you read. Please read that one."))


def _require_judge(actor: User, row: Article, newest: ArticleVersion) -> None:
    if row.state == Article.State.PUBLISHED:
        raise StaleError(_("Somebody published it meanwhile."))
    if not may_judge(actor, row, newest):
        raise PermissionDenied


def _refuse_unreleased(actor: User, reason: str) -> None:
    if not actor.is_manager:
        text = _("Something in it must not be read by everybody. Take it out, or ask a manager to release it.")
        raise DomainError(text, field="release_reason")
    if not reason:
        text = _("Something in it must not be read by everybody. Say why it may be, or send it back.")
        raise DomainError(text, field="release_reason")


def _refuse_telling_reason(row: Article, reason: str) -> None:
    found = check.found_in_line(reason, client_id=row.client_id)
    if found:
        words = {"what": found[0].what, "sample": found[0].sample}
        text = _("Every reader sees the reason in the history, and it tells what it must not: %(what)s (%(sample)s).")
        raise DomainError(text % words, field="release_reason")


def _set_state(row: Article, state: Article.State) -> None:
    row.state, row.changed_at = state, timezone.now()
    row.save()


def _tell(entry: AuditEntry, row: Article, newest: ArticleVersion, kind: str) -> None:
    """Tell the owner and the writer, unless they did it themselves."""
    for user in {row.owner, newest.author} - {entry.actor}:
        payload = {"article": row.pk, "version": newest.number}
        enqueue(kind=kind, recipient=user, dedupe_key=f"{kind}:{entry.pk}:{user.pk}", payload=payload)
