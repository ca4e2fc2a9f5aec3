"""C1, C2, the way in: who is there, who is invited, and who may change that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from onsite.accounts import services
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from tests.conftest import SignIn
from tests.factories import UserFactory

PEOPLE = "/accounts/people/"
NEW = "/accounts/people/new/"


def rows(client: Client, address: str = PEOPLE) -> list[str]:
    return [person.name for person in client.get(address).context["page"]]


def state_in(client: Client, person: User) -> str:
    page = client.get(PEOPLE, {"q": person.email}).content.decode()
    return page.split('<span class="tag')[1].split(">")[1].split("<")[0]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMINISTRATOR])
def test_the_list_takes_the_same_queries_for_one_person_and_for_thirty(db: None, sign_in: SignIn, role: Role) -> None:
    """HOUSE, style: a list is tested at 1 and at 30 rows."""
    browser = sign_in(UserFactory(role=role))
    with CaptureQueriesContext(connection) as few:
        browser.get(PEOPLE)
    for person in UserFactory.create_batch(30, is_active=False):
        services.invite_again(actor=UserFactory(role=role), user=person)
    with CaptureQueriesContext(connection) as many:
        assert len(rows(browser)) > 30
    assert len(many) == len(few) <= 5  # session, person, how many, is a manager among them, the rows


def test_fifty_a_page(manager: User, sign_in: SignIn) -> None:
    UserFactory.create_batch(60)
    browser = sign_in(manager)
    assert len(rows(browser)) == 50
    assert len(rows(browser, f"{PEOPLE}?page=2")) == 11
    for absurd in ("0", "-1", "99999999999999999999", "x", "\x00"):
        assert browser.get(PEOPLE, {"page": absurd}).status_code == 200


def test_words_narrow_the_list(manager: User, sign_in: SignIn) -> None:
    """By name, address and job title, in any order; rare characters too."""
    UserFactory(name="㛃 𠮷田", email="jie@factory.example", title="信息中心主任")
    UserFactory(name="Person B", email="b@factory.example")
    browser = sign_in(manager)
    for words in ("𠮷", "JIE@", "主任", "factory 㛃"):
        assert rows(browser, f"{PEOPLE}?q={words}") == ["㛃 𠮷田"], words
    assert rows(browser, f"{PEOPLE}?q=zzz") == []
    assert "Nobody fits" in browser.get(f"{PEOPLE}?q=zzz").content.decode()
    assert rows(browser, f"{PEOPLE}?q=%25") == []


@pytest.mark.parametrize("words", ["\x00", "\u202e", "x" * 10_000])
def test_absurd_words_are_answered_beside_the_field(manager: User, sign_in: SignIn, words: str) -> None:
    page = sign_in(manager).get(PEOPLE, {"q": words})
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"q"}
    assert 'id="id_q_error"' in page.content.decode()


def test_each_state_has_its_word(manager: User, sign_in: SignIn) -> None:
    """SCREENS: a word, never colour alone."""
    browser = sign_in(manager)
    active = UserFactory()
    closed = UserFactory(is_active=False, last_login=timezone.now())
    invited = services.invite_person(actor=manager, email="i@x.example", name="邀", role=Role.CLIENT)
    ended = services.invite_person(actor=manager, email="e@x.example", name="过", role=Role.CLIENT)
    ended.invitations.update(expires_at=timezone.now() - timedelta(days=1))
    found = [state_in(browser, person) for person in (active, closed, invited, ended)]
    assert found == ["Active", "Closed", "Invited", "Invitation ended"]


def test_a_colleague_is_invited(manager: User, sign_in: SignIn) -> None:
    """A delivery manager adds engineers."""
    form = {"email": "New@x.example", "name": "新工", "title": "实施", "role": "engineer", "language": "zh-hans"}
    answer = sign_in(manager).post(NEW, form, follow=True)
    person = User.objects.get(email="new@x.example")
    assert (person.role, person.is_active, person.language) == ("engineer", False, "zh-hans")
    assert person.invitations.count() == 1
    assert Message.objects.get().recipient == person
    assert AuditEntry.objects.get().action == "person.invited"
    assert "on its way to new@x.example" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "no-address"),
        ("email", "a\r\nBcc: all@x.example@x.example"),
        ("email", f"{'x' * 300}@x.example"),
        ("name", ""),
        ("name", "\x00"),
        ("name", "x" * 10_000_000),
        ("title", "\u2066"),
        ("role", "client"),
        ("role", "administrator"),
        ("role", "owner"),
        ("language", "tlh"),
    ],
)
def test_a_wrong_field_is_answered_beside_it_and_the_rest_stays(
    manager: User, sign_in: SignIn, field: str, value: str
) -> None:
    """Bad input; a manager makes no administrators and no client people here."""
    good = {"email": "new@x.example", "name": "新工", "title": "实施", "role": "engineer", "language": "en"}
    page = sign_in(manager).post(NEW, {**good, field: value})
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {field}
    assert field == "title" or 'value="实施"' in page.content.decode()
    assert not User.objects.filter(email__contains="new@").exists()


def test_an_administrator_makes_managers_and_administrators(administrator: User, sign_in: SignIn) -> None:
    for role in ("manager", "administrator"):
        form = {"email": f"{role}@x.example", "name": "新", "title": "", "role": role, "language": "en"}
        assert sign_in(administrator).post(NEW, form).status_code == 302
        assert User.objects.get(email=f"{role}@x.example").role == role


def test_the_first_person_of_an_empty_installation(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is there yet who could invite: the command makes an administrator, who can sign in and invite."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "Erste-Person-2026!")
    call_command("createsuperuser", interactive=False, email="First@mingyuan.example", name="王芳", verbosity=0)
    first = User.objects.get()
    assert (first.email, first.role, first.is_active) == ("first@mingyuan.example", Role.ADMINISTRATOR, True)
    assert client.login(email=first.email, password="Erste-Person-2026!")
    assert client.get(PEOPLE).status_code == 200


def test_a_known_address_is_named(manager: User, engineer: User, sign_in: SignIn) -> None:
    form = {"email": engineer.email.upper(), "name": "x", "title": "", "role": "engineer", "language": "en"}
    page = sign_in(manager).post(NEW, form)
    assert page.context["form"].errors["email"] == [f"This address belongs to {engineer.name} already."]


def test_a_person_who_never_came_is_invited_again(manager: User, sign_in: SignIn) -> None:
    person = services.invite_person(actor=manager, email="i@x.example", name="邀", role=Role.CLIENT, about="HIS")
    person.invitations.update(expires_at=timezone.now())
    answer = sign_in(manager).post(reverse("accounts:person_reinvite", args=[person.pk]))
    assert answer["Location"] == PEOPLE
    assert person.invitations.usable().get().about == "HIS"


def test_an_open_account_is_not_invited_again(manager: User, engineer: User, sign_in: SignIn) -> None:
    page = sign_in(manager).post(reverse("accounts:person_reinvite", args=[engineer.pk]), follow=True)
    assert "has entered already" in page.content.decode()
    assert not engineer.invitations.exists()


def test_an_account_is_closed_and_opened_again(manager: User, engineer: User, sign_in: SignIn) -> None:
    """Posting the same twice is one change, one audit entry."""
    browser = sign_in(manager)
    address = reverse("accounts:person_active", args=[engineer.pk])
    for wanted, expected in (("no", False), ("no", False), ("yes", True), ("yes", True), ("", True), ("1", True)):
        assert browser.post(address, {"active": wanted}).status_code == 302
        engineer.refresh_from_db()
        assert engineer.is_active is expected
    actions = list(AuditEntry.objects.order_by("number").values_list("action", flat=True))
    assert actions == ["person.closed", "person.reopened"]


def test_nobody_shuts_themselves_out(manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    assert browser.post(reverse("accounts:person_active", args=[manager.pk]), {"active": "no"}).status_code == 403
    assert "Close account" not in browser.get(PEOPLE).content.decode()


@pytest.mark.parametrize(
    ("actor", "person", "allowed"),
    [
        (Role.ADMINISTRATOR, Role.ADMINISTRATOR, True),
        (Role.ADMINISTRATOR, Role.CLIENT, True),
        (Role.MANAGER, Role.MANAGER, True),
        (Role.MANAGER, Role.ADMINISTRATOR, False),
        (Role.ENGINEER, Role.CLIENT, False),
        (Role.CLIENT, Role.CLIENT, False),
    ],
)
def test_who_may_close_whom(db: None, actor: Role, person: Role, allowed: bool) -> None:
    closer, closed = UserFactory(role=actor), UserFactory(role=person)
    if allowed:
        services.set_active(actor=closer, user=closed, is_active=False)
    else:
        with pytest.raises(PermissionDenied):
            services.set_active(actor=closer, user=closed, is_active=False)
        with pytest.raises(PermissionDenied):
            services.invite_again(actor=closer, user=closed)
    closed.refresh_from_db()
    assert closed.is_active is not allowed


def test_a_manager_is_offered_nothing_for_an_administrator(
    manager: User, administrator: User, sign_in: SignIn
) -> None:
    page = sign_in(manager).get(PEOPLE, {"q": administrator.email}).content.decode()
    assert administrator.email in page
    assert reverse("accounts:person_active", args=[administrator.pk]) not in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", ""])
def test_the_way_back_stays_on_this_site(manager: User, engineer: User, sign_in: SignIn, target: str) -> None:
    answer = sign_in(manager).post(
        reverse("accounts:person_active", args=[engineer.pk]), {"active": "no", "next": target}
    )
    assert answer["Location"] == PEOPLE


def test_the_way_back_keeps_the_words(manager: User, engineer: User, sign_in: SignIn) -> None:
    answer = sign_in(manager).post(
        reverse("accounts:person_active", args=[engineer.pk]), {"active": "no", "next": f"{PEOPLE}?q=x&page=2"}
    )
    assert answer["Location"] == f"{PEOPLE}?q=x&page=2"


def test_a_name_is_shown_as_text(manager: User, sign_in: SignIn) -> None:
    UserFactory(name="<script>alert(1)</script>", title='"><img src=x>')
    page = sign_in(manager).get(PEOPLE).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
