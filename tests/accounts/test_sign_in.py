"""C1, C2, the way in: sign-in by password or by mailed code, over HTTP, with allauth, our user model and our pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onsite.accounts import services
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.conftest import SignIn
from tests.factories import UserFactory
from tests.factories.accounts import PASSWORD

Mails = list[mail.EmailMessage]
LOGIN = "/accounts/login/"
CODE = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"
RESET = "/accounts/password/reset/"


@pytest.fixture
def person(db: None) -> User:
    return UserFactory(email="li.zhe@vendor.example", name="李喆")


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def log_in(client: Client, email: str, password: str, **more: str) -> tuple[int, str]:
    answer = client.post(LOGIN, {"login": email, "password": password, **more})
    return answer.status_code, answer.get("Location", "")


def text_of(message: mail.EmailMessage) -> str:
    return f"{message.subject}\n{message.body}"


def code_of(message: mail.EmailMessage) -> str:
    found = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", text_of(message), re.MULTILINE)
    assert found, text_of(message)
    return found.group(1)


@pytest.mark.parametrize("typed", ["li.zhe@vendor.example", "LI.ZHE@Vendor.Example", "  li.zhe@vendor.example "])
def test_the_password_opens_the_door(person: User, client: Client, typed: str) -> None:
    """However the address is written."""
    assert log_in(client, typed, PASSWORD) == (302, "/")
    assert signed_in_as(client) == str(person.pk)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("li.zhe@vendor.example", "not-the-password"),
        ("li.zhe@vendor.example", ""),
        ("nobody@vendor.example", PASSWORD),
        ("li.zhe@vendor.example", "\x00"),
        ("\x00", PASSWORD),
        ("li.zhe@vendor.example" + "x" * 5000, PASSWORD),
    ],
)
def test_the_wrong_words_open_nothing(person: User, client: Client, email: str, password: str) -> None:
    status, _place = log_in(client, email, password)
    assert status == 200
    assert signed_in_as(client) is None


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(person: User, client: Client) -> None:
    """Nobody learns at the door who has an account."""
    answers = [
        client.post(LOGIN, {"login": email, "password": "wrong-password"}).context["form"].errors.as_text()
        for email in (person.email, "nobody@vendor.example")
    ]
    assert answers[0] == answers[1] != ""


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_the_door_leads_nowhere_else(person: User, client: Client, evil: str) -> None:
    """TRUST 12: `next` is checked."""
    assert log_in(client, person.email, PASSWORD, next=evil) == (302, "/")


def test_the_door_leads_where_one_wanted_to_go(person: User, client: Client) -> None:
    wanted = client.get("/accounts/settings/")
    assert wanted["Location"] == "/accounts/login/?next=/accounts/settings/"
    assert log_in(client, person.email, PASSWORD, next="/accounts/settings/") == (302, "/accounts/settings/")


def test_a_closed_account_is_told_kindly(person: User, client: Client) -> None:
    """Only who knows the password learns that the account is closed."""
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert log_in(client, person.email, PASSWORD) == (302, "/accounts/inactive/")
    assert "closed" in client.get("/accounts/inactive/").content.decode()
    assert signed_in_as(client) is None


def test_closing_an_account_ends_its_sessions(person: User, manager: User, client: Client) -> None:
    log_in(client, person.email, PASSWORD)
    assert client.get("/accounts/settings/").status_code == 200
    services.set_active(actor=manager, user=person, is_active=False)
    assert client.get("/accounts/settings/").status_code == 302


def test_the_session_key_changes_on_signing_in(person: User, client: Client) -> None:
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    log_in(client, person.email, PASSWORD)
    assert client.session.session_key != planted


def test_too_many_wrong_passwords_lock_the_address_for_a_while(person: User) -> None:
    """Rate-limited sign-in. From any browser, and even the right password waits."""
    for _try in range(5):
        assert log_in(Client(REMOTE_ADDR=f"10.0.0.{_try}"), person.email, "wrong-password")[0] == 200
    late = Client()
    answer = late.post(LOGIN, {"login": person.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.context["form"].errors.as_text()
    other = UserFactory()
    assert log_in(Client(), other.email, PASSWORD)[0] == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert log_in(Client(), person.email, PASSWORD)[0] == 302


def test_one_machine_that_tries_many_addresses_is_stopped(db: None) -> None:
    """Per machine as well, with a page that says what to do."""
    guesser = Client(REMOTE_ADDR="10.9.9.9")
    for number in range(10):
        assert log_in(guesser, f"person{number}@x.example", "wrong-password")[0] == 200
    answer = guesser.post(LOGIN, {"login": "one.more@x.example", "password": "wrong-password"})
    assert "Too many failed login attempts" in answer.context["form"].errors.as_text()
    for _number in range(30):
        answer = guesser.post(LOGIN, {"login": "", "password": ""})
    assert answer.status_code == 429
    assert "Please wait a moment" in answer.content.decode()


def test_the_machine_is_told_by_the_proxy_in_production(person: User, settings: Any) -> None:
    """Behind a proxy every request comes from its address: without this, one guesser would lock all out."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    guesser = Client(headers={"x-forwarded-for": "1.1.1.1, 10.9.9.9"})
    for number in range(11):
        answer = guesser.post(LOGIN, {"login": f"person{number}@x.example", "password": "wrong-password"})
    assert "Too many failed login attempts" in answer.context["form"].errors.as_text()
    assert log_in(Client(headers={"x-forwarded-for": "10.9.9.8"}), person.email, PASSWORD)[0] == 302


