"""Looking after articles: whose they are, whether they are still true, what helps a newcomer first (R4)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Client
from onsite.accounts.access import require_manager
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from training.models import Article, ArticleVote
from training.services.articles import held, look_again_on, record
from training.wiki.access import keeps

LAST_PLACE = 999


@transaction.atomic
def hand_over(*, actor: User, article: Article, owner: User) -> None:
    """Give the article to another keeper. Raises DomainError on "owner" for somebody who may not read it,
    PermissionDenied for all but its owner and managers."""
    row = _kept(actor, article)
    if not can_own(owner, row):
        raise DomainError(_("This person may not see the client whose article this is."), field="owner")
    row.owner = owner
    row.save(update_fields=["owner"])
    record(actor, "article.handed_over", row, owner=owner.name)


def can_own(user: User, article: Article) -> bool:
    """Say whether this person of ours may see all that the article tells."""
    if not user.is_active or not user.is_vendor:
        return False
    return article.client_id is None or Client.objects.visible_to(user).filter(pk=article.client_id).exists()


@transaction.atomic
def confirm_article(*, actor: User, article: Article) -> None:
    """Say that somebody looked at it and it is still true. PermissionDenied for all but its owner and managers."""
    row = _kept(actor, article)
    row.review_on = look_again_on()
    row.save(update_fields=["review_on"])
    record(actor, "article.confirmed", row, review_on=str(row.review_on))


@transaction.atomic
def archive_article(*, actor: User, article: Article) -> None:
    """Take it out of the lists; nothing is lost. PermissionDenied for all but its owner and managers."""
    row = _kept(actor, article)
    if not row.is_archived:
        row.archived_at, row.read_first = timezone.now(), None
        row.save(update_fields=["archived_at", "read_first"])
        record(actor, "article.archived", row)


@transaction.atomic
def take_back(*, actor: User, article: Article) -> None:
    """Put an archived article back where it was. PermissionDenied for all but its owner and managers."""
    row = _kept(actor, article)
    if row.is_archived:
        row.archived_at = None
        row.save(update_fields=["archived_at"])
        record(actor, "article.taken_back", row)


@transaction.atomic
def set_read_first(*, actor: User, article: Article, place: int | None) -> None:
    """Give it a place in what newcomers read first, or none. Raises DomainError on "place" where it is not published,
    PermissionDenied for all but managers."""
    row = held(actor, article)
    require_manager(actor)
    if place is not None and (row.published_id is None or row.is_archived):
        raise DomainError(_("Newcomers can only read what is published."), field="place")
    row.read_first = place
    row.save(update_fields=["read_first"])
    record(actor, "article.read_first_set", row, place=place or 0)


@transaction.atomic
def vote(*, actor: User, article: Article, is_helpful: bool) -> None:
    """Say whether it helped; the newest word of a person counts. Raises DomainError where there is nothing to read."""
    row = held(actor, article)
    if row.published_id is None:
        raise DomainError(_("Only what is published can help."))
    ArticleVote.objects.update_or_create(article=row, user=actor, defaults={"is_helpful": is_helpful})


def _kept(actor: User, article: Article) -> Article:
    row = held(actor, article)
    if not keeps(actor, row):
        raise PermissionDenied
    return row
