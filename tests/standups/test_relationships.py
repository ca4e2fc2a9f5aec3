"""E3: a note on how somebody takes the work is the vendor's alone, always."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from standups.models import Mood, RelationshipNote
from standups.services.relationships import save_note
from tests.conftest import SignIn
from tests.standups.browser import target, words_in
from tests.standups.test_query_counts import count

WORDS = "担心加班，私下说的"


@pytest.fixture
def browser(engineer: User, sign_in: SignIn) -> Client:
    return sign_in(engineer)


@pytest.fixture
def list_url(engagement: Engagement) -> str:
    return reverse("standups:relationships", args=[engagement.pk])


def a_note(author: User, engagement: Engagement, **fields: object) -> RelationshipNote:
    values = {
        "person": None, "person_name": "刘主任", "mood": Mood.TENSE, "matters": "车间不加班", "text": WORDS,
        "noted_on": engagement.today(),
    }  # fmt: skip
    return save_note(actor=author, engagement=engagement, **values | fields)  # type: ignore[arg-type]


def test_noting_and_changing(
    engagement: Engagement, engineer: User, client_pm: User, browser: Client, list_url: str
) -> None:
    today = engagement.today()
    fields = {"person": client_pm.pk, "mood": "trusting", "matters": "按期上线", "noted_on": str(today)}
    assert target(browser.post(list_url + "new/", fields)) == list_url
    note = RelationshipNote.objects.unscoped().get()
    assert (note.person, note.mood, note.author) == (client_pm, Mood.TRUSTING, engineer)
    browser.post(f"{list_url}{note.pk}/", fields | {"mood": "upset", "text": WORDS})
    note.refresh_from_db()
    assert (note.mood, note.note) == (Mood.UPSET, WORDS)
    assert [entry.data for entry in AuditEntry.objects.all()] == [{}, {}], "the audit says that, and not what"
    assert not Message.objects.exists()


def test_a_person_stands_once_with_the_latest_mood_as_a_word_and_a_shape(
    engagement: Engagement, engineer: User, client_pm: User, browser: Client, list_url: str
) -> None:
    today = engagement.today()
    a_note(engineer, engagement, person=client_pm, mood=Mood.UPSET, noted_on=today - timedelta(days=9))
    a_note(engineer, engagement, noted_on=today - timedelta(days=4))
    a_note(engineer, engagement, person=client_pm, mood=Mood.TRUSTING, noted_on=today - timedelta(days=1))
    page = browser.get(list_url)
    people = [(one.name, one.latest.mood, len(one.notes)) for one in page.context["people"]]
    assert people == [("陈镕", Mood.TRUSTING, 2), ("刘主任", Mood.TENSE, 1)]
    assert "Trusting" in words_in(page.content, "main")
    assert '<span class="tag mood ok">\n  \n    <svg' in page.content.decode()


def test_no_client_sees_a_note_or_learns_of_it(
    engagement: Engagement, engineer: User, client_pm: User, business_owner: User, sign_in: SignIn, list_url: str
) -> None:
    note = a_note(engineer, engagement, person=client_pm)
    for user in (client_pm, business_owner):
        client = sign_in(user)
        assert not RelationshipNote.objects.visible_to(user).exists()
        for url in (list_url, f"{list_url}new/", f"{list_url}{note.pk}/"):
            assert client.get(url).status_code == 404
            assert client.post(url, {}).status_code in {404, 405}
        for url in ("standups:list", "standups:problems", "reports:dashboard"):
            assert list_url not in client.get(reverse(url, args=[engagement.pk])).content.decode()
        with pytest.raises(PermissionDenied):
            a_note(user, engagement)


def test_colleagues_read_and_only_the_author_changes(
    engagement: Engagement, engineer: User, colleague: User, manager: User, outsider_engineer: User, sign_in: SignIn,
    list_url: str,
) -> None:  # fmt: skip
    note = a_note(engineer, engagement)
    for user in (colleague, manager):
        browser = sign_in(user)
        page = browser.get(list_url).content.decode()
        assert WORDS in page
        assert f"{list_url}{note.pk}/" not in page
        assert browser.get(f"{list_url}{note.pk}/").status_code == 403
        with pytest.raises(PermissionDenied):
            a_note(user, engagement, note=note)
    assert sign_in(outsider_engineer).get(list_url).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"person_name": ""}, "person_name"),
        ({"person_name": "x" * 81}, "person_name"),
        ({"person": "999999"}, "person"),
        ({"mood": ""}, "mood"),
        ({"mood": "angry"}, "mood"),
        ({"noted_on": "2099-01-01"}, "noted_on"),
        ({"noted_on": ""}, "noted_on"),
        ({"matters": "x" * 301}, "matters"),
        ({"text": "nul\x00"}, "text"),
    ],
)
def test_bad_input_is_said_beside_its_field(
    browser: Client, list_url: str, change: dict[str, str], field: str
) -> None:
    fields = {"person_name": "刘主任", "mood": "tense", "matters": "车间不加班", "noted_on": "2026-01-05"}
    answer = browser.post(list_url + "new/", fields | change)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert "matters" in change or "车间不加班" in answer.content.decode()
    assert not RelationshipNote.objects.exists()


def test_a_note_is_about_one_of_the_client(engagement: Engagement, engineer: User, client_pm_2: User) -> None:
    for person in (engineer, client_pm_2):
        with pytest.raises(DomainError) as refused:
            a_note(engineer, engagement, person=person)
        assert refused.value.field == "person"
    with pytest.raises(IntegrityError), transaction.atomic():
        RelationshipNote.objects.create(
            engagement=engagement, mood=Mood.TENSE, noted_on=engagement.today(), author=engineer
        )


def test_a_note_on_somebody_who_left_can_still_be_changed(
    engagement: Engagement, engineer: User, client_pm: User, browser: Client, list_url: str
) -> None:
    note = a_note(engineer, engagement, person=client_pm)
    client_pm.memberships.unscoped().update(ended_at=timezone.now())
    fields = {"person": client_pm.pk, "mood": "neutral", "noted_on": str(note.noted_on)}
    assert browser.post(f"{list_url}{note.pk}/", fields).status_code == 302


def test_the_list_asks_as_often_for_thirty_notes(
    engagement: Engagement, engineer: User, browser: Client, list_url: str
) -> None:
    a_note(engineer, engagement)
    before = count(browser, list_url)
    for number in range(29):
        a_note(engineer, engagement, person_name=f"刘主任{number}")
    assert count(browser, list_url) == before
