"""P1, RULES: signing on paper: registered by one vendor person, checked by another; a stale version's code is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from engagements.models import Attachment, Engagement, Signature, SignOff
from engagements.services import signing
from engagements.services.signing import CODE_LETTERS
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.engagements.conftest import PNG, a_scan, register, sign
from tests.factories import ScopeItemFactory


def form_of(sign_off: SignOff, **fields: Any) -> dict[str, Any]:
    given = {
        "part": "client_pm", "signer_name": "陈镕", "signed_on": str(sign_off.engagement.today()),
        "code": sign_off.code, "scan": a_scan(),
    }  # fmt: skip
    return given | fields


def register_url(sign_off: SignOff) -> str:
    return reverse("engagements:paper_register", args=[sign_off.engagement_id, sign_off.pk])


def check_url(signature: Signature) -> str:
    sign_off = signature.sign_off
    return reverse("engagements:paper_check", args=[sign_off.engagement_id, sign_off.pk, signature.pk])


def test_an_engagement_is_agreed_with_no_client_ever_signing_in(
    engagement: Engagement, sign_off: SignOff, engineer: User, colleague: User
) -> None:
    for part in sign_off.needed_parts:
        signature = register(sign_off, engineer, part)
        assert not signature.counts
        signing.check_paper(actor=colleague, signature=signature, accepted=True)
    sign_off.refresh_from_db()
    assert sign_off.is_signed
    assert engagement.baselines.count() == 1
    stored = Attachment.objects.unscoped().first()
    assert stored is not None
    with stored.stored_bytes() as scan:
        assert scan.read() == PNG


def test_screen_and_paper_make_one_agreement(
    engagement: Engagement, sign_off: SignOff, engineer: User, colleague: User, business_owner: User
) -> None:
    sign(sign_off, business_owner)
    signing.check_paper(actor=colleague, signature=register(sign_off, engineer), accepted=True)
    sign_off.refresh_from_db()
    assert sign_off.is_signed


def test_four_eyes_see_more_than_two(sign_off: SignOff, engineer: User) -> None:
    signature = register(sign_off, engineer)
    for accepted in (True, False):
        with pytest.raises(DomainError):
            signing.check_paper(actor=engineer, signature=signature, accepted=accepted)
    signature.refresh_from_db()
    assert not signature.counts


def test_the_database_wants_two_people_as_well(sign_off: SignOff, engineer: User) -> None:
    signature = register(sign_off, engineer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.filter(pk=signature.pk).update(checked_by=engineer)


def test_a_sheet_sent_back_can_be_registered_again(sign_off: SignOff, engineer: User, colleague: User) -> None:
    signing.check_paper(actor=colleague, signature=register(sign_off, engineer), accepted=False)
    assert not Signature.objects.exists()
    assert AuditEntry.objects.filter(action="goals.paper_sent_back").count() == 1
    assert register(sign_off, engineer).pk


@pytest.mark.parametrize("second", [True, False])
def test_a_sheet_is_checked_once(
    sign_off: SignOff, engineer: User, colleague: User, manager: User, second: bool
) -> None:
    signature = register(sign_off, engineer)
    signing.check_paper(actor=colleague, signature=signature, accepted=True)
    with pytest.raises(DomainError):
        signing.check_paper(actor=manager, signature=signature, accepted=second)
    signature.refresh_from_db()
    assert signature.checked_by == colleague
    assert AuditEntry.objects.filter(action="goals.signed").count() == 1


def test_the_code_of_a_stale_version_is_refused(sign_off: SignOff, engineer: User) -> None:
    ScopeItemFactory(engagement=sign_off.engagement)
    newer = signing.freeze_goals(actor=engineer, engagement=sign_off.engagement)
    with pytest.raises(StaleError) as refused:
        register(newer, engineer, code=sign_off.code)
    assert refused.value.field == "code"
    with pytest.raises(StaleError):
        register(sign_off, engineer)
    assert not Signature.objects.exists()
    assert not Attachment.objects.exists()


def test_a_sheet_of_a_replaced_version_is_not_accepted(
    engagement: Engagement, sign_off: SignOff, engineer: User, colleague: User
) -> None:
    """Registered in time, but a newer version came before the check."""
    for part in sign_off.needed_parts:
        signature = register(sign_off, engineer, part)
    ScopeItemFactory(engagement=engagement)
    signing.freeze_goals(actor=engineer, engagement=engagement)
    with pytest.raises(StaleError):
        signing.check_paper(actor=colleague, signature=signature, accepted=True)
    assert not engagement.baselines.exists()


@pytest.mark.parametrize("typed", ["{0} ", "{0}-{1}", "  {0} {1}  "])
def test_the_code_is_read_as_people_type_it(sign_off: SignOff, engineer: User, typed: str) -> None:
    halves = sign_off.code[:4].lower(), sign_off.code[4:]
    code = typed.format(*halves) if "{1}" in typed else typed.format(sign_off.code.lower())
    assert register(sign_off, engineer, code=code).pk


def test_codes_hold_no_letter_that_looks_like_a_digit(sign_off: SignOff) -> None:
    assert set(sign_off.code) <= set(CODE_LETTERS)
    assert not set("01IO") & set(CODE_LETTERS)


def test_a_sheet_is_signed_between_freezing_and_today_at_the_site(
    engagement: Engagement, sign_off: SignOff, engineer: User
) -> None:
    """Frozen at half past eight in the morning in Shanghai, which is the day before in UTC."""
    with time_machine.travel("2026-11-22T00:30Z"):
        today = engagement.today()
        SignOff.objects.update(frozen_at="2026-11-21T20:30Z")
        row = SignOff.objects.unscoped().get()
        for day in (today - timedelta(days=1), today + timedelta(days=1)):
            with pytest.raises(DomainError) as refused:
                register(row, engineer, signed_on=day)
            assert refused.value.field == "signed_on"
        assert register(row, engineer, signed_on=today).pk


def test_only_the_parts_that_sign_can_be_registered(sign_off: SignOff, engineer: User) -> None:
    with pytest.raises(DomainError) as refused:
        register(sign_off, engineer, Part.KEY_USER)
    assert refused.value.field == "part"


def test_a_signature_is_registered_once(sign_off: SignOff, engineer: User, colleague: User, client_pm: User) -> None:
    register(sign_off, engineer)
    with pytest.raises(DomainError) as refused:
        register(sign_off, colleague)
    assert refused.value.field == "part"
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("who", ["client_pm", "outsider_engineer", "administrator"])
def test_who_handles_no_paper(who: str, sign_off: SignOff, engineer: User, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    signature = register(sign_off, engineer)
    with pytest.raises(PermissionDenied):
        register(sign_off, user, Part.BUSINESS_OWNER)
    with pytest.raises(PermissionDenied):
        signing.check_paper(actor=user, signature=signature, accepted=True)


# --- the pages ------------------------------------------------------------------------------------------------------------


def test_registering_and_checking_in_the_browser(
    sign_off: SignOff, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    page = sign_in(engineer).get(register_url(sign_off)).content.decode()
    assert "never signs for the client" in page
    shown = sign_in(engineer).post(register_url(sign_off), form_of(sign_off), follow=True).content.decode()
    assert "counts once a second person has checked" in shown
    signature = Signature.objects.unscoped().get()
    assert "Another vendor person has to check it." in shown
    assert check_url(signature) not in shown
    theirs = sign_in(colleague).get(reverse("engagements:sign_off", args=[sign_off.engagement_id, sign_off.pk]))
    assert check_url(signature) in theirs.content.decode()
    sign_in(colleague).post(check_url(signature), {"answer": "accept"})
    signature.refresh_from_db()
    assert signature.checked_by == colleague


def test_a_check_without_an_answer_changes_nothing(
    sign_off: SignOff, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    signature = register(sign_off, engineer)
    told = sign_in(colleague).post(check_url(signature), {"answer": "perhaps"}, follow=True).content.decode()
    assert "Accept the sheet or send it back" in told
    signature.refresh_from_db()
    assert not signature.counts


def test_a_wrong_code_is_a_409_that_keeps_what_was_typed(sign_off: SignOff, engineer: User, sign_in: SignIn) -> None:
    response = sign_in(engineer).post(register_url(sign_off), form_of(sign_off, code="WRONG234", signer_name="周㛃"))
    assert response.status_code == 409
    shown = response.content.decode()
    assert "This code is not the one of version 1" in shown
    assert 'value="WRONG234"' in shown
    assert 'value="周㛃"' in shown
    assert "choose the scan again" in shown


@pytest.mark.parametrize(
    ("name", "content"),
    [("scan.png", b""), ("scan.png", b"<html><script>"), ("scan.html", PNG), ("scan.exe", b"MZ" + b"\0" * 80)],
)
def test_a_scan_is_an_image_or_a_pdf(
    sign_off: SignOff, engineer: User, sign_in: SignIn, name: str, content: bytes
) -> None:
    response = sign_in(engineer).post(
        register_url(sign_off), form_of(sign_off, scan=SimpleUploadedFile(name, content))
    )
    assert response.status_code == 200
    assert not Signature.objects.exists()
    assert not Attachment.objects.exists()
