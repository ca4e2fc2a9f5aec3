"""C2, the way in: people come by a mailed link. GET shows it, only POST consumes it, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onsite.accounts import services
from onsite.accounts.models import Invitation, User
from onsite.accounts.roles import Role
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from tests.conftest import InParallel, SignIn
from tests.factories import UserFactory
from tests.factories.accounts import PASSWORD

ABOUT = "华东机械 · 生产计划模块上线"
GOOD = {"name": "陈镕", "password": "", "language": "zh-hans"}


@pytest.fixture
def invited(manager: User) -> User:
    return services.invite_person(
        actor=manager, email="Chen@Factory.example", name="陈镕", role=Role.CLIENT, language="en", about=ABOUT
    )


def token_of(user: User) -> str:
    """Return the token as only the waiting mail holds it."""
    return str(Message.objects.filter(kind="invitation", recipient=user).latest("pk").payload["token"])


def link_of(user: User) -> str:
    return reverse("accounts:invitation", args=[token_of(user)])


def test_the_page_says_who_invites_to_what_and_knows_the_name(invited: User, manager: User, client: Client) -> None:
    """Nobody has to guess what they were sent."""
    page = client.get(link_of(invited)).content.decode()
    for word in (manager.name, ABOUT, "chen@factory.example", 'value="陈镕"'):
        assert word in page
    assert "sign in with a code" in page


def test_looking_at_the_link_consumes_nothing(invited: User, client: Client) -> None:
    """TRUST 9: mail scanners open links."""
    link = link_of(invited)
    for method in ("get", "get", "head"):
        assert getattr(client, method)(link).status_code == 200
    assert client.options(link).status_code == 405
    assert Invitation.objects.usable().filter(user=invited).exists()
    assert "_auth_user_id" not in client.session


def test_entering_signs_the_person_in_once(invited: User, client: Client) -> None:
    """POST consumes, opens the account and leads home; the link is over then."""
    link = link_of(invited)
    answer = client.post(link, {**GOOD, "name": "陈 镕"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(invited.pk)
    assert answer.cookies["django_language"].value == "zh-hans"
    invited.refresh_from_db()
    assert (invited.is_active, invited.name, invited.language) == (True, "陈 镕", "zh-hans")
    assert invited.last_login is not None
    assert not invited.has_usable_password()
    assert Invitation.objects.get().used_at is not None
    assert AuditEntry.objects.filter(action="invitation.accepted", actor=invited).count() == 1
    stranger = Client()
    assert stranger.get(link).status_code == 410
    assert stranger.post(link, GOOD).status_code == 410
    assert "_auth_user_id" not in stranger.session


def test_a_password_chosen_on_entering_works(invited: User, client: Client) -> None:
    client.post(link_of(invited), {**GOOD, "password": PASSWORD})
    invited.refresh_from_db()
    assert invited.check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["short", "1234567890", "password123", "chen@factory", "x" * 129])
def test_a_weak_password_is_refused_and_the_link_stays_good(invited: User, client: Client, weak: str) -> None:
    """The refusal stands beside the field, and nothing is half done."""
    link = link_of(invited)
    page = client.post(link, {**GOOD, "password": weak})
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"password"}
    invited.refresh_from_db()
    assert not invited.is_active
    assert client.post(link, GOOD).status_code == 302


@pytest.mark.parametrize("name", ["", "a\x00b", "\u202eabc", "名" * 81, "x" * 10_000_000])
def test_an_absurd_name_gets_a_message_beside_the_field(invited: User, client: Client, name: str) -> None:
    """Bad input: never a 500."""
    page = client.post(link_of(invited), {**GOOD, "name": name})
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"name"}


def test_every_dead_link_looks_the_same(invited: User, manager: User, client: Client) -> None:
    """TRUST 9: whether a link was used, replaced, too old or made up can't be told from outside."""
    replaced = link_of(invited)
    services.invite_again(actor=manager, user=invited)
    old = link_of(invited)
    Invitation.objects.filter(user=invited).update(expires_at=timezone.now() - timedelta(seconds=1))
    services.invite_again(actor=manager, user=invited)
    used = link_of(invited)
    Client().post(used, GOOD)
    invented = reverse("accounts:invitation", args=["x" * 43])
    pages = {without_own_address(client, link) for link in (replaced, old, used, invented)}
    assert len(pages) == 1
    assert "no longer works" in pages.pop()


def without_own_address(client: Client, link: str) -> str:
    answer = client.get(link)
    assert answer.status_code == 410
    text = answer.content.decode().replace(link, "")
    for secret in (answer.context["csrf_token"], answer.wsgi_request.csp_nonce):  # type: ignore[attr-defined]
        text = text.replace(str(secret), "")
    return text


