"""R4: who reads an article, and how one is written and published."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry, SearchEntry
from onsite.core.search.rebuilding import check
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.conftest import SignIn
from tests.factories import ArticleFactory, CategoryFactory
from tests.training.writing import newest, published, url
from training.models import Article, ArticleVersion
from training.services import article_keeping, article_review, articles, categories

LIST = "/wiki/"
FIELDS = {"kind": "practice", "title": "权限要前置确认", "text": "## 怎么做\n\n先确认。"}


def readers(article: Article, *people: User) -> list[bool]:
    return [Article.objects.visible_to(person).filter(pk=article.pk).exists() for person in people]


def test_from_an_empty_list_to_a_published_article(engineer: User, outsider_engineer: User, sign_in: SignIn) -> None:
    """The whole way in the browser: kind, text, review by somebody else, read by everybody."""
    writer, reader = sign_in(engineer), sign_in(outsider_engineer)
    assert 'class="empty"' in writer.get(LIST).content.decode()
    assert "# " in writer.get(LIST + "new/?kind=practice").content.decode()
    assert writer.post(LIST + "new/", FIELDS).status_code == 302
    article = Article.objects.get()
    assert (article.state, article.owner, article.review_on) == ("draft", engineer, articles.look_again_on())
    assert reader.get(article.get_absolute_url()).status_code == 404
    writer.post(url("review_ask", article), {"version": 1})
    assert "权限要前置确认" in reader.get(LIST).content.decode()
    assert writer.get(url("review", article)).status_code == 403
    assert reader.post(url("review", article), {"version": 1}).status_code == 302
    page = reader.get(article.get_absolute_url()).content.decode()
    assert "<h2 id=" in page or "<h3 id=" in page
    sweep()
    assert Message.objects.get(kind="article_published").recipient == engineer
    actions = list(AuditEntry.objects.order_by("number").values_list("action", flat=True))
    assert actions == ["article.created", "article.review_asked", "article.published"]


def test_who_reads_what(
    manager: User,
    engagement: Engagement,
    engineer: User,
    colleague: User,
    outsider_engineer: User,
    client_pm: User,
    administrator: User,
) -> None:
    people = (engineer, colleague, outsider_engineer, administrator, client_pm, manager)
    draft = ArticleFactory(owner=engineer)
    assert readers(draft, *people) == [True, False, False, False, False, True]
    article_review.ask_for_review(actor=engineer, article=draft, version=1)
    assert readers(draft, *people) == [True, True, True, True, False, True]
    private = published(manager, owner=engineer, client=engagement.client)
    assert readers(private, *people) == [True, True, False, False, False, True]
    company = published(manager, owner=engineer)
    assert readers(company, *people) == [True, True, True, True, False, True]


def test_an_engineer_who_left_the_client_reads_its_articles_no_more(
    manager: User, engagement: Engagement, engineer: User, colleague: User
) -> None:
    private = published(manager, owner=engineer, client=engagement.client)
    engagement.memberships.unscoped().update(ended_at=timezone.now())
    assert readers(private, engineer, colleague, manager) == [False, False, True]


def test_readers_go_on_reading_what_is_published(
    manager: User, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    article = published(manager, owner=engineer, title="旧标题", text="旧的写法")
    articles.save_version(actor=engineer, article=article, version=1, title="canary标题", text="canary正文")
    browser = sign_in(colleague)
    for address in (LIST, article.get_absolute_url(), article.get_absolute_url() + "?newest", url("history", article)):
        page = browser.get(address).content.decode()
        assert "旧标题" in page
        assert "canary" not in page
    assert browser.get(url("version", article, 2)).status_code == 404
    assert browser.get(url("compare", article) + "?from=1&to=2").status_code == 404
    assert browser.get(LIST + "?q=canary").context["rows"] == []
    assert browser.get(LIST + "?state=draft").context["rows"] == []
    mine = sign_in(engineer)
    assert "?newest" in mine.get(article.get_absolute_url()).content.decode()
    assert "canary正文" in mine.get(article.get_absolute_url() + "?newest").content.decode()


def test_a_colleague_improves_what_is_published(manager: User, engineer: User, colleague: User) -> None:
    article = published(manager, owner=engineer, text="旧的写法")
    articles.save_version(actor=colleague, article=article, version=1, title=article.title, text="更好的写法")
    article.refresh_from_db()
    assert (article.state, article.published and article.published.text) == ("draft", "旧的写法")
    article_review.ask_for_review(actor=colleague, article=article, version=2)
    with pytest.raises(PermissionDenied):
        article_review.publish_article(actor=colleague, article=article, version=2)
    article_review.publish_article(actor=engineer, article=article, version=2)
    assert newest(article).was_published


def test_a_draft_is_its_keepers_alone_to_write(engineer: User, colleague: User) -> None:
    draft = ArticleFactory(owner=engineer)
    article_review.ask_for_review(actor=engineer, article=draft, version=1)
    with pytest.raises(PermissionDenied):
        articles.save_version(actor=colleague, article=draft, version=1, title="x", text="x")
    with pytest.raises(PermissionDenied):
        articles.change_details(
            actor=colleague, article=draft, kind="practice", category=None, tags=[], client=None, review_on=None
        )


def test_a_client_writes_nothing(client_pm: User, engagement: Engagement) -> None:
    with pytest.raises(PermissionDenied):
        articles.create_article(actor=client_pm, kind="practice", title="x", text="x")
    assert not Article.objects.exists()


def test_an_article_of_a_client_one_may_not_see_can_not_be_written(
    outsider_engineer: User, engagement: Engagement, sign_in: SignIn
) -> None:
    with pytest.raises(PermissionDenied):
        articles.create_article(
            actor=outsider_engineer, kind="interview", title="x", text="x", client=engagement.client
        )
    answer = sign_in(outsider_engineer).post(LIST + "new/", FIELDS | {"client": engagement.client_id})
    assert answer.status_code == 422
    assert answer.context["form"].errors["client"]


def test_interview_notes_belong_to_a_client(engineer: User, sign_in: SignIn, engagement: Engagement) -> None:
    answer = sign_in(engineer).post(LIST + "new/", FIELDS | {"kind": "interview", "text": "已经写好的一段"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["client"]
    assert "已经写好的一段" in answer.content.decode()
    answer = sign_in(engineer).post(LIST + "new/", FIELDS | {"kind": "interview", "client": engagement.client_id})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"title": "nul\x00"}, "title"),
        ({"text": "x" * 100_001}, "text"),
        ({"text": "x" * 9_000_000}, "text"),
        ({"text": "nul\x00"}, "text"),
        ({"tags": "x" * 31}, "tags"),
        ({"tags": ",".join("abcdefghijklmnop")}, "tags"),
        ({"category": "99999999999999999999"}, "category"),
        ({"client": "99999999999999999999"}, "client"),
        ({"client": "x"}, "client"),
    ],
)
def test_bad_input_is_said_beside_its_field(
    engineer: User, sign_in: SignIn, change: dict[str, str], field: str
) -> None:
    answer = sign_in(engineer).post(LIST + "new/", FIELDS | change)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not Article.objects.exists()


def test_the_list_is_narrowed(manager: User, engineer: User, colleague: User, sign_in: SignIn) -> None:
    shelf = CategoryFactory()
    one = published(
        manager, owner=engineer, title="迁移映射", tags=["迁移", "编码"], category=shelf, text="GBK 与 UTF-8"
    )
    two = published(manager, owner=colleague, title="权限前置", kind="practice")
    browser = sign_in(engineer)

    def found(query: str) -> set[int]:
        return {row.article.pk for row in browser.get(LIST + query).context["rows"]}

    assert found("") == {one.pk, two.pk}
    assert found("?kind=practice") == {two.pk}
    assert found(f"?category={shelf.pk}") == {one.pk}
    assert found("?tag=编码") == {one.pk}
    assert found("?q=utf-8") == {one.pk}
    assert found("?show=mine") == {one.pk}
    assert found("?client=company") == {one.pk, two.pk}
    assert found("?state=published") == {one.pk, two.pk}
    assert found("?show=stale") == set()
    Article.objects.filter(pk=two.pk).update(review_on="2020-01-01")
    assert found("?show=stale") == {two.pk}
    article_keeping.archive_article(actor=engineer, article=one)
    assert found("") == {two.pk}
    assert found("?show=archived") == {one.pk}
    assert browser.get(LIST + "?kind=x&category=99999999999999999999&page=x&tag=%00").status_code == 200


def test_newcomers_read_these_first(manager: User, engineer: User, colleague: User, sign_in: SignIn) -> None:
    second, first = (published(manager, owner=engineer) for _number in range(2))
    article_keeping.set_read_first(actor=manager, article=second, place=2)
    sign_in(manager).post(url("read_first", first), {"place": 1})
    assert [row.article for row in sign_in(colleague).get(LIST).context["first"]] == [first, second]
    assert sign_in(colleague).get(url("read_first", first)).status_code == 403
    with pytest.raises(PermissionDenied):
        article_keeping.set_read_first(actor=engineer, article=first, place=1)
    with pytest.raises(DomainError):
        article_keeping.set_read_first(actor=manager, article=ArticleFactory(), place=1)
    answer = sign_in(manager).post(url("read_first", first), {"place": "99999999999999999999"})
    assert answer.status_code == 422


def test_sending_back_tells_the_writer_what_is_missing(
    engineer: User, colleague: User, sign_in: SignIn, mailoutbox: list[object]
) -> None:
    draft = ArticleFactory(owner=engineer)
    article_review.ask_for_review(actor=engineer, article=draft, version=1)
    browser = sign_in(colleague)
    assert browser.post(url("review_send_back", draft), {"version": 1, "note": ""}).status_code == 422
    assert browser.post(url("review_send_back", draft), {"version": 1, "note": "缺少回退步骤"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert "缺少回退步骤" in sign_in(engineer).get(draft.get_absolute_url()).content.decode()
    assert sweep() == 1
    assert "缺少回退步骤" in str(mailoutbox[0].body)  # type: ignore[attr-defined]
    # Sent again, sent back again: a second message.
    article_review.ask_for_review(actor=engineer, article=draft, version=1)
    article_review.send_back(actor=colleague, article=draft, version=1, note="还是缺少")
    assert Message.objects.filter(kind="article_sent_back").count() == 2


def test_a_manager_publishes_their_own(manager: User) -> None:
    draft = ArticleFactory(owner=manager)
    article_review.publish_article(actor=manager, article=draft, version=1)
    assert not Message.objects.exists()


def test_a_draft_that_nobody_sent_is_not_published(manager: User, engineer: User, colleague: User) -> None:
    draft = ArticleFactory(owner=engineer)
    for actor, error in ((manager, PermissionDenied), (engineer, PermissionDenied), (colleague, DomainError)):
        with pytest.raises(error):
            article_review.publish_article(actor=actor, article=draft, version=1)


def test_what_was_reviewed_is_what_is_published(engineer: User, colleague: User, sign_in: SignIn) -> None:
    draft = ArticleFactory(owner=engineer)
    article_review.ask_for_review(actor=engineer, article=draft, version=1)
    articles.save_version(actor=engineer, article=draft, version=1, title="x", text="改过的")
    article_review.ask_for_review(actor=engineer, article=draft, version=2)
    with pytest.raises(StaleError):
        article_review.publish_article(actor=colleague, article=draft, version=1)
    answer = sign_in(colleague).post(url("review", draft), {"version": 1})
    assert answer.status_code == 409
    assert "改过的" in answer.content.decode()
    article_review.publish_article(actor=colleague, article=draft, version=2)
    with pytest.raises(StaleError):
        article_review.publish_article(actor=colleague, article=draft, version=2)


def test_the_same_words_save_no_version(engineer: User) -> None:
    draft = ArticleFactory(owner=engineer, text="一\n二")
    articles.save_version(actor=engineer, article=draft, version=1, title=draft.title, text="一\r\n二")
    assert ArticleVersion.objects.count() == 1


def test_owner_and_review_day(manager: User, engineer: User, colleague: User, sign_in: SignIn) -> None:
    article = published(manager, owner=engineer)
    Article.objects.filter(pk=article.pk).update(review_on="2024-01-01")
    page = sign_in(colleague).get(article.get_absolute_url())
    assert page.context["is_stale"]
    assert sign_in(colleague).post(url("confirm", article)).status_code == 403
    assert sign_in(engineer).post(url("confirm", article)).status_code == 302
    article.refresh_from_db()
    assert article.review_on == articles.look_again_on()
    assert sign_in(engineer).post(url("hand_over", article), {"owner": colleague.pk}).status_code == 302
    article.refresh_from_db()
    assert article.owner == colleague
    assert sign_in(engineer).post(url("archive", article)).status_code == 403


def test_nobody_owns_what_they_may_not_read(
    manager: User, engagement: Engagement, engineer: User, outsider_engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    article = published(manager, owner=engineer, client=engagement.client)
    for other in (outsider_engineer, client_pm):
        with pytest.raises(DomainError):
            article_keeping.hand_over(actor=engineer, article=article, owner=other)
    answer = sign_in(engineer).post(url("hand_over", article), {"owner": outsider_engineer.pk})
    assert answer.status_code == 422


def test_archived_and_taken_back(manager: User, engineer: User, colleague: User, sign_in: SignIn) -> None:
    article = published(manager, owner=engineer)
    browser = sign_in(engineer)
    browser.post(url("archive", article))
    assert browser.get(url("article_edit", article)).status_code == 302
    with pytest.raises(StaleError):
        articles.save_version(actor=engineer, article=article, version=1, title="x", text="x")
    browser.post(url("take_back", article))
    articles.save_version(actor=engineer, article=article, version=1, title="x", text="x")


def test_was_it_helpful(manager: User, engineer: User, colleague: User, sign_in: SignIn) -> None:
    article = published(manager, owner=engineer)
    for word in ("yes", "no", "no", "maybe"):
        sign_in(colleague).post(url("vote", article), {"helpful": word})
    sign_in(engineer).post(url("vote", article), {"helpful": "yes"})
    page = sign_in(colleague).get(article.get_absolute_url())
    assert (page.context["helpful"], page.context["unhelpful"], page.context["my_vote"]) == (1, 1, False)
    assert page.context["newest"] is not None
    sign_in(engineer).post(url("vote", article), {"helpful": "no"})
    assert [row.article for row in sign_in(manager).get(reverse("wiki:wanted")).context["unhelpful"]] == [article]


def test_the_search_knows_the_shelf(manager: User) -> None:
    """Articles are found by their shelf's name: by its new one, and no more by that of one taken out."""
    shelf = CategoryFactory(name="旧架")
    published(manager, owner=manager, category=shelf)
    assert check() == []
    categories.rename_category(actor=manager, category=shelf, name="新架")
    assert check() == []
    assert SearchEntry.objects.get(kind="article").text.startswith("新架")
    categories.delete_category(actor=manager, category=shelf)
    assert check() == []


