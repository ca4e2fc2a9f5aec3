"""N2, N11, TRUST 10: texts that one signature settles, texts that only certain people sign, and texts made of sections."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from engagements import agreements
from engagements.models import Engagement, Signature, SignOff
from engagements.section_text import Section, read_sections, text_of_sections
from engagements.services import signing
from engagements.signatures import Signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError
from onsite.notifications.models import Message
from reports.building.sheet import build_sheet
from tests.conftest import SignIn
from tests.engagements.conftest import register, sign
from tests.factories import MembershipFactory, UserFactory

SECTIONS = [
    Section("计数", columns=("项目", "旧系统", "新系统"), rows=(("患者总数", "482113", "482113"),)),
    Section("抽查", paragraphs=("抽查 500 条，全部一致。",), points=("核对人：病案室 何主任",)),
]
KIND = SignOff.Kind.DATA


@pytest.fixture(autouse=True)
def nobody_else_has_a_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app above says when its own texts hold; here the door itself is tried."""
    for registry in ("_consequences", "_conditions"):
        monkeypatch.setitem(getattr(agreements, registry), KIND, [])
    for registry in ("_signers", "_homes"):
        monkeypatch.setattr(agreements, registry, {})


@pytest.fixture
def key_user(engagement: Engagement) -> User:
    user = UserFactory(role="client", name="杜护士长")
    MembershipFactory(engagement=engagement, user=user, part=Part.KEY_USER)
    return user


@pytest.fixture
def checked(engagement: Engagement, engineer: User) -> SignOff:
    """A text that any one of three parts signs."""
    return signing.freeze(
        actor=engineer,
        engagement=engagement,
        kind=KIND,
        topic="7",
        about="患者主数据 · 第 2 轮",
        text=text_of_sections(engagement, SECTIONS, {"round": 7}),
    )


def test_one_signature_settles_it(checked: SignOff, key_user: User, client_pm: User) -> None:
    """A key user's is as good as the PM's, and then nobody else is asked."""
    sign(checked, key_user)
    checked.refresh_from_db()
    assert checked.is_signed
    assert signing.missing_parts(checked) == []
    assert not Signing.of(checked, client_pm).missing
    assert not Signing.of(checked, client_pm).waits_for(client_pm)
    with pytest.raises(DomainError, match="one signature is enough"):
        sign(checked, client_pm)
    assert Signature.objects.count() == 1


def test_a_sheet_of_one_part_settles_it(checked: SignOff, engineer: User, colleague: User) -> None:
    signature = register(checked, engineer, Part.BUSINESS_OWNER)
    assert not SignOff.objects.unscoped().get(pk=checked.pk).is_signed
    signing.check_paper(actor=colleague, signature=signature, accepted=True)
    assert SignOff.objects.unscoped().get(pk=checked.pk).is_signed
    with pytest.raises(DomainError, match="one signature is enough"):
        register(checked, engineer, Part.CLIENT_PM)


def test_a_key_user_does_not_sign_goals(sign_off: SignOff, key_user: User) -> None:
    """May sign in general, is not asked for this text: neither on the page nor in the service, and no code is mailed."""
    with pytest.raises(PermissionDenied):
        sign(sign_off, key_user)
    assert not Signing.of(sign_off, key_user).waits_for(key_user)
    assert not Message.objects.filter(kind="sign_request", recipient=key_user).exists()


def test_only_those_the_kind_names_sign(
    checked: SignOff, key_user: User, client_pm: User, monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    """Who did not test is not asked, not offered the form, and refused."""
    monkeypatch.setattr(agreements, "_signers", {KIND: lambda user, part, sign_off: user == client_pm})
    assert not Signing.of(checked, key_user).waits_for(key_user)
    assert Signing.of(checked, client_pm).waits_for(client_pm)
    with pytest.raises(PermissionDenied):
        sign(checked, key_user)
    page = sign_in(key_user).get(reverse("engagements:sign_off", args=[checked.engagement_id, checked.pk]))
    assert b'id="sign"' not in page.content
    names = {user.name for state in Signing.of(checked, client_pm).parts for user in state.people}
    assert key_user.name not in names


def test_nobody_is_mailed_who_may_not_sign(
    engagement: Engagement, engineer: User, key_user: User, client_pm: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreements, "_signers", {KIND: lambda user, part, sign_off: user == client_pm})
    text = text_of_sections(engagement, SECTIONS, {})
    found = signing.freeze(actor=engineer, engagement=engagement, kind=KIND, topic="8", text=text)
    asked = Message.objects.filter(dedupe_key__startswith=f"sign:{found.pk}:")
    assert {message.recipient for message in asked} == {client_pm}


def test_a_text_of_sections_reads_back_as_it_was(checked: SignOff) -> None:
    stored = SignOff.objects.unscoped().get(pk=checked.pk)
    assert list(read_sections(stored.text).sections) == SECTIONS
    assert stored.text == text_of_sections(stored.engagement, SECTIONS, {"round": 7})


def test_the_facts_are_signed_too(engagement: Engagement) -> None:
    """The same words with other facts are another text."""
    one, other = (text_of_sections(engagement, SECTIONS, {"round": number}) for number in (7, 8))
    assert signing.hash_of_text(engagement, 1, one) != signing.hash_of_text(engagement, 1, other)


def test_page_and_sheet_show_the_same_sections(checked: SignOff, client_pm: User, sign_in: SignIn) -> None:
    page: Any = sign_in(client_pm).get(reverse("engagements:sign_off", args=[checked.engagement_id, checked.pk]))
    told = page.content.decode()
    sheet = build_sheet(checked)
    assert sheet.title == "数据核对：患者主数据 · 第 2 轮"
    for section in sheet.sections:
        words = (section.heading, *section.paragraphs, *section.points, *section.columns, *sum(section.rows, ()))
        assert all(word in told for word in words)
