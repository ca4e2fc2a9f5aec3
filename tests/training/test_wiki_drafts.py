"""R4: from a problem to a draft in one press, once; races between reviewers and writers; constant query counts."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import SearchMiss
from standups.models import Answer, Problem, ProblemAnswer, Reply
from tests.conftest import InParallel, SignIn
from tests.factories import ArticleFactory, LessonFactory, ProblemFactory, StandUpFactory, UserFactory
from tests.training.writing import newest, published, url
from training.models import Article, ArticleVote
from training.services import article_drafts, article_keeping, article_review, articles


@pytest.fixture
def solved(engagement: Engagement, engineer: User) -> Problem:
    today = engagement.today()
    problem: Problem = ProblemFactory(
        engagement=engagement, title="库存对账差异", symptom="差 12 件", cause="并发写入", fix="加行锁",
        prevention="每日对账", raised_by=engineer, raised_on=today, solved_on=today,
    )  # fmt: skip
    return problem


def address(problem: Problem) -> str:
    return reverse("wiki:from_problem", args=[problem.engagement_id, problem.pk])


def test_a_solved_problem_becomes_a_draft_once(solved: Problem, engineer: User, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    assert address(solved) in browser.get(solved.get_absolute_url()).content.decode()
    first, second = browser.post(address(solved)), browser.post(address(solved))
    article = Article.objects.get()
    assert first["Location"] == second["Location"] == article.get_absolute_url()
    assert (article.client, article.kind, article.state) == (solved.engagement.client, "solution", "draft")
    for part in ("差 12 件", "并发写入", "加行锁", "每日对账"):
        assert part in newest(article).text
    page = browser.get(article.get_absolute_url()).content.decode()
    assert solved.get_absolute_url() in page
    assert solved.engagement.get_absolute_url() in page


def test_where_no_fix_was_written_down_the_stand_up_tells_it(solved: Problem, engineer: User) -> None:
    Problem.objects.filter(pk=solved.pk).update(fix="")
    day = StandUpFactory(engagement=solved.engagement, published_at=timezone.now())
    ProblemAnswer.objects.create(
        stand_up=day, problem=solved, answer=Answer.SOLVED, note="信息部已开放端口", author=engineer
    )
    assert "信息部已开放端口" in newest(article_drafts.draft_from_problem(actor=engineer, problem=solved)).text


def test_an_answered_concern_becomes_a_draft(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    now = timezone.now()
    concern = ProblemFactory(
        engagement=engagement, kind="concern", words="系统会不会丢单?", said_at=now, said_by_name="陈镕",
        concern_state="answered", raised_by=engineer, raised_on=engagement.today(),
    )  # fmt: skip
    Reply.objects.create(
        problem=concern, acknowledgement="理解您的担心", facts="压测 10 万单,零丢失", written_by=engineer,
        answered_by=engineer, answered_at=now,
    )  # fmt: skip
    sign_in(engineer).post(address(concern))
    text = newest(Article.objects.get()).text
    for part in ("> 系统会不会丢单?", "理解您的担心", "压测 10 万单,零丢失"):
        assert part in text
    assert "陈镕" not in text


def test_what_is_open_has_no_button_and_makes_no_draft(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, solved: Problem
) -> None:
    problem = ProblemFactory(engagement=engagement, raised_by=engineer)
    browser = sign_in(engineer)
    assert address(problem) not in browser.get(problem.get_absolute_url()).content.decode()
    assert browser.post(address(problem))["Location"] == problem.get_absolute_url()
    client = sign_in(client_pm)
    assert "wiki" not in client.get(solved.get_absolute_url()).content.decode()
    assert client.post(address(solved)).status_code == 403
    with pytest.raises(PermissionDenied):
        article_drafts.draft_from_problem(actor=client_pm, problem=solved)
    assert not Article.objects.exists()


def test_a_colleagues_draft_is_told_not_shown(
    solved: Problem, engineer: User, colleague: User, outsider_engineer: User, sign_in: SignIn
) -> None:
    article_drafts.draft_from_problem(actor=engineer, problem=solved)
    answer = sign_in(colleague).post(address(solved), follow=True)
    assert engineer.name in answer.content.decode()
    assert Article.objects.count() == 1
    assert sign_in(outsider_engineer).post(address(solved)).status_code == 404


def test_links_are_shown_to_who_may_see_what_they_lead_to(
    manager: User, solved: Problem, engineer: User, outsider_engineer: User, sign_in: SignIn
) -> None:
    article = published(manager, owner=engineer)
    browser = sign_in(engineer)
    for where in (solved.get_absolute_url(), "https://x.example" + solved.get_absolute_url() + "?a#b"):
        assert browser.post(url("link_add", article), {"address": where}).status_code == 302
    assert article.links.count() == 1
    assert solved.title in browser.get(article.get_absolute_url()).content.decode()
    outside = sign_in(outsider_engineer)
    assert solved.title not in outside.get(article.get_absolute_url()).content.decode()
    link = article.links.get()
    assert outside.post(url("link_delete", article, link.pk)).status_code == 404
    for where in (solved.get_absolute_url(), "/", "/engagements/99999999999999999999/", "nonsense", "x" * 501):
        assert outside.post(url("link_add", article), {"address": where}).status_code == 422
    assert browser.post(url("link_delete", article, link.pk)).status_code == 302
    assert not article.links.exists()


def test_an_article_is_about_a_lesson_for_who_may_read_it(
    manager: User, engagement: Engagement, engineer: User, outsider_engineer: User, sign_in: SignIn
) -> None:
    """R2, R4: the wiki leads to the lesson it explains."""
    article, lesson = published(manager, owner=engineer), LessonFactory(engagement=engagement)
    browser, outside = sign_in(engineer), sign_in(outsider_engineer)
    where = {"address": lesson.get_absolute_url()}
    assert outside.post(url("link_add", article), where).status_code == 422
    for _time in range(2):
        assert browser.post(url("link_add", article), where).status_code == 302
    assert article.links.get().lesson == lesson
    assert lesson.title in browser.get(article.get_absolute_url()).content.decode()
    assert lesson.title not in outside.get(article.get_absolute_url()).content.decode()


def test_no_link_to_what_one_may_not_see_or_from_what_was_archived_meanwhile(
    manager: User, solved: Problem, engineer: User, outsider_engineer: User, sign_in: SignIn
) -> None:
    article = published(manager, owner=outsider_engineer)
    for target in (solved, solved.engagement):
        with pytest.raises(PermissionDenied):
            articles.add_link(actor=outsider_engineer, article=article, target=target)
    articles.add_link(actor=manager, article=article, target=solved)
    link = article.links.get()
    article_keeping.archive_article(actor=outsider_engineer, article=article)
    answer = sign_in(manager).post(url("link_add", article), {"address": solved.engagement.get_absolute_url()})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    with pytest.raises(StaleError):
        articles.remove_link(actor=manager, article=article, link=link)
    assert article.links.get() == link


def test_what_was_looked_for_in_vain(
    manager: User, engineer: User, client_pm: User, engagement: Engagement, sign_in: SignIn
) -> None:
    """Words that name a client are the managers' to read."""
    plain = SearchMiss.objects.create(words="编码转换", times=5, last_at=timezone.now())
    naming = SearchMiss.objects.create(words="华东机械 工资", times=2, last_at=timezone.now())
    wanted = reverse("wiki:wanted")
    assert sign_in(manager).get(wanted).context["misses"] == [plain, naming]
    browser = sign_in(engineer)
    page = browser.get(wanted)
    assert page.context["misses"] == [plain]
    assert "华东机械" not in page.content.decode()
    assert 'value="编码转换"' in browser.get("/wiki/new/?kind=solution&title=编码转换").content.decode()
    assert browser.post(reverse("wiki:miss_dismiss", args=[naming.pk])).status_code == 404
    assert browser.post(reverse("wiki:miss_dismiss", args=[plain.pk])).status_code == 302
    assert sign_in(manager).get(wanted).context["misses"] == [naming]
    assert sign_in(client_pm).get(wanted).status_code == 403