def test_managers_keep_the_categories(manager: User, engineer: User, sign_in: SignIn) -> None:
    browser, shelves = sign_in(manager), reverse("wiki:category_list")
    for name in ("数据", "权限", "数据"):
        answer = browser.post(shelves, {"name": name})
    assert answer.status_code == 422
    one, two = browser.get(shelves).context["categories"]
    article = ArticleFactory(category=two)
    assert browser.post(reverse("wiki:category_rename", args=[two.pk]), {"name": "数据"}).status_code == 422
    browser.post(reverse("wiki:category_rename", args=[two.pk]), {"name": "权限与账号"})
    browser.post(reverse("wiki:category_move", args=[two.pk]), {"up": "1"})
    assert [row.name for row in browser.get(shelves).context["categories"]] == ["权限与账号", "数据"]
    browser.post(reverse("wiki:category_delete", args=[two.pk]))
    article.refresh_from_db()
    assert article.category is None
    assert sign_in(engineer).get(shelves).status_code == 403
    assert browser.post(reverse("wiki:category_rename", args=[one.pk]), {"name": "x" * 61}).status_code == 422


def test_the_list_begins_with_the_newest(manager: User, engineer: User, sign_in: SignIn) -> None:
    made = [published(manager, owner=engineer, title=title) for title in ("乙", "甲", "丙")]
    for days, article in zip((5, 1, 9), made, strict=True):
        Article.objects.filter(pk=article.pk).update(changed_at=timezone.now() - timedelta(days=days))
    rows = sign_in(engineer).get(LIST).context["rows"]
    assert [row.title for row in rows] == ["甲", "乙", "丙"]
