"""The company's wiki: what was learned in one engagement and helps in the next (R4). No client ever reads it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import Client, Engagement, Lesson
from engagements.models.fingerprint import fingerprint_of
from onsite.accounts.models import User
from standups.models import Problem


class Category(models.Model):
    """A shelf of the wiki."""

    name = models.CharField(_("category"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="category_has_a_name")]

    def __str__(self) -> str:
        return self.name


# What changes on an article by other doors than its page of details.
_BESIDE_THE_DETAILS = (
    *("id", "title", "state", "is_held", "version", "published", "owner", "read_first", "created_by", "changed_at"),
    "archived_at",
)


class ArticleQuerySet(models.QuerySet["Article"]):
    """Articles by who may read them."""

    def visible_to(self, user: User) -> Self:
        """Keep what this person may read: nothing for a client; of one client's articles those of clients they work for
        (all for managers); of what was never published only one's own, what waits for a review, and all for managers."""
        if not user.is_authenticated or not user.is_active or user.is_client:
            return self.none()
        if user.is_manager:
            return self
        mine = Engagement.objects.visible_to(user).values("client_id")
        in_review = Q(state=Article.State.IN_REVIEW, is_held=False)
        readable = Q(published__isnull=False) | Q(owner=user) | in_review
        return self.filter(Q(client=None) | Q(client__in=mine)).filter(readable)

    def published(self) -> Self:
        return self.filter(published__isnull=False, archived_at=None)

    def in_review(self) -> Self:
        return self.filter(state=Article.State.IN_REVIEW, archived_at=None)

    def stale(self, *, on: date) -> Self:
        """Keep those whose day to be looked at again has come."""
        return self.published().filter(review_on__lte=on)

    def read_first(self) -> Self:
        """Keep what a newcomer reads first, in that order."""
        return self.published().exclude(read_first=None).order_by("read_first", "pk")


class Article(models.Model):
    """A page of the wiki. Every save adds an `ArticleVersion`; readers see the `published` one, editors the newest.

    With a `client` it is readable by those alone who may see that client; without one it is company-wide.
    `title` is that of the newest version. What waits for a review `is_held` where something was found in it that must not
    be read by everybody: managers alone read and judge it.
    """

    class Kind(models.TextChoices):
        SOLUTION = "solution", _("Problem and solution")
        INTERVIEW = "interview", _("Interview notes")
        TEMPLATE = "template", _("Training template")
        PRACTICE = "practice", _("How we work")

    class State(models.TextChoices):
        """Where the newest version stands."""

        DRAFT = "draft", pgettext_lazy("article", "Draft")
        IN_REVIEW = "in_review", pgettext_lazy("article", "In review")
        PUBLISHED = "published", pgettext_lazy("article", "Published")

    LONGEST: ClassVar[int] = 100_000

    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=160)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="articles", verbose_name=_("category")
    )
    tags = models.JSONField(_("tags"), default=list)
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="articles", verbose_name=_("client")
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    is_held = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    published = models.ForeignKey("ArticleVersion", null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    review_on = models.DateField(_("look at it again on"), null=True, blank=True)
    read_first = models.PositiveSmallIntegerField(_("place in “read these first”"), null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        indexes = [models.Index(fields=["client", "kind"])]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="article_has_a_title"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published__isnull=False), name="article_published_has_its_version"
            ),
            models.CheckConstraint(
                condition=~Q(kind="interview") | Q(client__isnull=False), name="article_interview_has_its_client"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("wiki:article", args=[self.pk])

    @property
    def fingerprint(self) -> str:
        """What its page of details shows; not its title, which the text brings along."""
        return fingerprint_of(self, without=_BESIDE_THE_DETAILS)

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def is_stale(self, today: date) -> bool:
        """Whether its day to be looked at again has come."""
        return self.review_on is not None and self.review_on <= today


class ArticleVersionQuerySet(models.QuerySet["ArticleVersion"]):
    """Versions of articles."""

    def visible_to(self, user: User) -> Self:
        """Keep those of articles this person may read: all of one's own and for managers, else the published ones and
        what waits for a review. What was written while the article was one client's stays that client's, also when the
        article is company-wide later."""
        articles = Article.objects.visible_to(user)
        rows = self.filter(article__in=articles)
        if not user.is_authenticated or user.is_manager:
            return rows
        rows = rows.filter(Q(client=None) | Q(client__in=Engagement.objects.visible_to(user).values("client_id")))
        newest = Q(number=F("article__version"), article__state=Article.State.IN_REVIEW, article__is_held=False)
        return rows.filter(Q(was_published=True) | Q(article__owner=user) | Q(author=user) | newest)


class ArticleVersion(models.Model):
    """What an article said after one save, whole; never changed, and restored by saving it again.

    `client` is whose the article was then.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    text = models.TextField(_("text"))
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    was_published = models.BooleanField(default=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    review_note = models.CharField(_("what the reviewer says"), max_length=500, blank=True)
    release_reason = models.CharField(_("why it may be read as it is"), max_length=200, blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = ArticleVersionQuerySet.as_manager()

    class Meta:
        ordering = ["article_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="article_version_once")]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class ArticleLink(models.Model):
    """What an article is about: a problem, an engagement, or a lesson. Whoever may not see that reads nothing of the link."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="links")
    problem = models.ForeignKey(Problem, null=True, on_delete=models.CASCADE, related_name="articles")
    engagement = models.ForeignKey(Engagement, null=True, on_delete=models.CASCADE, related_name="articles")
    lesson = models.ForeignKey(Lesson, null=True, on_delete=models.CASCADE, related_name="articles")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(problem__isnull=False, engagement=None, lesson=None)
                | Q(problem=None, engagement__isnull=False, lesson=None)
                | Q(problem=None, engagement=None, lesson__isnull=False),
                name="article_link_to_one_thing",
            ),
            models.UniqueConstraint(fields=["article", "lesson"], name="article_link_to_a_lesson_once"),
            models.UniqueConstraint(fields=["article", "problem"], name="article_link_to_a_problem_once"),
            models.UniqueConstraint(fields=["article", "engagement"], name="article_link_to_an_engagement_once"),
        ]


class ArticleVote(models.Model):
    """Whether an article helped one reader; the newest word counts."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    is_helpful = models.BooleanField()
    said_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "user"], name="article_vote_once")]
