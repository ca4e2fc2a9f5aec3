"""R4: what stands in an article that everybody reads tells no secret and names no client; hostile text stays inert."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from engagements.models import Client, Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from tests.channels import body_of
from tests.conftest import SignIn
from tests.factories import ArticleFactory, MembershipFactory
from tests.training.pictures import png
from tests.training.writing import newest, published, url
from training.models import Article, KnowledgeFile
from training.services import article_pictures, article_review, articles
from training.wiki import check

SECRET = "Canary@2026x"
CANARIES = {
    "a password": f"登录 admin,密码：{SECRET}",
    "a connection": f"postgres://erp:{SECRET}@10.2.3.4/erp",
    "a mobile number": "联系 13812345678 即可",
    "a number hidden by emphasis": "联系 138**1234**5678 即可",
    "a client's name": "在华东机械集团用过",
    "a client's short name": "华东机械的做法",
    "a client's person": "陈镕要求这样做",
    "a client's e-mail": "写信给 PM@Huadong.example",
}


def kinds_of(article: Article) -> list[str]:
    return [one.what for one in check.findings(article, newest(article))]


@pytest.fixture(autouse=True)
def _their_address(client_pm: User) -> None:
    client_pm.email = "pm@huadong.example"
    client_pm.save()


@pytest.mark.parametrize("text", CANARIES.values(), ids=CANARIES)
def test_what_must_not_be_read_by_everybody_waits_for_a_manager(
    text: str, manager: User, engineer: User, colleague: User, outsider_engineer: User, sign_in: SignIn
) -> None:
    draft = ArticleFactory(owner=engineer, text=f"第一行\n\n{text}")
    article_review.ask_for_review(actor=engineer, article=draft, version=1)
    for other in (colleague, outsider_engineer):
        assert sign_in(other).get(draft.get_absolute_url()).status_code == 404
        with pytest.raises(DomainError):
            article_review.publish_article(actor=other, article=draft, version=1, release_reason="我觉得可以")
    browser = sign_in(manager)
    page = browser.get(url("review", draft)).content.decode()
    assert "wiki-found" in page
    answer = browser.post(url("review", draft), {"version": 1, "release_reason": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors["release_reason"]
    assert newest(draft).was_published is False
    assert browser.post(url("review", draft), {"version": 1, "release_reason": "测试环境的"}).status_code == 302
    assert newest(draft).release_reason == "测试环境的"
    entry = AuditEntry.objects.filter(action="article.published").get()
    assert entry.data["reason"] == "测试环境的"
    assert SECRET not in str(entry.data)


def test_what_is_found_says_kind_and_line_and_never_the_secret(manager: User, engineer: User) -> None:
    draft = ArticleFactory(owner=engineer, text=f"一\n二\n密码：{SECRET}\n华东机械")
    found = check.findings(draft, newest(draft))
    assert [one.where.split()[-1] for one in found[:2]] == ["3", "4"]
    assert not any(SECRET in one.sample for one in found)
    assert found[1].sample == "华东机械"


def test_title_tags_and_pictures_are_looked_through(engineer: User) -> None:
    draft = ArticleFactory(owner=engineer, title="华东机械的做法", tags=["13812345678"])
    article_pictures.add_picture(actor=engineer, article=draft, upload=SimpleUploadedFile("陈镕签字.png", png()))
    assert len(kinds_of(draft)) == 3


def test_a_name_is_a_word_of_its_own(engineer: User, client_pm: User) -> None:
    client_pm.name = "Ann"
    client_pm.save()
    assert kinds_of(ArticleFactory(text="an annotation, planned")) == []
    assert len(kinds_of(ArticleFactory(text="as ANN said"))) == 1


def test_one_clients_article_may_name_that_client(manager: User, engagement: Engagement, engineer: User) -> None:
    article = published(manager, owner=engineer, client=engagement.client, text=f"华东机械 密码：{SECRET}")
    assert article.state == "published"


def test_tags_of_what_everybody_reads_tell_nothing(manager: User, engineer: User, sign_in: SignIn) -> None:
    article = published(manager, owner=engineer)
    fields = {"kind": "practice", "category": "", "client": "", "review_on": "", "tags": "华东机械"}
    answer = sign_in(engineer).post(url("article_details", article), fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors["tags"]


REASONS = {"its client": "华东机械同意了", "a secret": f"密码：{SECRET} 已改"}


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS)
def test_the_reason_of_a_release_tells_nothing_itself(reason: str, manager: User, engineer: User) -> None:
    draft = ArticleFactory(owner=engineer, text=f"密码：{SECRET}")
    article_review.ask_for_review(actor=engineer, article=draft, version=1)
    with pytest.raises(DomainError) as refused:
        article_review.publish_article(actor=manager, article=draft, version=1, release_reason=reason)
    assert refused.value.field == "release_reason"
    assert SECRET not in refused.value.message
    assert newest(draft).was_published is False


@pytest.mark.parametrize("place", ["note", "review_note"])
def test_what_stands_in_the_history_is_looked_through(
    place: str, manager: User, engineer: User, colleague: User
) -> None:
    """The words beside a version, its writer's and its reviewer's: as soon as it is published, everybody reads them."""
    draft, telling = ArticleFactory(owner=engineer), f"华东机械 密码：{SECRET}"
    note = telling if place == "note" else ""
    articles.save_version(actor=engineer, article=draft, version=1, title="做法", text="更好", note=note)
    if place == "review_note":
        article_review.ask_for_review(actor=engineer, article=draft, version=2)
        article_review.send_back(actor=colleague, article=draft, version=2, note=telling)
    article_review.ask_for_review(actor=engineer, article=draft, version=2)
    draft.refresh_from_db()
    assert draft.is_held
    # Other words on what changed are a version of their own, so the writer can mend it.
    articles.save_version(actor=engineer, article=draft, version=2, title="做法", text="更好", note="改了措辞")
    article_review.ask_for_review(actor=engineer, article=draft, version=3)
    draft.refresh_from_db()
    assert not draft.is_held


@pytest.mark.parametrize("by_way", ["straight", "company-wide", "both"])
def test_what_one_client_told_does_not_reach_another(
    by_way: str, manager: User, engineer: User, engagement: Engagement, foreign_engagement: Engagement,
    outsider_engineer: User, sign_in: SignIn,
) -> None:  # fmt: skip
    """From one client's to another's, also by way of everybody's: withdrawn, and a manager judges what it tells."""
    MembershipFactory(engagement=foreign_engagement, user=engineer, part=Part.ENGINEER)
    theirs = foreign_engagement.client
    article = published(manager, owner=engineer, client=engagement.client, text=f"陈镕说 {theirs.short_name}")
    fields: dict[str, Any] = {"kind": "practice", "category": None, "tags": [], "review_on": None}
    ways: dict[str, list[Client | None]] = {"straight": [theirs], "company-wide": [None], "both": [None, theirs]}
    for client in ways[by_way]:
        articles.change_details(actor=engineer, article=article, client=client, **fields)
    version = newest(article).number
    assert (article.state, article.published) == ("draft", None)
    article_review.ask_for_review(actor=engineer, article=article, version=version)
    assert sign_in(outsider_engineer).get(article.get_absolute_url()).status_code == 404
    page = sign_in(manager).get(url("review", article))
    named = {one.sample for one in page.context["found"]}
    assert "陈镕" in named
    # Their own name may stand in what is theirs alone.
    assert (theirs.short_name in named) is (article.client is None)
    with pytest.raises(DomainError):
        article_review.publish_article(actor=manager, article=article, version=version)
    article_review.publish_article(actor=manager, article=article, version=version, release_reason="已核对")
    assert sign_in(outsider_engineer).get(article.get_absolute_url()).status_code == 200


