"""P1, C2: who is in an engagement; a person of one client never comes into another client's."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from engagements.models import Client, Engagement, Membership, SignOff
from engagements.services import clients, lifecycle
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.conftest import SignIn
from tests.factories import EngagementFactory, MembershipFactory, UserFactory


def invite(engagement: Engagement, actor: User, email: str = "pm@huadong.example", **fields: Any) -> Membership:
    given = {"name": "陈镕", "part": Part.CLIENT_PM, "title": "信息部主任", "phone": "8301"} | fields
    return lifecycle.invite_client_person(actor=actor, engagement=engagement, email=email, **given)


def url(engagement: Engagement, name: str, *args: int) -> str:
    return reverse(f"engagements:{name}", args=[engagement.pk, *args])


def test_a_colleague_joins_and_is_told(engagement: Engagement, manager: User, mailoutbox: list[Any]) -> None:
    newcomer = UserFactory(name="王堃", language="zh-hans")
    lifecycle.add_colleague(actor=manager, engagement=engagement, user=newcomer, part=Part.LEAD)
    assert Engagement.objects.visible_to(newcomer).get() == engagement
    sweep()
    assert [mail.to for mail in mailoutbox] == [[newcomer.email]]
    assert engagement.name in mailoutbox[0].subject
    assert url(engagement, "detail") in mailoutbox[0].body


def test_who_left_before_the_mail_went_out_is_told_nothing(
    engagement: Engagement, manager: User, mailoutbox: list[Any]
) -> None:
    joined = lifecycle.add_colleague(actor=manager, engagement=engagement, user=UserFactory(), part=Part.ENGINEER)
    lifecycle.end_membership(actor=manager, membership=joined)
    sweep()
    assert mailoutbox == []


def test_there_is_one_lead(engagement: Engagement, manager: User, engineer: User) -> None:
    with pytest.raises(DomainError) as refused:
        lifecycle.add_colleague(actor=manager, engagement=engagement, user=UserFactory(), part=Part.LEAD)
    assert refused.value.field == "part"
    lead = engagement.memberships.unscoped().get(part=Part.LEAD)
    lifecycle.end_membership(actor=manager, membership=lead)
    lifecycle.add_colleague(actor=manager, engagement=engagement, user=engineer, part=Part.LEAD)
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipFactory(engagement=engagement, part=Part.LEAD)


def test_nobody_has_a_part_twice(engagement: Engagement, manager: User, colleague: User) -> None:
    with pytest.raises(DomainError):
        lifecycle.add_colleague(actor=manager, engagement=engagement, user=colleague, part=Part.ENGINEER)
    assert lifecycle.add_colleague(actor=manager, engagement=engagement, user=colleague, part=Part.TRAINER).pk


@pytest.mark.parametrize(("role", "part"), [(Role.CLIENT, Part.LEAD), (Role.ADMINISTRATOR, Part.ENGINEER),
                                            (Role.ENGINEER, Part.CLIENT_PM)])  # fmt: skip
def test_sides_are_not_mixed(engagement: Engagement, manager: User, role: str, part: str) -> None:
    with pytest.raises(DomainError):
        lifecycle.add_colleague(actor=manager, engagement=engagement, user=UserFactory(role=role), part=part)
    with pytest.raises(DomainError):
        invite(engagement, manager, part=Part.LEAD)
    assert not Membership.objects.exists()


@pytest.mark.parametrize("who", ["colleague", "client_pm", "outsider_engineer", "administrator"])
def test_only_lead_and_manager_change_the_team(
    who: str, engagement: Engagement, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    member = MembershipFactory(engagement=engagement)
    for change in (
        lambda: lifecycle.add_colleague(actor=user, engagement=engagement, user=UserFactory(), part=Part.ENGINEER),
        lambda: invite(engagement, user),
        lambda: lifecycle.end_membership(actor=user, membership=member),
    ):
        with pytest.raises(PermissionDenied):
            change()


def test_a_new_person_of_the_client_gets_a_link(engagement: Engagement, engineer: User) -> None:
    membership = invite(engagement, engineer)
    user = membership.user
    assert (user.role, user.is_active, user.language) == (Role.CLIENT, False, engagement.language)
    assert membership.phone == "8301"
    message = Message.objects.get(kind="invitation")
    assert engagement.name in message.payload["about"]


def test_a_known_person_of_the_same_client_joins_at_once(
    engagement: Engagement, manager: User, client_pm: User
) -> None:
    second = EngagementFactory(client=engagement.client)
    assert invite(second, manager, client_pm.email.upper()).user == client_pm
    assert Engagement.objects.visible_to(client_pm).count() == 2
    assert not Message.objects.filter(kind="invitation").exists()


def test_a_person_of_another_client_never_comes_in(engagement: Engagement, manager: User, client_pm_2: User) -> None:
    with pytest.raises(DomainError) as refused:
        invite(engagement, manager, client_pm_2.email)
    assert refused.value.field == "email"
    assert not Engagement.objects.visible_to(client_pm_2).filter(pk=engagement.pk).exists()


def test_not_even_after_leaving_the_other_client(
    engagement: Engagement, foreign_engagement: Engagement, manager: User, client_pm_2: User
) -> None:
    lifecycle.end_membership(actor=manager, membership=foreign_engagement.memberships.unscoped().get())
    with pytest.raises(DomainError):
        invite(engagement, manager, client_pm_2.email)


def test_a_vendor_address_is_no_client(engagement: Engagement, manager: User, engineer: User) -> None:
    with pytest.raises(DomainError) as refused:
        invite(engagement, manager, engineer.email)
    assert refused.value.field == "email"
    assert not AuditEntry.objects.filter(action="team.joined").exists()


def test_a_signer_who_comes_later_is_asked_too(
    engagement: Engagement, sign_off: SignOff, manager: User, key_user: User, mailoutbox: list[Any]
) -> None:
    """The text was frozen before the client PM was known."""
    assert not Message.objects.filter(kind="sign_request").exists()
    invite(engagement, manager, key_user.email)
    sweep()
    (mail,) = [mail for mail in mailoutbox if mail.subject.startswith("Please sign")]
    assert mail.to == [key_user.email]
    assert url(engagement, "sign_off", sign_off.pk) in mail.body


def test_who_left_sees_nothing_any_more(
    engagement: Engagement, manager: User, client_pm: User, sign_in: SignIn
) -> None:
    membership = engagement.memberships.unscoped().get(user=client_pm)
    lifecycle.end_membership(actor=manager, membership=membership)
    lifecycle.end_membership(actor=manager, membership=membership)
    assert sign_in(client_pm).get(url(engagement, "plan")).status_code == 404
    assert AuditEntry.objects.filter(action="team.left").count() == 1


def test_the_team_page_shows_both_sides(
    engagement: Engagement, engineer: User, client_pm: User, manager: User, sign_in: SignIn
) -> None:
    waiting = invite(engagement, manager)
    theirs = sign_in(client_pm).get(url(engagement, "team")).content.decode()
    ours = sign_in(manager).get(url(engagement, "team")).content.decode()
    for shown in (theirs, ours):
        assert engineer.email in shown
        assert waiting.user.email in shown
    assert "Invited, not here yet" in ours
    assert "Invited, not here yet" not in theirs
    assert url(engagement, "member_end", waiting.pk) in ours
    assert url(engagement, "member_end", waiting.pk) not in theirs


def test_adding_and_taking_out_in_the_browser(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    browser, newcomer = sign_in(manager), UserFactory(name="孙一凡")
    told = browser.post(url(engagement, "colleague_add"), {"user": newcomer.pk, "part": "lead"}, follow=True)
    assert "孙一凡 is part of the team" in told.content.decode()
    membership = engagement.memberships.unscoped().get()
    told = browser.post(url(engagement, "member_end", membership.pk), follow=True)
    assert "孙一凡 is no longer part of the team" in told.content.decode()
    assert browser.post(url(engagement, "member_end", membership.pk)).status_code == 404


def test_inviting_in_the_browser_keeps_what_was_typed(
    engagement: Engagement, manager: User, engineer: User, sign_in: SignIn
) -> None:
    body = {"name": "陈镕", "title": "主任", "part": "client_pm", "email": engineer.email, "phone": "8301"}
    shown = sign_in(manager).post(url(engagement, "client_person_invite"), body).content.decode()
    assert "This address belongs to a person of the other side." in shown
    assert 'value="陈镕"' in shown
    assert 'value="8301"' in shown


def test_a_client_is_created_once(manager: User, engineer: User) -> None:
    made = clients.save_client(actor=manager, client=None, name="江海银行", short_name="", industry="manufacturing")
    assert made.short_name == "江海银行"
    with pytest.raises(DomainError) as refused:
        clients.save_client(actor=manager, client=None, name="江海银行", short_name="", industry="other")
    assert refused.value.field == "name"
    with pytest.raises(PermissionDenied):
        clients.save_client(actor=engineer, client=None, name="别的", short_name="", industry="other")
    assert Client.objects.filter(name="江海银行").count() == 1