def test_a_mailed_code_opens_the_door(person: User, client: Client, mailoutbox: Mails) -> None:
    """No password needed. The code goes through the outbox, in the person's language, and is forgotten there."""
    User.objects.filter(pk=person.pk).update(language="zh-hans")
    answer = client.post(CODE, {"email": "Li.Zhe@vendor.example"}, headers={"accept-language": "en"})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
    assert mailoutbox == []
    assert sweep() == 1
    assert mailoutbox[0].to == [person.email]
    assert "验证码" in text_of(mailoutbox[0])
    code = code_of(mailoutbox[0])
    assert Message.objects.get().payload == {}
    assert client.get(CONFIRM).status_code == 200
    assert client.post(CONFIRM, {"code": code})["Location"] == "/"
    assert signed_in_as(client) == str(person.pk)


def test_a_code_works_in_the_browser_that_asked_and_once(person: User, client: Client, mailoutbox: Mails) -> None:
    client.post(CODE, {"email": person.email})
    sweep()
    code = code_of(mailoutbox[0])
    thief = Client()
    thief.post(CONFIRM, {"code": code})
    assert signed_in_as(thief) is None
    client.post(CONFIRM, {"code": code})
    client.post("/accounts/logout/")
    client.post(CONFIRM, {"code": code})
    assert signed_in_as(client) is None


def test_a_code_is_not_guessed(person: User, client: Client, mailoutbox: Mails) -> None:
    client.post(CODE, {"email": person.email})
    sweep()
    for _try in range(3):
        client.post(CONFIRM, {"code": "AAAA-AAAA"})
    client.post(CONFIRM, {"code": code_of(mailoutbox[0])})
    assert signed_in_as(client) is None


def test_a_code_ends_after_a_quarter_of_an_hour(person: User, client: Client, mailoutbox: Mails) -> None:
    client.post(CODE, {"email": person.email})
    sweep()
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT + 5)):
        client.post(CONFIRM, {"code": code_of(mailoutbox[0])})
    assert signed_in_as(client) is None


def test_an_expired_code_is_not_mailed_any_more(person: User, client: Client, mailoutbox: Mails) -> None:
    """After an outage of the mail server nobody gets a handful of useless codes."""
    client.post(CODE, {"email": person.email})
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        assert sweep() == 0
    assert mailoutbox == []
    assert Message.objects.get().state == "cancelled"
    assert Message.objects.get().payload == {}


def test_asking_for_a_code_does_not_tell_who_has_an_account(person: User) -> None:
    """The same answer and the same next page for a person, an invited one and nobody."""
    User.objects.create_user("invited@x.example", name="邀", role=Role.ENGINEER, is_active=False)
    pages = set()
    for email in (person.email, "invited@x.example", "nobody@x.example"):
        browser = Client()
        answer = browser.post(CODE, {"email": email})
        assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
        page = browser.get(CONFIRM)
        text = page.content.decode().replace(email, "…").replace(str(page.context["csrf_token"]), "")
        pages.add(re.sub(r'(nonce|value)="[^"]*"', "", text))
    assert len(pages) == 1


def test_nobody_gets_no_mail(db: None, client: Client) -> None:
    client.post(CODE, {"email": "nobody@x.example"})
    client.post(RESET, {"email": "nobody@x.example"})
    assert not Message.objects.exists()


@pytest.mark.parametrize("page", [CODE, RESET])
@pytest.mark.parametrize(("ever_here", "word"), [(False, "invitation we mailed you"), (True, "account is closed")])
def test_who_is_not_in_yet_or_any_more_is_told_by_mail(
    db: None, client: Client, mailoutbox: Mails, page: str, ever_here: bool, word: str
) -> None:
    """Kindly, and to nobody but the owner of the address: an invitation never used is no sign-in."""
    seen = timezone.now() if ever_here else None
    person = UserFactory(is_active=False, last_login=seen)
    client.post(page, {"email": person.email})
    assert sweep() == 1
    assert mailoutbox[0].to == [person.email]
    assert word in mailoutbox[0].body
    assert not re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", text_of(mailoutbox[0]))
    assert "/reset/key/" not in mailoutbox[0].body


