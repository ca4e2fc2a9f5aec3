"""Writing articles: every save is a version of its own, made from the one that the writer had before them (R4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Client, Engagement, Lesson
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from standups.models import Problem
from training.models import Article, ArticleLink, ArticleVersion, Category
from training.wiki import check
from training.wiki.access import keeps, may_write

LOOKED_AT_EVERY = timedelta(days=180)


@transaction.atomic
def create_article(
    *,
    actor: User,
    kind: str,
    title: str,
    text: str,
    client: Client | None = None,
    category: Category | None = None,
    tags: Sequence[str] = (),
    engagement: Engagement | None = None,
    problem: Problem | None = None,
) -> Article:
    """Begin an article as a draft of the actor's, linked to what it is about.

    Raises DomainError on "client" for interview notes of nobody's. PermissionDenied for a client's people, and for a
    client, an engagement or a problem that the actor may not see.
    """
    _require_vendor(actor)
    _refuse_unowned_interview(kind, client)
    for row in (client, engagement, problem):
        if row is not None and not _sees(actor, row):
            raise PermissionDenied
    article = Article.objects.create(
        kind=kind, title=title, category=category, tags=list(tags), client=client, owner=actor, created_by=actor,
        review_on=look_again_on(),
    )  # fmt: skip
    _add_version(article, actor, title, text)
    for link in ({"problem": problem}, {"engagement": engagement}):
        if any(link.values()):
            article.links.create(**link)
    record(actor, "article.created", article, kind=kind, client=str(client or ""))
    return article


@transaction.atomic
def save_version(
    *, actor: User, article: Article, version: int, title: str, text: str, note: str = ""
) -> ArticleVersion:
    """Save title and text as a new draft; readers go on reading what is published. The same words
    again, without another word on what changed, save nothing.

    `version` is the number the writer began from: raises StaleError where there is a newer one or the article was
    archived meanwhile, PermissionDenied for whoever may only read it.
    """
    row = held(actor, article)
    newest = newest_of(row)
    if row.is_archived:
        raise StaleError(_("Somebody archived this article meanwhile. Your text stands below; nothing of it is lost."))
    if row.version != version:
        raise StaleError(_("Somebody saved this article meanwhile. Bring both texts together here, then save again."))
    if not may_write(actor, row, newest):
        raise PermissionDenied
    if (newest.title, newest.text) == (title, lines_of(text)) and note in ("", newest.note):
        return newest
    row.version += 1
    saved = _add_version(row, actor, title, text, note)
    row.title, row.state, row.is_held, row.changed_at = title, Article.State.DRAFT, False, timezone.now()
    row.save(update_fields=["version", "title", "state", "is_held", "changed_at"])
    record(actor, "article.changed", row)
    return saved


@transaction.atomic
def restore_version(*, actor: User, article: Article, number: int, version: int) -> ArticleVersion:
    """Save what an earlier version said as the newest. Raises as `save_version`, and DomainError for what was written
    for a client whose article this is no more."""
    old = article.versions.visible_to(actor).get(number=number)
    if old.client_id not in (None, held(actor, article).client_id):
        raise DomainError(_("This version was written for one client alone. It can't be brought back here."))
    note = _("Version %(number)s again") % {"number": number}
    return save_version(actor=actor, article=article, version=version, title=old.title, text=old.text, note=note)


@transaction.atomic
def change_details(
    *,
    actor: User,
    article: Article,
    was: str = "",
    kind: str,
    category: Category | None,
    tags: list[str],
    client: Client | None,
    review_on: date | None,
) -> Article:
    """Change what stands beside the text; `was` is the fingerprint of what the page showed.

    An article that is another client's or everybody's from here on is a draft again until it was checked, and nobody
    reads what was published.
    Raises StaleError where somebody changed the details since, DomainError on "client" and "tags" for what may not be,
    PermissionDenied for all but its owner and managers, and for a client the actor may not see.
    """
    row = held(actor, article)
    if not keeps(actor, row):
        raise PermissionDenied
    if was and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    _refuse_unowned_interview(kind, client)
    if client is not None and not _sees(actor, client):
        raise PermissionDenied
    had = row.client_id
    row.kind, row.category, row.tags, row.client, row.review_on = kind, category, tags, client, review_on
    if had is not None and had != row.client_id:
        _withdraw(row, actor)
    elif client is None and row.published_id is not None:
        _refuse_telling_tags(tags)
    row.save()
    record(actor, "article.details_changed", row, client=str(client or ""), tags=len(tags))
    return row


@transaction.atomic
def add_link(*, actor: User, article: Article, target: Problem | Engagement | Lesson) -> None:
    """Say what the article is about; twice is once.

    Raises PermissionDenied for whoever may only read the article or may not see `target`, and StaleError where the
    article was archived meanwhile.
    """
    row = _held_to_link(actor, article)
    if not _sees(actor, target):
        raise PermissionDenied
    about: dict[str, Any] = {"problem": None, "engagement": None, "lesson": None}
    about[type(target)._meta.model_name or ""] = target
    _link, is_new = row.links.get_or_create(**about)
    if is_new:
        record(actor, "article.linked", row, to=audit.target_of(target))


@transaction.atomic
def remove_link(*, actor: User, article: Article, link: ArticleLink) -> None:
    """Take a link off; one that is gone already stays so. Raises PermissionDenied for whoever may only read it, and
    StaleError where the article was archived meanwhile."""
    row = _held_to_link(actor, article)
    if row.links.filter(pk=link.pk).delete()[0]:
        record(actor, "article.unlinked", row)


def held(actor: User, article: Article) -> Article:
    """Return the row, held until the transaction ends. Raises DomainError where this person may not read it any more."""
    _require_vendor(actor)
    # Versions, votes and pictures that only point to it may still be added meanwhile (no_key).
    row = Article.objects.visible_to(actor).select_for_update(no_key=True).filter(pk=article.pk).first()
    if row is None:
        raise DomainError(_("This article is not here for you any more."))
    return row


def newest_of(article: Article) -> ArticleVersion:
    return article.versions.get(number=article.version)


def look_again_on() -> date:
    return timezone.localdate() + LOOKED_AT_EVERY


def lines_of(text: str) -> str:
    """Browsers send line breaks in their own way."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def record(actor: User, action: str, article: Article, **data: Any) -> AuditEntry:
    """Write the audit of one change; it names the version, never its words."""
    told = {"version": article.version, **data}
    return audit.record(chain=audit.COMPANY, actor=actor, action=action, target=article, data=told)


