"""Settings: what was told to a person stands on a page of their own, and they choose what is mailed besides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.models import AuditEntry
from onsite.notifications import inbox, kinds
from onsite.notifications.kinds import Readers, Topic, Written
from onsite.notifications.models import Message, Muting
from onsite.notifications.services import enqueue, sweep
from tests.conftest import InParallel, SignIn
from tests.factories import UserFactory
from tests.mail_server import MailServer

PAGE = "/messages/mine/"
CHOICES = "/messages/choices/"


def greet(message: Message) -> Written | None:
    """A kind for these tests."""
    if message.payload.get("over"):
        return None
    return Written(f"Greeting {message.payload.get('number', '')}", f"Hello {message.payload.get('secret', '')}")


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    kinds.register("greeting", greet, label="Greeting", when="When somebody greets you.")
    kinds.register("secret", greet, label="Secret", is_secret=True, topic=Topic.PREPARATION)
    kinds.register("code", greet, label="Code", is_secret=True, topic=Topic.ACCOUNT)
    kinds.register("ours", greet, label="Ours alone", readers=Readers.VENDOR)
    yield
    for name in ("greeting", "secret", "code", "ours"):
        del kinds._kinds[name]


@pytest.fixture
def reader(db: None) -> User:
    return UserFactory(email="reader@factory.example", language="en")


def tell(reader: User, key: str = "one", kind: str = "greeting", **payload: Any) -> Message:
    enqueue(kind=kind, recipient=reader, dedupe_key=key, payload=payload)
    sweep()
    reader.refresh_from_db()
    return Message.objects.get(dedupe_key=key)


def test_what_is_told_stands_in_the_inbox_and_counts_until_it_is_opened(
    reader: User, smtp: MailServer, sign_in: SignIn
) -> None:
    told = tell(reader, number=7)
    assert (len(smtp.received), reader.unread_messages) == (1, 1)
    browser = sign_in(reader)
    page = browser.get(PAGE).content.decode()
    for words in ("Greeting 7", "New", ", 1 new", "Mark all as read"):
        assert words in page
    assert "Hello" in browser.get(f"{PAGE}{told.pk}/").content.decode()
    reader.refresh_from_db()
    told.refresh_from_db()
    assert (reader.unread_messages, told.read_at is not None) == (0, True)
    assert ", 1 new" not in browser.get(PAGE).content.decode()


def test_a_muted_kind_is_told_without_a_mail(reader: User, smtp: MailServer, sign_in: SignIn) -> None:
    """Nothing is lost: it stands in the inbox and counts there."""
    inbox.choose(actor=reader, mail=[], inbox=["greeting"])
    told = tell(reader)
    assert (smtp.received, told.state, told.is_mailed, reader.unread_messages) == ([], "sent", False, 1)
    assert "not mailed, as you chose" in sign_in(reader).get(PAGE).content.decode()


def test_a_choice_holds_for_what_waits_already(reader: User, smtp: MailServer) -> None:
    """It is looked up when the message is sent (decision 0001)."""
    enqueue(kind="greeting", recipient=reader, dedupe_key="one", payload={})
    inbox.choose(actor=reader, mail=[], inbox=["greeting"])
    sweep()
    assert smtp.received == []
    inbox.choose(actor=reader, mail=["greeting"], inbox=["greeting"])
    tell(reader, "two")
    assert len(smtp.received) == 1


def test_what_does_not_count_as_new_is_there_all_the_same(reader: User, smtp: MailServer, sign_in: SignIn) -> None:
    inbox.choose(actor=reader, mail=["greeting"], inbox=[])
    tell(reader, number=3)
    assert (len(smtp.received), reader.unread_messages) == (1, 0)
    assert "Greeting 3" in sign_in(reader).get(PAGE).content.decode()


def test_what_must_be_mailed_is_mailed_whatever_was_chosen(reader: User, smtp: MailServer) -> None:
    """Also where the choice was made while its kind could still be muted."""
    Muting.objects.create(user=reader, kind="secret", channel="mail")
    tell(reader, kind="secret", secret="s3cret")
    assert len(smtp.received) == 1


def test_a_code_is_no_news(reader: User, smtp: MailServer) -> None:
    tell(reader, kind="code", secret="s3cret")
    assert (len(smtp.received), reader.unread_messages) == (1, 0)


@pytest.mark.parametrize("kind", ["secret", "code"])
def test_a_secret_is_never_shown_again(kind: str, reader: User, smtp: MailServer, sign_in: SignIn) -> None:
    told = tell(reader, kind=kind, secret="s3cret")
    Message.objects.filter(pk=told.pk).update(payload={"secret": "s3cret"})  # as if it had not been forgotten
    browser = sign_in(reader)
    for page in (PAGE, f"{PAGE}{told.pk}/", f"{CHOICES}{kind}/"):
        assert "s3cret" not in browser.get(page).content.decode()
    assert "a link or a code for you alone" in browser.get(f"{PAGE}{told.pk}/").content.decode()


def test_what_is_no_longer_true_is_not_told_again(reader: User, smtp: MailServer, sign_in: SignIn) -> None:
    told = tell(reader, secret="gone-by-now")
    Message.objects.filter(pk=told.pk).update(payload={"over": True})
    page = sign_in(reader).get(f"{PAGE}{told.pk}/").content.decode()
    assert "There is nothing left to tell" in page
    assert "gone-by-now" not in page


def test_who_left_reads_no_more_of_the_engagement(
    engagement: Engagement, engineer: User, smtp: MailServer, sign_in: SignIn
) -> None:
    """The text is written anew, by what its reader may see by now."""
    told = tell(engineer, kind="joined", engagement=engagement.pk)
    browser = sign_in(engineer)
    site = engagement.client.name
    assert site in browser.get(f"{PAGE}{told.pk}/").content.decode()
    engineer.memberships.update(ended_at=timezone.now())
    assert site not in browser.get(f"{PAGE}{told.pk}/").content.decode()


def test_a_kind_of_an_earlier_release_breaks_no_page(reader: User, sign_in: SignIn) -> None:
    now = timezone.now()
    old = Message.objects.create(kind="gone", recipient=reader, dedupe_key="g", due_at=now, sent_at=now, subject="Old")
    browser = sign_in(reader)
    for page in (PAGE, f"{PAGE}{old.pk}/"):
        assert "Old" in browser.get(page).content.decode()


def test_nobody_opens_another_persons_message(reader: User, manager: User, smtp: MailServer, sign_in: SignIn) -> None:
    """Foreign equals absent, for managers too; what was not told yet is absent as well."""
    told = tell(reader)
    assert sign_in(manager).get(f"{PAGE}{told.pk}/").status_code == 404
    assert "Greeting" not in sign_in(manager).get(PAGE).content.decode()
    later = timezone.now() + timedelta(days=1)
    enqueue(kind="greeting", recipient=reader, dedupe_key="later", payload={}, due_at=later)
    waiting = Message.objects.get(dedupe_key="later")
    assert sign_in(reader).get(f"{PAGE}{waiting.pk}/").status_code == 404
    reader.refresh_from_db()
    assert reader.unread_messages == 1


def test_all_are_marked_as_read_at_once(reader: User, other_manager: User, smtp: MailServer, sign_in: SignIn) -> None:
    for number in range(3):
        tell(reader, str(number))
    tell(other_manager, "theirs")
    sign_in(reader).post(f"{PAGE}read/")
    reader.refresh_from_db()
    other_manager.refresh_from_db()
    assert (reader.unread_messages, other_manager.unread_messages) == (0, 1)


def test_looking_at_the_head_alone_reads_nothing(reader: User, smtp: MailServer, sign_in: SignIn) -> None:
    told = tell(reader)
    sign_in(reader).head(f"{PAGE}{told.pk}/")
    told.refresh_from_db()
    assert told.read_at is None


def test_two_sent_at_once_are_both_counted(postgresql: None, in_parallel: InParallel, smtp: MailServer) -> None:
    """A count that did not wait for the other one would forget it."""
    reader = UserFactory()
    for number in range(8):
        enqueue(kind="greeting", recipient=reader, dedupe_key=str(number), payload={})
    in_parallel(*[sweep] * 4)
    reader.refresh_from_db()
    assert reader.unread_messages == Message.objects.visible_to(reader).unread().count() == 8


def test_the_inbox_takes_the_same_queries_for_one_message_and_for_thirty(
    reader: User, smtp: MailServer, sign_in: SignIn
) -> None:
    browser = sign_in(reader)
    tell(reader, "first")
    with CaptureQueriesContext(connection) as few:
        browser.get(PAGE)
    for number in range(30):
        tell(reader, str(number))
    with CaptureQueriesContext(connection) as many:
        browser.get(PAGE)
    assert len(many) == len(few) <= 4


def test_choices_are_kept_and_written_down(reader: User, sign_in: SignIn) -> None:
    browser = sign_in(reader)
    all_mail = [name for name, kind in kinds.for_reader(reader).items() if not kind.must]
    wanted = [name for name in all_mail if name != "greeting"]
    answer = browser.post(CHOICES, {"mail": wanted, "inbox": [*wanted, "greeting"]})
    assert (answer.status_code, answer["Location"]) == (302, CHOICES)
    assert ("greeting", "mail") in inbox.muted(reader)
    assert ("joined", "mail") not in inbox.muted(reader)
    entry = AuditEntry.objects.get(chain=audit.COMPANY, action="notifications.chosen")
    assert "greeting mail" in entry.data["muted"]
    page = browser.get(CHOICES).content.decode()
    assert '<input class="form-check-input" type="checkbox" name="mail" value="greeting" >' in page
    assert '<input class="form-check-input" type="checkbox" name="inbox" value="greeting" checked>' in page


def test_saving_without_a_change_writes_nothing_down(reader: User, sign_in: SignIn) -> None:
    everything = [name for name, kind in kinds.for_reader(reader).items() if kind.topic != Topic.ACCOUNT]
    mail = [name for name in everything if not kinds.find(name).must]
    sign_in(reader).post(CHOICES, {"mail": mail, "inbox": everything})
    assert not AuditEntry.objects.filter(action="notifications.chosen").exists()


@pytest.mark.parametrize(
    "name", ["secret", "code", "sign_request", "invitation", "unheard_of", "learner_link", "\x00"]
)
def test_what_is_not_offered_is_refused_and_nothing_is_saved(name: str, reader: User, sign_in: SignIn) -> None:
    page = sign_in(reader).post(CHOICES, {"mail": ["greeting", name], "inbox": []})
    assert page.status_code == 200
    assert "Nothing was saved" in page.content.decode()
    assert not reader.mutings.exists()


def test_each_is_offered_what_can_reach_them(reader: User, client_pm: User, sign_in: SignIn) -> None:
    """A client does not read what there is to know among us."""
    ours, theirs = (sign_in(person).get(CHOICES).content.decode() for person in (reader, client_pm))
    assert "Ours alone" in ours
    for words in ("Ours alone", "Stand-up not published", "Reminder of a waiver", "A closing report was sent back"):
        assert words not in theirs
    assert sign_in(client_pm).get(f"{CHOICES}ours/").status_code == 404
    assert "Satisfaction survey" in theirs
    assert "Satisfaction survey" not in ours


def test_every_kind_says_when_it_comes() -> None:
    """Of what every app registers."""
    silent = [name for name, kind in kinds._kinds.items() if name not in {"secret", "code", "ours"} and not kind.when]
    assert silent == []


def test_what_carries_a_secret_or_a_signature_cannot_be_muted() -> None:
    for name in ("account", "invitation", "signing_code", "document_asked", "survey_asked", "sign_request"):
        assert kinds.find(name).must, name


def test_a_preview_is_the_newest_of_ones_own_or_an_example(reader: User, smtp: MailServer, sign_in: SignIn) -> None:
    browser = sign_in(reader)
    address = f"{CHOICES}greeting/"
    assert "An example" in browser.get(address).content.decode()
    tell(reader, "1", number=1)
    newest = tell(reader, "2", number=2)
    page = browser.get(address).content.decode()
    assert "Greeting 2" in page
    assert "An example" not in page
    Message.objects.filter(pk=newest.pk).update(payload={"over": True})
    assert "Greeting 1" in browser.get(address).content.decode()


def test_every_kind_can_be_previewed(reader: User, client_pm: User, sign_in: SignIn) -> None:
    for person in (reader, client_pm):
        browser = sign_in(person)
        for name in kinds.for_reader(person):
            assert browser.get(reverse("notifications:preview", args=[name])).status_code == 200, name


def test_the_header_asks_nothing(reader: User, smtp: MailServer, sign_in: SignIn) -> None:
    """SPEED: the number of new messages comes with the person."""
    browser = sign_in(reader)
    tell(reader)
    browser.get("/accounts/settings/")
    with CaptureQueriesContext(connection) as asked:
        assert ", 1 new" in browser.get("/accounts/settings/").content.decode()
    assert len(asked) <= 2  # the session and the person
