"""The list of articles: what it is narrowed to, and how a row reads to this reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models import Client
from onsite.accounts.models import User
from onsite.core.fields import LineField
from onsite.core.forms import OnSiteForm, offer_choices
from training.models import Article, Category
from training.models.wiki import ArticleQuerySet
from training.wiki.access import keeps

COMPANY, MINE, STALE, ARCHIVED = "company", "mine", "stale", "archived"
ANYTHING = ("", _("Any"))


class ArticleFilter(OnSiteForm):
    """What the list is narrowed to; it stands in the address. What makes no sense is as if it were not there."""

    MAIN = ("q", "kind", "category", "show")
    MORE = ("tag", "client", "state")

    q = LineField(label=_("Words"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANYTHING, *Article.Kind.choices])
    category = forms.ChoiceField(label=_("Category"), required=False)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("All")), (MINE, _("Mine")), (STALE, _("May be stale")), (ARCHIVED, _("Archived"))],
    )
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    client = forms.ChoiceField(label=_("Who reads it"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ANYTHING, *Article.State.choices])

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.today = user, today
        self.readable = Article.objects.visible_to(user)
        self.tags = dict(self.readable.filter(archived_at=None).values_list("pk", "tags"))
        tags = sorted({tag for found in self.tags.values() for tag in found})
        self._offer("category", Category.objects.values_list("pk", "name"))
        self._offer("tag", [(tag, tag) for tag in tags])
        clients = Client.objects.visible_to(user).filter(articles__isnull=False).distinct()
        self._offer("client", [(COMPANY, _("Everybody in the company")), *clients.values_list("pk", "name")])

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MAIN]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE]

    @property
    def uses_more(self) -> bool:
        return any(self.value(name) for name in self.MORE)

    @property
    def is_narrowed(self) -> bool:
        return any(self.value(name) for name in self.fields)

    def value(self, name: str) -> str:
        """Return what is asked for, "" for what makes no sense."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    def narrow(self) -> ArticleQuerySet:
        """Return the articles that are asked for, of those this person may read."""
        show = self.value("show")
        rows = self.readable.filter(archived_at__isnull=show != ARCHIVED)
        for name in ("kind", "category"):
            rows = rows.filter(**{name: self.value(name)}) if self.value(name) else rows
        if state := self.value("state"):
            # That there is a newer draft of what is published, its keepers alone know.
            known = (
                rows
                if self.user.is_manager or state == Article.State.PUBLISHED
                else rows.filter(self._readable_newest())
            )
            rows = known.filter(state=state)
        if show == MINE:
            rows = rows.filter(owner=self.user)
        if show == STALE:
            rows = rows.stale(on=self.today)
        if client := self.value("client"):
            rows = rows.filter(client=None) if client == COMPANY else rows.filter(client_id=int(client))
        if tag := self.value("tag"):
            rows = rows.filter(pk__in=[pk for pk, tags in self.tags.items() if tag in tags])
        return rows.filter(self._said(self.value("q"))) if self.value("q") else rows

    def _said(self, words: str) -> Q:
        """In what this reader may read: a draft's title is its keepers'."""
        published = Q(published__title__icontains=words) | Q(published__text__icontains=words)
        newest = Q(title__icontains=words)
        if self.user.is_manager:
            return published | newest
        return published | newest & self._readable_newest()

    def _readable_newest(self) -> Q:
        return Q(owner=self.user) | Q(state=Article.State.IN_REVIEW, is_held=False)

    def _offer(self, name: str, choices: Any) -> None:
        offered = [ANYTHING, *((str(value), label) for value, label in choices)]
        offer_choices(self, name, offered)


@dataclass(frozen=True)
class Row:
    """An article in the list, as this reader may see it."""

    article: Article
    title: str
    has_draft: bool
    is_stale: bool


def row_of(article: Article, user: User, today: date) -> Row:
    """Needs `published`, `category`, `client` and `owner` at hand."""
    shown = article.state != Article.State.DRAFT and not article.is_held
    sees = shown or keeps(user, article) or article.published is None
    return Row(
        article=article,
        title=article.title if sees or article.published is None else article.published.title,
        has_draft=sees and article.state != Article.State.PUBLISHED,
        is_stale=article.published_id is not None and article.is_stale(today),
    )