def _add_version(article: Article, actor: User, title: str, text: str, note: str = "") -> ArticleVersion:
    return article.versions.create(
        number=article.version, title=title, text=lines_of(text), note=note, author=actor, client_id=article.client_id
    )


def _withdraw(row: Article, actor: User) -> None:
    """What was written for one client stays that client's; from here on it is a draft for others."""
    newest = newest_of(row)
    row.version += 1
    _add_version(row, actor, newest.title, newest.text, _("For other readers from here on"))
    row.state, row.is_held, row.published, row.read_first = Article.State.DRAFT, False, None, None


def _refuse_unowned_interview(kind: str, client: Client | None) -> None:
    if kind == Article.Kind.INTERVIEW and client is None:
        raise DomainError(_("Interview notes belong to a client. Please choose which."), field="client")


def _refuse_telling_tags(tags: list[str]) -> None:
    found = check.found_in_line("\n".join(tags))
    if found:
        words = {"what": found[0].what, "sample": found[0].sample}
        text = _("Everybody in the company reads the tags, and one tells what it must not: %(what)s (%(sample)s).")
        raise DomainError(text % words, field="tags")


def _held_to_link(actor: User, article: Article) -> Article:
    row = held(actor, article)
    if row.is_archived:
        raise StaleError(_("Somebody archived this article meanwhile."))
    if not may_write(actor, row, newest_of(row)):
        raise PermissionDenied
    return row


def _sees(actor: User, row: Client | Engagement | Problem | Lesson) -> bool:
    return type(row).objects.visible_to(actor).filter(pk=row.pk).exists()


def _require_vendor(actor: User) -> None:
    if not actor.is_active or not actor.is_vendor:
        raise PermissionDenied