HOSTILE = """<script>alert(1)</script> <img src=x onerror=alert(1)>
[a](javascript:alert(1)) [b](data:text/html;base64,xx) ![c](https://evil.example/x.png) ![d](picture:9)
<svg onload=alert(1)> # <b onclick=alert(1)>x</b>

## <img src=x onerror=alert(1)>

## " onmouseover="alert(1)
## b
## c
## d
"""


class Seen(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect; a script of the form's own comes from our static files."""
        if tag != "script" or not (dict(attrs).get("src") or "").startswith("/static/"):
            self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_hostile_text_stays_inert(engineer: User, sign_in: SignIn) -> None:
    draft = ArticleFactory(owner=engineer, text=HOSTILE, title="<script>alert(2)</script>")
    browser = sign_in(engineer)
    pages = [browser.get(url(name, draft)) for name in ("article", "article_edit", "history", "compare")]
    pages.append(browser.get(url("version", draft, 1)))
    pages.append(browser.post(reverse("wiki:preview"), {"text": HOSTILE}))
    pages.append(browser.post(url("article_edit", draft), {"version": 1, "text": HOSTILE, "title": "x", "preview": 1}))
    for page in pages:
        assert page.status_code == 200
        seen = Seen()
        seen.feed(page.content.decode().split("<main")[-1].split("</main>")[0])
        # An svg may be one of our own icons; what would run in one begins with "on".
        assert not {"script", "iframe", "object", "embed"} & seen.tags
        assert not [name for name, _value in seen.attributes if name.startswith("on")]
        addresses = [value for name, value in seen.attributes if name in {"href", "src"}]
        assert not [value for value in addresses if value.startswith(("javascript", "data", "https://evil", "x"))]


def test_a_preview_saves_nothing(engineer: User, sign_in: SignIn) -> None:
    draft = ArticleFactory(owner=engineer, text="存着的")
    posted = {"version": 1, "title": "x", "text": "## 还没存", "preview": "1"}
    page = sign_in(engineer).post(url("article_edit", draft), posted).content.decode()
    assert "还没存</h" in page
    assert draft.versions.count() == 1
    fields = {"kind": "practice", "title": "", "text": "**粗**", "preview": "1"}
    assert "<strong>粗</strong>" in sign_in(engineer).post("/wiki/new/", fields).content.decode()
    assert Article.objects.count() == 1


def test_a_preview_shows_no_picture_of_a_hidden_article(
    engineer: User, engagement: Engagement, outsider_engineer: User, sign_in: SignIn
) -> None:
    draft = ArticleFactory(owner=engineer, client=engagement.client)
    article_pictures.add_picture(actor=engineer, article=draft, upload=SimpleUploadedFile("a.png", png()))
    posted = {"text": "![x](picture:1)", "article": str(draft.pk)}
    assert "<img" in sign_in(engineer).post(reverse("wiki:preview"), posted).content.decode()
    assert "<img" not in sign_in(outsider_engineer).post(reverse("wiki:preview"), posted).content.decode()
    for odd in ("x", "99999999999999999999", "-1"):
        assert sign_in(engineer).post(reverse("wiki:preview"), posted | {"article": odd}).status_code == 200


def test_a_picture_is_put_at_the_end_of_what_was_typed(engineer: User, sign_in: SignIn) -> None:
    draft = ArticleFactory(owner=engineer)
    posted = {
        "version": "1", "title": "改了的", "text": "打了一半", "caption": "流程[1]", "add_picture": "1",
        "picture": SimpleUploadedFile("流程.png", png(), "image/png"),
    }  # fmt: skip
    answer = sign_in(engineer).post(url("article_edit", draft), posted)
    assert answer.status_code == 200
    assert answer.context["form"]["text"].value() == "打了一半\n\n![流程(1)](picture:1)\n"
    assert draft.versions.count() == 1
    stored = KnowledgeFile.objects.get()
    assert stored.media_type == "image/jpeg"
    sent = sign_in(engineer).get(url("picture", draft, 1))
    assert body_of(sent).startswith(b"\xff\xd8")
    assert "sandbox" in sent["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.png", b"<html><script>alert(1)</script></html>"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64),
        ("a.gif", b"GIF89a" + b"\x00" * 64),
        ("a.html", png()),
        ("a.png", b""),
    ],
    ids=["svg", "html as png", "broken", "gif", "png as html", "empty"],
)
def test_what_is_no_picture_is_refused_with_a_sentence(
    engineer: User, sign_in: SignIn, name: str, content: bytes
) -> None:
    draft = ArticleFactory(owner=engineer)
    posted = {"version": "1", "title": "x", "text": "打了一半", "add_picture": "1"}
    answer = sign_in(engineer).post(
        url("article_edit", draft), posted | {"picture": SimpleUploadedFile(name, content)}
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["picture"]
    assert "打了一半" in answer.content.decode()
    assert not KnowledgeFile.objects.exists()


def test_a_picture_of_a_draft_is_a_draft(manager: User, engineer: User, colleague: User, sign_in: SignIn) -> None:
    article = published(manager, owner=engineer)
    article_pictures.add_picture(actor=engineer, article=article, upload=SimpleUploadedFile("a.png", png()))
    text = "![x](picture:1)"
    articles.save_version(actor=engineer, article=article, version=1, title=article.title, text=text)
    browser = sign_in(colleague)
    assert browser.get(url("picture", article, 1)).status_code == 404
    assert browser.get(url("picture", article, 99999999999)).status_code == 404
    article_review.ask_for_review(actor=engineer, article=article, version=2)
    article_review.publish_article(actor=manager, article=article, version=2, release_reason="已看")
    assert body_of(browser.get(url("picture", article, 1))).startswith(b"\xff\xd8")


def test_the_writer_is_told_before_sending_and_while_it_waits(engineer: User, sign_in: SignIn) -> None:
    draft, browser = ArticleFactory(owner=engineer, text=f"一\n密码：{SECRET}\n联系 13812345678"), sign_in(engineer)
    for _state in ("draft", "in review"):
        answer = browser.get(draft.get_absolute_url())
        assert [one.where.split()[-1] for one in answer.context["found"]] == ["2", "3"]
        page = answer.content.decode()
        assert "wiki-found" in page and reverse("wiki:article_details", args=[draft.pk]) in page
        browser.post(url("review_ask", draft), {"version": 1})
    clean = ArticleFactory(owner=engineer, text="先确认权限")
    assert "wiki-found" not in browser.get(clean.get_absolute_url()).content.decode()