@pytest.mark.parametrize("status", [200, 410])
def test_the_address_is_told_to_nobody(invited: User, client: Client, status: int) -> None:
    """TRUST 9: no referrer beyond the origin, no cache; the origin itself must stay, CSRF is checked by it."""
    link = link_of(invited) if status == 200 else reverse("accounts:invitation", args=["gone"])
    answer = client.get(link)
    assert answer.status_code == status
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer["Cache-Control"]


def test_only_a_hash_of_a_long_random_token_is_kept(invited: User, manager: User) -> None:
    """TRUST 9: who reads the table of invitations can enter nowhere; 256 bits are not guessed."""
    token = token_of(invited)
    row = Invitation.objects.get(user=invited)
    assert row.token_hash == services.hash_token(token)
    assert token not in str(Invitation.objects.values_list().get(pk=row.pk))
    services.invite_again(actor=manager, user=invited)
    assert len(token) == 43
    assert token_of(invited) != token


def test_the_session_that_was_there_before_is_not_the_one_after(invited: User, client: Client) -> None:
    """No session fixation: a key put into the browser beforehand opens nothing afterwards."""
    client.session["planted"] = "yes"
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.post(link_of(invited), GOOD)
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = str(planted)
    assert "_auth_user_id" not in thief.session


def test_somebody_else_signed_in_here_is_warned_then_signed_out(
    invited: User, engineer: User, sign_in: SignIn
) -> None:
    browser = sign_in(engineer)
    link = link_of(invited)
    assert f"{engineer.name} is signed in in this browser" in browser.get(link).content.decode()
    browser.post(link, GOOD)
    assert browser.session["_auth_user_id"] == str(invited.pk)


def test_entering_needs_the_csrf_token(invited: User) -> None:
    assert Client(enforce_csrf_checks=True).post(link_of(invited), GOOD).status_code == 403
    assert Invitation.objects.usable().filter(user=invited).exists()


@pytest.mark.parametrize(("cookie", "word"), [("", "邀请"), ("en", "invites you")])
def test_the_page_speaks_the_language_the_inviter_set(manager: User, client: Client, cookie: str, word: str) -> None:
    """Unless this browser chose another one with the switch."""
    user = services.invite_person(actor=manager, email="zh@x.example", name="周", role="client", language="zh-hans")
    if cookie:
        client.cookies["django_language"] = cookie
    assert word in client.get(link_of(user), headers={"accept-language": "en"}).content.decode()


def test_the_mail_holds_the_link_and_the_row_forgets_it(invited: User, mailoutbox: list[mail.EmailMessage]) -> None:
    """From the mail to the page, and then no secret is left in the outbox."""
    from onsite.notifications.services import sweep

    link = link_of(invited)
    assert sweep() == 1
    assert mailoutbox[0].to == ["chen@factory.example"]
    assert link in mailoutbox[0].body
    assert ABOUT in mailoutbox[0].body
    assert Message.objects.get(kind="invitation").payload == {}


def test_a_replaced_link_is_not_mailed_any_more(
    invited: User, manager: User, mailoutbox: list[mail.EmailMessage]
) -> None:
    from onsite.notifications.services import sweep

    services.invite_again(actor=manager, user=invited)
    assert sweep() == 1
    assert len(mailoutbox) == 1
    assert token_of_nobody() == {"cancelled", "sent"}


def token_of_nobody() -> set[str]:
    rows = list(Message.objects.filter(kind="invitation"))
    assert all(row.payload == {} for row in rows)
    return {row.state for row in rows}


def test_inviting_twice_ends_the_first_link(invited: User, manager: User, client: Client) -> None:
    first = link_of(invited)
    again = services.invite_person(actor=manager, email="CHEN@factory.example ", name="陈", role=Role.CLIENT)
    assert again == invited
    assert client.get(first).status_code == 410
    assert client.get(link_of(invited)).status_code == 200


def test_a_withdrawn_invitation_can_not_be_used(invited: User, manager: User, client: Client) -> None:
    """Closing an account that was never opened must close the door, too."""
    link = link_of(invited)
    services.set_active(actor=manager, user=invited, is_active=False)
    assert client.post(link, GOOD).status_code == 410
    invited.refresh_from_db()
    assert not invited.is_active
    assert AuditEntry.objects.filter(action="invitation.ended", actor=manager).count() == 1


