"""Writes the wiki and holds the sharing sessions, through the services, as the vendor's people did it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from engagements.models import Engagement
from engagements.models.fingerprint import text_mark
from onsite.accounts.models import User
from onsite.core import calendars
from reports.demo.knowledge import Passed, Written
from reports.demo.stories.sharings import SHARINGS
from reports.demo.stories.wiki import ARTICLES, CATEGORIES
from training.models import Article, Category, Sharing
from training.services import (
    article_keeping,
    article_review,
    articles,
    categories,
    sharing,
    sharing_invitations,
    sharing_outcome,
)
from training.sharing.presence import presence_mark


def is_written() -> bool:
    """Say whether there is anything in the wiki already."""
    return Article.objects.exists()


@transaction.atomic
def pass_on(*, people: Mapping[str, User], today: date) -> None:
    """Bring the whole wiki and the sharing sessions in, or nothing of them."""
    for name in CATEGORIES:
        categories.add_category(actor=people["wang"], name=name)
    for written in ARTICLES:
        _write(people, written)
    for passed in SHARINGS:
        _share(people, passed, today)


def _write(people: Mapping[str, User], written: Written) -> None:
    engagement = Engagement.objects.unscoped().filter(name=written.story).select_related("client").first()
    article = articles.create_article(
        actor=people[written.by],
        kind=written.kind,
        title=written.title,
        text=written.text,
        client=engagement.client if engagement and written.of_client else None,
        category=Category.objects.get(name=written.category),
        tags=written.tags,
        engagement=engagement,
    )
    _publish(people, article, written)


def _publish(people: Mapping[str, User], article: Article, written: Written) -> None:
    """Have it read by somebody else, then put its days back."""
    version = Article.objects.get(pk=article.pk).version
    article_review.ask_for_review(actor=people[written.by], article=article, version=version)
    if written.reviewer:
        article_review.publish_article(actor=people[written.reviewer], article=article, version=version)
    if written.read_first is not None:
        article_keeping.set_read_first(actor=people["wang"], article=article, place=written.read_first)
    for keys, is_helpful in ((written.helped, True), (written.did_not, False)):
        for key in keys:
            article_keeping.vote(actor=people[key], article=article, is_helpful=is_helpful)
    at = timezone.now() - timedelta(days=written.days_ago)
    Article.objects.filter(pk=article.pk).update(created_at=at, changed_at=at)
    article.versions.update(saved_at=at)
    if written.stale_since is not None:
        overdue = timezone.localdate() - timedelta(days=written.stale_since)
        Article.objects.filter(pk=article.pk).update(review_on=overdue)


def _share(people: Mapping[str, User], passed: Passed, today: date) -> None:
    speaker, zone = people[passed.speaker], people[passed.speaker].zone
    # The last working day until then: nobody is asked to come on a Sunday.
    day = calendars.load("CN").shift(today + timedelta(days=passed.in_days + 1), -1)
    starts_at = datetime.combine(day, time(passed.hour), tzinfo=zone)
    row = sharing.plan_sharing(
        actor=people["wang"],
        engagement=Engagement.objects.unscoped().get(name=passed.story),
        topic=passed.topic,
        speaker=speaker,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        place=passed.place,
        link="",
        scene=passed.scene,
        breakthrough=passed.breakthrough,
        client_dealings=passed.client_dealings,
    )
    sharing_invitations.invite_people(actor=people["wang"], sharing=row, people=[people["wang"]], everybody=True)
    if passed.there:
        _hold(people, passed, row, today)
    Sharing.objects.filter(pk=row.pk).update(created_at=min(timezone.now(), starts_at - timedelta(days=10)))


def _hold(people: Mapping[str, User], passed: Passed, row: Sharing, today: date) -> None:
    speaker = people[passed.speaker]
    there = list(row.invitations.filter(user__in=[people[key] for key in passed.there]))
    sharing.note_presence(actor=speaker, sharing=row, there=there, was=presence_mark(row))
    sharing_outcome.write_minutes(actor=speaker, sharing=row, text=passed.minutes, was=text_mark(""))
    for agreed in passed.agreed:
        due_on = today + timedelta(days=agreed.due_in)
        action = sharing_outcome.save_action(
            actor=speaker, sharing=row, text=agreed.text, owner=people[agreed.owner], due_on=due_on
        )
        if agreed.done:
            sharing_outcome.mark_action(actor=people[agreed.owner], action=action, done_on=due_on)
    if passed.article is not None:
        _write_up(people, passed.article, row)


def _write_up(people: Mapping[str, User], written: Written, row: Sharing) -> None:
    """An article of the session: begun for the client's readers, then told without names, for everybody."""
    writer = people[written.by]
    article = sharing_outcome.make_article(actor=writer, sharing=row, kind=written.kind, title=written.title)
    articles.change_details(
        actor=writer, article=article, kind=written.kind, category=Category.objects.get(name=written.category),
        tags=list(written.tags), client=None, review_on=article.review_on,
    )  # fmt: skip
    version = Article.objects.get(pk=article.pk).version
    articles.save_version(actor=writer, article=article, version=version, title=written.title, text=written.text)
    _publish(people, article, written)