def test_nobody_fills_a_mailbox_with_codes(person: User) -> None:
    for number in range(6):
        Client(REMOTE_ADDR=f"10.0.0.{number}").post(CODE, {"email": person.email})
    assert Message.objects.count() == 3


def test_a_forgotten_password_is_set_anew(person: User, client: Client, mailoutbox: Mails) -> None:
    """The link leads under the address people open, works once, and its key leaves the address bar."""
    assert client.post(RESET, {"email": person.email})["Location"] == "/accounts/password/reset/done/"
    assert client.get("/accounts/password/reset/done/").status_code == 200
    assert sweep() == 1
    found = re.search(rf"{settings.BASE_URL}(/accounts/password/reset/key/\S+)", text_of(mailoutbox[0]))
    assert found, text_of(mailoutbox[0])
    link = found.group(1)
    moved = client.get(link)
    assert moved.status_code == 302
    form = moved["Location"]
    assert form.endswith("-set-password/")
    assert client.get(form).status_code == 200
    weak = client.post(form, {"password1": "short", "password2": "short"})
    assert weak.status_code == 200
    assert client.post(form, {"password1": "new-" + PASSWORD, "password2": "new-" + PASSWORD}).status_code == 302
    person.refresh_from_db()
    assert person.check_password("new-" + PASSWORD)
    again = Client().get(link)
    assert again.status_code == 200
    assert again.context["token_fail"]


def test_the_reset_link_ignores_a_forged_host(person: User, client: Client, mailoutbox: Mails) -> None:
    """A link in a mail is made from the configured address, whatever name the request came by."""
    client.post(RESET, {"email": person.email}, headers={"host": "localhost"})
    sweep()
    assert "http://localhost" not in mailoutbox[0].body
    assert client.post(RESET, {"email": person.email}, headers={"host": "evil.example"}).status_code == 400


def test_a_link_asked_for_but_not_used_leaves_the_password_alone(person: User, client: Client) -> None:
    client.post(RESET, {"email": person.email})
    assert log_in(client, person.email, PASSWORD)[0] == 302


def test_signing_out_is_asked_then_done(person: User, sign_in: SignIn) -> None:
    """A link or an image can't sign anybody out."""
    browser = sign_in(person)
    assert browser.get("/accounts/logout/").status_code == 200
    assert signed_in_as(browser) == str(person.pk)
    assert browser.post("/accounts/logout/")["Location"] == LOGIN
    assert signed_in_as(browser) is None


def test_a_changed_password_ends_the_other_sessions(person: User, sign_in: SignIn) -> None:
    here, elsewhere = sign_in(person), sign_in(person)
    form = {"oldpassword": PASSWORD, "password1": "new-" + PASSWORD, "password2": "new-" + PASSWORD}
    assert here.post(reverse("account_change_password"), form)["Location"] == "/accounts/settings/sign-in/"
    assert here.get("/accounts/settings/").status_code == 200
    assert elsewhere.get("/accounts/settings/").status_code == 302


def test_who_came_without_a_password_may_set_one(db: None, sign_in: SignIn) -> None:
    person = UserFactory(password=None)
    browser = sign_in(person)
    assert reverse("account_set_password") in browser.get("/accounts/settings/sign-in/").content.decode()
    form = {"password1": PASSWORD, "password2": PASSWORD}
    assert browser.post(reverse("account_set_password"), form)["Location"] == "/accounts/settings/sign-in/"
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_nobody_signs_up(db: None, client: Client) -> None:
    """People come by invitation."""
    assert "By invitation only" in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", {"email": "new@x.example", "password1": PASSWORD})
    assert not User.objects.exists()


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "confirm-email/abc/"])
def test_a_person_has_the_one_address_the_invitation_proved(person: User, sign_in: SignIn, path: str) -> None:
    """Else somebody could claim a colleague's address and receive what is meant for them."""
    browser = sign_in(person)
    assert browser.get(f"/accounts/{path}").status_code == 404
    assert browser.post(f"/accounts/{path}", {"email": "boss@x.example", "action_add": ""}).status_code == 404


@pytest.mark.parametrize("path", [LOGIN, CODE, RESET, "/accounts/logout/", "/accounts/language/"])
def test_every_post_at_the_door_needs_the_csrf_token(person: User, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    assert browser.post(path, {"email": person.email}).status_code == 403
