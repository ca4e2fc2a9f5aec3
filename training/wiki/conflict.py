"""Two people wrote at once: what both made of the text they began from."""

from __future__ import annotations

from dataclasses import dataclass

from onsite.accounts.models import User
from training.models import Article, ArticleVersion
from training.wiki import check
from training.wiki.access import sees_newest
from training.wiki.differences import Row, differences


@dataclass(frozen=True)
class Conflict:
    """`theirs` is None where this person may not read it, and where there is none: the article was archived. `version`
    is what the next save begins from."""

    version: int
    theirs: ArticleVersion | None
    who: str
    their_changes: list[Row]
    my_changes: list[Row]
    is_archived: bool


def conflict_of(user: User, article: Article, base_number: int, text: str) -> Conflict:
    """Return both texts and what each changed in the common one."""
    now = Article.objects.visible_to(user).get(pk=article.pk)
    newest = now.versions.select_related("author").get(number=now.version)
    base = now.versions.visible_to(user).filter(number=base_number).first()
    begun = base.text if base else ""
    theirs = newest if newest.number != base_number and _may_read(user, now, newest) else None
    return Conflict(
        version=newest.number,
        theirs=theirs,
        who=newest.author.name,
        their_changes=differences(begun, theirs.text) if theirs else [],
        my_changes=differences(begun, text.replace("\r\n", "\n")),
        is_archived=now.is_archived,
    )


def _may_read(user: User, article: Article, newest: ArticleVersion) -> bool:
    """Whoever writes on the same text sees the other's draft, unless it tells what not everybody may read."""
    return sees_newest(user, article, newest) or not check.findings(article, newest)
