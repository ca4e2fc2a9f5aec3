"""How the messages about reviews are written: when they are sent, and only where they are still true then."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onsite.notifications import kinds
from onsite.notifications.kinds import Readers, Topic, Written
from onsite.notifications.models import Message
from training.models import ArticleVersion


def article_published(message: Message) -> Written | None:
    """Somebody looked at it and readers read it; nothing where it was withdrawn since."""
    version = _version(message)
    if version is None or not version.was_published or version.article.published_id is None:
        return None
    return _written(message, version, _("Published: %(title)s"), "emails/article_published.txt")


def article_sent_back(message: Message) -> Written | None:
    """Somebody looked at it and something is missing; nothing where a newer version was written since."""
    version = _version(message)
    if version is None or version.number != version.article.version or not version.review_note:
        return None
    return _written(message, version, _("Sent back: %(title)s"), "emails/article_sent_back.txt")


def _version(message: Message) -> ArticleVersion | None:
    """Return the version, if this person may read it by now."""
    rows = ArticleVersion.objects.visible_to(message.recipient).select_related("article", "reviewed_by")
    return rows.filter(article=message.payload["article"], number=message.payload["version"]).first()


def _written(message: Message, version: ArticleVersion, subject: str, template: str) -> Written:
    context = {
        "name": message.recipient.name,
        "version": version,
        "who": version.reviewed_by.name if version.reviewed_by else "",
        "url": settings.BASE_URL + version.article.get_absolute_url(),
    }
    return Written(subject % {"title": version.title}, render_to_string(template, context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "article_published",
        article_published,
        label=gettext_lazy("An article was published"),
        when=gettext_lazy("When an article you wrote was looked at and published."),
        topic=Topic.SHARING,
        readers=Readers.VENDOR,
    )
    kinds.register(
        "article_sent_back",
        article_sent_back,
        label=gettext_lazy("An article was sent back"),
        when=gettext_lazy("When an article you wrote needs something more."),
        topic=Topic.SHARING,
        readers=Readers.VENDOR,
    )