def test_a_link_ends_when_the_account_is_opened_otherwise(invited: User, manager: User, client: Client) -> None:
    """Else the old mail could set a new password on a living account."""
    link = link_of(invited)
    services.set_active(actor=manager, user=invited, is_active=True)
    assert client.post(link, {**GOOD, "password": PASSWORD}).status_code == 410
    User.objects.filter(pk=invited.pk).update(is_active=False)
    services.invite_again(actor=manager, user=invited)
    link = link_of(invited)
    User.objects.filter(pk=invited.pk).update(is_active=True)
    assert client.get(link).status_code == 410


def test_a_closed_person_is_not_invited_anew(manager: User) -> None:
    UserFactory(email="gone@x.example", role=Role.ENGINEER, is_active=False, last_login=timezone.now())
    with pytest.raises(DomainError) as refusal:
        services.invite_person(actor=manager, email="gone@x.example", name="x", role=Role.ENGINEER)
    assert refusal.value.field == "email"


def test_nobody_crosses_to_the_other_side(invited: User, manager: User) -> None:
    """A client's address can't become a colleague's by an invitation, nor the reverse."""
    with pytest.raises(DomainError):
        services.invite_person(actor=manager, email=invited.email, name="x", role=Role.ENGINEER)
    with pytest.raises(DomainError):
        services.invite_person(actor=manager, email=manager.email, name="x", role=Role.CLIENT)


@pytest.mark.parametrize(
    ("actor", "role", "allowed"),
    [
        (Role.ADMINISTRATOR, Role.ADMINISTRATOR, True),
        (Role.ADMINISTRATOR, Role.MANAGER, True),
        (Role.MANAGER, Role.ADMINISTRATOR, False),
        (Role.MANAGER, Role.MANAGER, True),
        (Role.MANAGER, Role.ENGINEER, True),
        (Role.MANAGER, Role.CLIENT, True),
        (Role.ENGINEER, Role.ENGINEER, False),
        (Role.ENGINEER, Role.MANAGER, False),
        (Role.ENGINEER, Role.CLIENT, True),
        (Role.CLIENT, Role.CLIENT, False),
        (Role.CLIENT, Role.MANAGER, False),
    ],
)
def test_who_may_invite_whom(db: None, actor: Role, role: Role, allowed: bool) -> None:
    inviter = UserFactory(role=actor)
    if allowed:
        assert services.invite_person(actor=inviter, email="new@x.example", name="新", role=role).role == role
    else:
        with pytest.raises(PermissionDenied):
            services.invite_person(actor=inviter, email="new@x.example", name="新", role=role)
        assert not User.objects.filter(email="new@x.example").exists()


def test_two_who_open_the_link_at_once_enter_once(postgresql: None, in_parallel: InParallel, manager: User) -> None:
    """TRUST 9, a race: the conditional update lets one through. Without it both would set their password."""
    user = services.invite_person(actor=manager, email="one@x.example", name="一", role=Role.ENGINEER)
    token = token_of(user)

    def enter() -> User:
        return services.accept_invitation(token=token, name="一", password="", language="en")

    results = in_parallel(enter, enter, enter, enter)
    assert [isinstance(result, User) for result in results].count(True) == 1
    assert [isinstance(result, DomainError) for result in results].count(True) == 3
    assert AuditEntry.objects.filter(action="invitation.accepted").count() == 1


def test_two_who_invite_the_same_address_at_once_make_one_person(
    postgresql: None, in_parallel: InParallel, manager: User, other_manager: User
) -> None:
    """A race on the unique address: the second finds the first one's row instead of a 500."""

    def invite(actor: User) -> User:
        return services.invite_person(actor=actor, email="same@x.example", name="同", role=Role.ENGINEER)

    results = in_parallel(lambda: invite(manager), lambda: invite(other_manager))
    assert {getattr(result, "email", result) for result in results} == {"same@x.example"}
    assert User.objects.filter(email="same@x.example").count() == 1


def test_a_link_that_is_being_used_while_it_is_withdrawn_leaves_the_account_closed(
    postgresql: None, in_parallel: InParallel, manager: User
) -> None:
    """A race: whoever comes first, in the end nobody is in who was shut out."""
    for number in range(5):
        user = services.invite_person(actor=manager, email=f"r{number}@x.example", name="竞", role=Role.ENGINEER)
        token = token_of(user)
        in_parallel(
            lambda token=token: services.accept_invitation(token=token, name="竞", password="", language="en"),
            lambda user=user: services.set_active(actor=manager, user=user, is_active=False),
        )
        user.refresh_from_db()
        assert not user.is_active
        assert services.find_invitation(token) is None
