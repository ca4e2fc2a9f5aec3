"""What an article is about, as far as its reader may see that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from engagements.models import Engagement, Lesson
from onsite.accounts.models import User
from standups.models import Problem
from training.models import Article


@dataclass(frozen=True)
class Target:
    """One link: what kind of thing it leads to, its name and address."""

    pk: int
    kind: str
    title: str
    url: str


def targets_of(article: Article, user: User) -> list[Target]:
    """Return the links this person may follow, as they were made. A further kind of link adds its own lines here."""
    found = [*_problems(article, user), *_engagements(article, user), *_lessons(article, user)]
    return sorted(found, key=lambda target: target.pk)


def _problems(article: Article, user: User) -> Iterator[Target]:
    rows = Problem.objects.visible_to(user).select_related("engagement")
    found = {row.pk: row for row in rows.filter(articles__article=article)}
    for link in article.links.exclude(problem=None):
        if row := found.get(link.problem_id or 0):
            yield Target(link.pk, _("Problem"), row.title, row.get_absolute_url())


def _engagements(article: Article, user: User) -> Iterator[Target]:
    rows = Engagement.objects.visible_to(user).select_related("client")
    found = {row.pk: row for row in rows.filter(articles__article=article)}
    for link in article.links.exclude(engagement=None):
        if row := found.get(link.engagement_id or 0):
            title = f"{row.client.short_name} · {row.name}"
            yield Target(link.pk, _("Engagement"), title, row.get_absolute_url())


def _lessons(article: Article, user: User) -> Iterator[Target]:
    found = {row.pk: row for row in Lesson.objects.visible_to(user).filter(articles__article=article)}
    for link in article.links.exclude(lesson=None):
        if row := found.get(link.lesson_id or 0):
            yield Target(link.pk, _("Lesson"), row.title, row.get_absolute_url())
