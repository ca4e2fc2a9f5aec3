"""E2, RULES Signing: a result is signed by the client PM, or as key user by a tester of that very round."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement
from engagements.signatures import Signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError
from tests.conftest import SignIn
from tests.engagements.conftest import register, sign
from tests.factories import MembershipFactory, UserFactory
from tests.standups.testing import a_cell, current, judge, opened, record_all, sign_on_paper


@pytest.mark.parametrize("name", ["从未测试的人", "杜", " ", "杜护士长 李哲"])
def test_a_key_users_sheet_bears_a_testers_name(
    engineer: User, colleague: User, engagement: Engagement, name: str
) -> None:
    """The refusal names the testers; the PM's sheet and a tester's, however it is spaced, are taken."""
    row = opened(engineer, a_cell(engagement), names=("杜护士长",))
    record_all(engineer, row)
    sign_off = judge(engineer, row, "accepted")
    with pytest.raises(DomainError, match="杜护士长") as refused:
        register(current(sign_off), engineer, Part.KEY_USER, signer_name=name)
    assert refused.value.field == "signer_name"
    sign_on_paper(sign_off, engineer, colleague, Part.KEY_USER, signer_name="杜 护士长 ")
    assert current(sign_off).is_signed


def test_two_testers_of_one_name_sign_with_their_name(engineer: User, colleague: User, engagement: Engagement) -> None:
    """They are told apart by their address, which nobody writes under a sheet."""
    people = [UserFactory(role="client", name="李伟") for _i in range(2)]
    for user in people:
        MembershipFactory(engagement=engagement, user=user, part=Part.KEY_USER)
    row = opened(engineer, a_cell(engagement), *people)
    record_all(engineer, row)
    sign_off = judge(engineer, row, "accepted")
    sign_on_paper(sign_off, engineer, colleague, Part.KEY_USER, signer_name="李伟")
    assert current(sign_off).is_signed


def test_a_pm_who_is_key_user_too_and_did_not_test_signs_as_pm(
    engineer: User, client_pm: User, engagement: Engagement
) -> None:
    MembershipFactory(engagement=engagement, user=client_pm, part=Part.KEY_USER)
    row = opened(engineer, a_cell(engagement))
    record_all(engineer, row)
    sign_off = judge(engineer, row, "accepted")
    people = {part.part: part.people for part in Signing.of(current(sign_off), client_pm).parts}
    assert people == {Part.CLIENT_PM: (client_pm,), Part.KEY_USER: ()}
    sign(current(sign_off), client_pm)
    assert list(sign_off.signatures.unscoped().values_list("part", flat=True)) == [Part.CLIENT_PM]


def test_the_pages_ask_as_often_for_twenty_one_key_users(
    engineer: User, key_user: User, client_pm: User, engagement: Engagement, sign_in: SignIn
) -> None:
    row = opened(engineer, a_cell(engagement), key_user)
    record_all(engineer, row)
    sign_off = judge(engineer, row, "accepted")
    browser = sign_in(client_pm)
    urls = [
        reverse("standups:uat_round", args=[engagement.pk, row.pk]),
        reverse("engagements:sign_off", args=[engagement.pk, sign_off.pk]),
    ]

    def asked() -> list[int]:
        counts = []
        for url in urls:
            browser.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(url).status_code == 200
            counts.append(len(queries))
        return counts

    one = asked()
    for _i in range(20):
        MembershipFactory(engagement=engagement, user=UserFactory(role="client"), part=Part.KEY_USER)
    assert asked() == one
