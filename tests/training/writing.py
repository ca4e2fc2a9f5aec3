"""Articles for the tests of the wiki: written and published as people do it."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.models import SearchMiss
from tests.factories import ArticleFactory, CategoryFactory, ProblemFactory
from training.models import Article, ArticleVersion, KnowledgeFile
from training.services import article_review, articles


def published(manager: User, **fields: Any) -> Article:
    """An article that a manager published; `fields` are the factory's."""
    article = ArticleFactory(**fields)
    article_review.ask_for_review(actor=article.owner, article=article, version=1)
    article_review.publish_article(
        actor=manager, article=article, version=1, release_reason="测试用,已核对" if article.client is None else ""
    )
    article.refresh_from_db()
    return article


def newest(article: Article) -> ArticleVersion:
    article.refresh_from_db()
    return articles.newest_of(article)


def url(name: str, article: Article, *more: Any) -> str:
    return reverse(f"wiki:{name}", args=[article.pk, *more])


def about_a_client(engagement: Engagement, lead: User, word: str) -> dict[str, Any]:
    """Return rows of the wiki about one client, for the world of the access tests: nobody of another client reads them."""
    manager = engagement.created_by
    article = published(
        manager, owner=lead, client=engagement.client, title=f"{word} 访谈", text=f"{word} 说的", tags=[word],
        kind=Article.Kind.INTERVIEW,
    )  # fmt: skip
    problem = ProblemFactory(
        engagement=engagement,
        title=word,
        is_internal=True,
        raised_by=lead,
        raised_on=engagement.today(),
        solved_on=engagement.today(),
    )
    article.links.create(problem=problem)
    return {"client_article": article.pk, "solved_problem": problem.pk}


def company_rows(engagement: Engagement, owner: User) -> dict[str, Any]:
    """Return the company's own rows for the routes: an article that is published and whose newest version waits for a
    review, with a picture and a link; a category; words looked for in vain."""
    manager = engagement.created_by
    text = "一段做法\n\n![流程图](picture:1)"
    article = published(manager, owner=owner, category=CategoryFactory(), text=text)
    picture = KnowledgeFile(
        article=article, number=1, name="flow.jpg", media_type="image/jpeg", size_bytes=4, sha256="3" * 64,
        uploaded_by=owner,
    )  # fmt: skip
    picture.file.save("flow.jpg", ContentFile(b"\xff\xd8\xff\xd9"))
    link = article.links.create(engagement=engagement)
    articles.save_version(actor=manager, article=article, version=1, title=article.title, text=f"{text}\n\n另一段")
    article_review.ask_for_review(actor=manager, article=article, version=2)
    miss = SearchMiss.objects.create(words="编码转换", last_at=timezone.now())
    return {"article": article.pk, "category": article.category_id, "article_link": link.pk, "miss": miss.pk}