def queries(browser: Client, path: str) -> int:
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)


def test_pages_ask_as_often_for_thirty_rows(
    manager: User, engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    main = published(manager, owner=engineer, client=engagement.client, tags=["甲"])

    def grow(rows: int) -> None:
        for number in range(rows):
            article = published(manager, owner=engineer, client=engagement.client, tags=[f"标签{number}"])
            Article.objects.filter(pk=article.pk).update(owner=UserFactory())
            article_keeping.set_read_first(actor=manager, article=article, place=number + 1)
            waiting = ArticleFactory(owner=colleague, client=engagement.client)
            article_review.ask_for_review(actor=colleague, article=waiting, version=1)
            ArticleVote.objects.create(article=article, user=UserFactory(), is_helpful=False)
            Article.objects.filter(pk=article.pk).update(review_on="2024-01-01")
            problem = ProblemFactory(engagement=engagement, raised_by=engineer)
            main.links.create(problem=problem)
            ArticleVote.objects.create(article=main, user=UserFactory(), is_helpful=True)
            last = newest(main).number
            articles.save_version(actor=engineer, article=main, version=last, title="x", text=f"第 {number} 版")
            SearchMiss.objects.create(words=f"词 {rows} {number}", last_at=timezone.now())

    pages = {
        "list": "/wiki/", "narrowed": "/wiki/?tag=甲", "article": main.get_absolute_url(), "history": url("history", main),
        "wanted": reverse("wiki:wanted"), "edit": url("article_edit", main),
    }  # fmt: skip
    browser, shelves = sign_in(engineer), sign_in(manager)
    grow(1)
    before = {name: queries(browser, path) for name, path in pages.items()}
    kept = queries(shelves, reverse("wiki:category_list"))
    grow(29)
    assert {name: queries(browser, path) for name, path in pages.items()} == before
    assert queries(shelves, reverse("wiki:category_list")) == kept


def test_two_reviewers_at_once_publish_once(
    postgresql: None, in_parallel: InParallel, engineer: User, colleague: User, manager: User
) -> None:
    draft = ArticleFactory(owner=engineer)
    article_review.ask_for_review(actor=engineer, article=draft, version=1)
    publish = partial(article_review.publish_article, article=draft, version=1)
    results = in_parallel(partial(publish, actor=colleague), partial(publish, actor=manager))
    assert [type(result) for result in results if result is not None] == [StaleError]


def test_what_is_written_while_publishing_is_not_published(
    postgresql: None, in_parallel: InParallel, engineer: User, colleague: User
) -> None:
    """Either what was read is published and the newer text is a draft, or nothing is."""
    for _round in range(5):
        draft = ArticleFactory(owner=engineer, text="读过的")
        article_review.ask_for_review(actor=engineer, article=draft, version=1)
        in_parallel(
            partial(article_review.publish_article, actor=colleague, article=draft, version=1),
            partial(articles.save_version, actor=engineer, article=draft, version=1, title="x", text="没人读过的"),
        )
        draft.refresh_from_db()
        assert draft.published is None or draft.published.text == "读过的"
        assert newest(draft).text == "没人读过的"
        assert draft.state == "draft"


def test_two_saves_at_once_lose_nothing(
    postgresql: None, in_parallel: InParallel, engineer: User, manager: User
) -> None:
    draft = ArticleFactory(owner=engineer)
    save = partial(articles.save_version, article=draft, version=1, title="x")
    results = in_parallel(partial(save, actor=engineer, text="甲"), partial(save, actor=manager, text="乙"))
    assert sum(isinstance(result, StaleError) for result in results) == 1
    assert draft.versions.count() == 2


def test_two_presses_make_one_draft(
    postgresql: None, in_parallel: InParallel, solved: Problem, engineer: User, colleague: User
) -> None:
    press = partial(article_drafts.draft_from_problem, problem=solved)
    results = in_parallel(
        partial(press, actor=engineer), partial(press, actor=engineer), partial(press, actor=colleague)
    )
    assert Article.objects.count() == 1
    assert all(isinstance(result, Article | DomainError) for result in results)


def test_two_votes_at_once_are_one(
    postgresql: None, in_parallel: InParallel, manager: User, engineer: User, colleague: User
) -> None:
    article = published(manager, owner=engineer)
    say = partial(article_keeping.vote, actor=colleague, article=article)
    assert in_parallel(partial(say, is_helpful=True), partial(say, is_helpful=False)) == [None, None]
    assert ArticleVote.objects.count() == 1
