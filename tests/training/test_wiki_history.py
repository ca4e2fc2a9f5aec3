"""R4: nothing of an article is lost: versions, what differs, one of them again, and two who write at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from tests.conftest import SignIn
from tests.factories import ArticleFactory
from tests.training.writing import newest, published, url
from training.models import Article
from training.services import article_keeping, article_review, articles
from training.wiki.differences import Piece, Row, differences


def said(row: Row, side: str) -> str:
    pieces: tuple[Piece, ...] = getattr(row, side)
    return "".join(piece.text for piece in pieces)


def test_words_that_differ_are_marked() -> None:
    rows = differences("先核对映射表\n再导入\n完成", "先核对新映射表\n完成\n收尾")
    assert [row.how for row in rows] == ["changed", "gone", "same", "new"]
    assert [piece.text for piece in rows[0].now if piece.is_marked] == ["新"]
    assert not any(piece.is_marked for piece in rows[0].was)


def test_long_stretches_are_folded() -> None:
    lines = [str(number) for number in range(100)]
    rows = differences("\n".join(lines), "\n".join([*lines[:50], "x", *lines[50:]]))
    assert sum(row.count for row in rows) == 100 - 6
    assert len(rows) == 6 + 1 + 2


@given(st.text(alphabet="ab\n 中", max_size=60), st.text(alphabet="ab\n 中", max_size=60))
def test_both_texts_can_be_read_from_the_rows(was: str, now: str) -> None:
    rows = differences(was, now)
    if was == now:
        assert rows == []
        return
    folded = any(row.how == "folded" for row in rows)
    for side, number, text in (("was", "was_number", was), ("now", "now_number", now)):
        lines = [said(row, side) for row in rows if getattr(row, number) is not None]
        assert folded or lines == text.split("\n")


def test_huge_texts_are_compared_in_time() -> None:
    was = "\n".join(f"{number} " + "x" * 40 for number in range(2000))
    assert differences(was, was.replace("x", "y"))
    assert differences("a" * 100_000, "b" * 100_000)


def test_history_and_differences(manager: User, engineer: User, sign_in: SignIn) -> None:
    article = ArticleFactory(owner=engineer, text="第一行\n第二行")
    articles.save_version(
        actor=engineer, article=article, version=1, title="新题", text="第一行\n第贰行<script>", note="改了一个字"
    )
    browser = sign_in(engineer)
    page = browser.get(url("history", article)).content.decode()
    assert "改了一个字" in page
    for query in ("?from=1&to=2", "?from=2&to=1", ""):
        page = browser.get(url("compare", article) + query).content.decode()
        assert "<del>二</del>" in page
        assert "<ins>贰</ins>" in page
        assert "<script>" not in page.split("<main")[1].split("</main>")[0]
    assert browser.get(url("compare", article) + "?from=1&to=99").status_code == 404
    assert browser.get(url("compare", article) + "?from=x&to=99999999999").status_code == 404
    assert browser.get(url("version", article, 1)).status_code == 200
    assert browser.get(url("version", article, 10**20)).status_code == 404


def test_restoring_is_a_new_version(engineer: User, colleague: User, sign_in: SignIn) -> None:
    article = ArticleFactory(owner=engineer, text="旧的写法")
    articles.save_version(actor=engineer, article=article, version=1, title=article.title, text="新的写法")
    assert sign_in(engineer).post(url("restore", article, 1), {"version": "1"}).status_code == 302
    assert newest(article).number == 2, "somebody saved since: nothing is restored over it"
    assert sign_in(engineer).post(url("restore", article, 1), {"version": "2"}).status_code == 302
    assert (newest(article).number, newest(article).text) == (3, "旧的写法")
    assert article.versions.get(number=2).text == "新的写法"
    assert sign_in(colleague).post(url("restore", article, 1), {"version": "3"}).status_code == 404


def test_two_write_at_once_and_both_texts_are_shown(
    manager: User, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    """The stale save is a 409 with both texts and what each changed; saved again it stands on top, nothing is lost."""
    article = published(manager, owner=engineer, text="一\n二\n三")
    articles.save_version(
        actor=engineer, article=article, version=1, title=article.title, text="一\n二\n三\n工程师加的"
    )
    browser = sign_in(colleague)
    mine = {"version": "1", "title": "我的标题", "text": "我改的\n二\n三"}
    answer = browser.post(url("article_edit", article), mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "我改的" in answer.context["form"]["text"].value()
    assert "工程师加的" in page
    assert engineer.name in page
    assert [row.how for row in answer.context["conflict"].their_changes if row.how != "same"] == ["new"]
    assert [row.how for row in answer.context["conflict"].my_changes if row.how != "same"] == ["changed"]
    again = mine | {"version": answer.context["form"]["version"].value(), "text": "我改的\n二\n三\n工程师加的"}
    assert browser.post(url("article_edit", article), again).status_code == 302
    assert [row.text for row in article.versions.order_by("number")][1:] == ["一\n二\n三\n工程师加的", again["text"]]


def test_a_draft_that_tells_a_secret_is_not_shown_to_who_wrote_beside_it(
    manager: User, engineer: User, outsider_engineer: User, sign_in: SignIn
) -> None:
    article = published(manager, owner=engineer)
    secret = "华东机械集团的管理员密码：Canary@2026x"
    articles.save_version(actor=engineer, article=article, version=1, title=article.title, text=secret)
    answer = sign_in(outsider_engineer).post(
        url("article_edit", article), {"version": "1", "title": "x", "text": "我写的一段"}
    )
    assert answer.status_code == 409
    assert "Canary" not in answer.content.decode()
    assert "我写的一段" in answer.content.decode()


def test_what_is_typed_survives_an_archived_article(engineer: User, manager: User, sign_in: SignIn) -> None:
    article = published(manager, owner=engineer)
    article_keeping.archive_article(actor=manager, article=article)
    typed = {"version": "1", "title": "x", "text": "写了很久的一段"}
    answer = sign_in(engineer).post(url("article_edit", article), typed)
    assert answer.status_code == 409
    assert "写了很久的一段" in answer.content.decode()


def test_what_is_typed_survives_an_article_one_may_not_read_any_more(
    engineer: User, outsider_engineer: User, engagement: Engagement, sign_in: SignIn
) -> None:
    article = ArticleFactory(owner=engineer, client=engagement.client, title="canary")
    browser = sign_in(outsider_engineer)
    typed = {"version": "1", "title": "x", "text": "写了很久的一段"}
    absent = url("article_edit", article).replace(f"/{article.pk}/", "/987654/")
    for address in (url("article_edit", article), absent):
        answer = browser.post(address, typed)
        assert answer.status_code == 404
        assert "写了很久的一段" in answer.content.decode()
        assert "canary" not in answer.content.decode()


def test_details_changed_by_two_are_told(engineer: User, manager: User, sign_in: SignIn) -> None:
    article = ArticleFactory(owner=engineer)
    browser = sign_in(engineer)
    was = browser.get(url("article_details", article)).context["form"]["was"].value()
    fields = {"was": was, "kind": "practice", "tags": "甲", "category": "", "client": "", "review_on": "2027-01-01"}
    sign_in(manager).post(url("article_details", article), fields | {"tags": "乙"})
    answer = browser.post(url("article_details", article), fields)
    assert answer.status_code == 409
    assert "乙" in answer.content.decode()
    again = fields | {"was": answer.context["form"]["was"].value()}
    assert browser.post(url("article_details", article), again).status_code == 302
    assert Article.objects.get().tags == ["甲"]


def test_what_was_written_for_a_client_stays_theirs(
    manager: User, engagement: Engagement, engineer: User, outsider_engineer: User, sign_in: SignIn
) -> None:
    """From one client's to everybody's: a draft again, and the earlier versions stay with who may see that client."""
    article = published(manager, owner=engineer, client=engagement.client, text="canary 只属于客户的话")
    fields: dict[str, Any] = {"kind": "solution", "category": None, "tags": [], "review_on": None}
    articles.change_details(actor=engineer, article=article, client=None, **fields)
    article.refresh_from_db()
    assert (article.state, article.published, article.version) == ("draft", None, 2)
    articles.save_version(actor=engineer, article=article, version=2, title="通用做法", text="通用的话")
    article_review.ask_for_review(actor=engineer, article=article, version=3)
    article_review.publish_article(actor=manager, article=article, version=3)
    browser = sign_in(outsider_engineer)
    for address in ("history", "article", "compare"):
        page = browser.get(url(address, article))
        assert page.status_code == 200
        assert "canary" not in page.content.decode()
    for number in (1, 2):
        assert browser.get(url("version", article, number)).status_code == 404
    assert sign_in(engineer).get(url("version", article, 1)).status_code == 200
    with pytest.raises(DomainError):
        articles.restore_version(actor=engineer, article=article, number=1, version=3)


def test_a_stale_number_never_saves(engineer: User) -> None:
    article = ArticleFactory(owner=engineer)
    for version in (0, 2, 99):
        with pytest.raises(StaleError):
            articles.save_version(actor=engineer, article=article, version=version, title="x", text="x")
