"""R4, TRUST 4: nobody reads a word of a client's article who may not see that client, by whatever way they come."""

from __future__ import annotations

import pytest
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from tests.channels import walk
from tests.conftest import SignIn
from tests.training.writing import about_a_client, url
from training.models import Article
from training.services import article_keeping, articles

CANARY = "canary-of-the-other-client"
READ = ("article", "article_edit", "article_details", "history", "compare", "review", "hand_over", "link_add")
ACT = ("review_ask", "review_send_back", "vote", "confirm", "archive", "take_back")


@pytest.fixture
def private(foreign_engagement: Engagement, outsider_engineer: User, manager: User) -> Article:
    """The other client's interview notes: published, with a newer draft, read first by newcomers."""
    rows = about_a_client(foreign_engagement, outsider_engineer, CANARY)
    article = Article.objects.get(pk=rows["client_article"])
    article_keeping.set_read_first(actor=manager, article=article, place=1)
    articles.save_version(actor=outsider_engineer, article=article, version=1, title=f"{CANARY} 2", text=CANARY)
    return article


def test_whatever_leads_on_from_the_wiki_holds_no_word_of_it(
    private: Article, engineer: User, manager: User, sign_in: SignIn
) -> None:
    start = [reverse("wiki:list"), reverse("wiki:wanted"), f"{reverse('wiki:list')}?q=canary&show=mine"]
    assert walk(sign_in(engineer), start).with_words(CANARY) == []
    assert CANARY in sign_in(manager).get(reverse("wiki:list")).content.decode(), "the control: a manager reads it"


def test_every_address_of_it_is_an_absent_one(
    private: Article, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    for person, status in ((engineer, 404), (client_pm, 403)):
        browser = sign_in(person)
        for name in READ:
            answer = browser.get(url(name, private))
            assert answer.status_code == status, name
            assert CANARY not in answer.content.decode()
        for name in ACT:
            assert browser.post(url(name, private), {"version": "1"}).status_code == status, name
        for number in (1, 2):
            assert browser.get(url("version", private, number)).status_code == status
            assert browser.post(url("restore", private, number), {"version": "2"}).status_code == status
        assert browser.get(url("picture", private, 1)).status_code == status
