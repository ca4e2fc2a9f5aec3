"""P1, TRUST 10: signing on screen: by the client alone, proven once more, bound to the very text that was shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement, Membership, Signature, SignOff
from engagements.services import goals, signing
from onsite.accounts.models import SigningCode, User
from onsite.accounts.roles import Part
from onsite.accounts.services import send_signing_code
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from tests.conftest import SignIn
from tests.engagements.conftest import register, sign
from tests.factories import MembershipFactory, ScopeItemFactory, UserFactory
from tests.factories.accounts import PASSWORD


def url_of(sign_off: SignOff, name: str = "sign_off") -> str:
    return reverse(f"engagements:{name}", args=[sign_off.engagement_id, sign_off.pk])


def post(browser: Client, sign_off: SignOff, proof: str = PASSWORD, text_hash: str = "") -> Any:
    body = {"text_hash": text_hash or sign_off.text_hash, "proof": proof}
    return browser.post(url_of(sign_off), body)


def newer_version(sign_off: SignOff, engineer: User) -> SignOff:
    ScopeItemFactory(engagement=sign_off.engagement)
    return signing.freeze_goals(actor=engineer, engagement=sign_off.engagement)


def test_both_sign_and_the_plan_becomes_the_baseline(
    engagement: Engagement, sign_off: SignOff, client_pm: User, business_owner: User
) -> None:
    """P1, P3: client PM and business owner; the plan they agreed to is kept."""
    sign(sign_off, client_pm)
    sign_off.refresh_from_db()
    assert not sign_off.is_signed
    assert not engagement.baselines.exists()
    sign(sign_off, business_owner)
    assert SignOff.objects.unscoped().get().is_signed
    baseline = engagement.baselines.unscoped().get()
    kept = {row.stage_id: (row.start_on, row.finish_on) for row in baseline.stages.unscoped()}
    assert kept == {stage.pk: (stage.start_on, stage.finish_on) for stage in engagement.stages.unscoped()}
    assert {row.text_hash for row in Signature.objects.unscoped()} == {sign_off.text_hash}
    assert AuditEntry.objects.filter(action="goals.agreed").count() == 1


def test_one_person_with_both_parts_signs_for_both(engagement: Engagement, sign_off: SignOff, client_pm: User) -> None:
    MembershipFactory(engagement=engagement, user=client_pm, part=Part.BUSINESS_OWNER)
    sign(sign_off, client_pm)
    assert {row.part for row in Signature.objects.unscoped()} == {Part.CLIENT_PM, Part.BUSINESS_OWNER}


def test_nobody_signs_twice(sign_off: SignOff, client_pm: User) -> None:
    sign(sign_off, client_pm)
    with pytest.raises(DomainError):
        sign(sign_off, client_pm)
    assert Signature.objects.count() == 1


def test_a_second_person_of_the_same_part_finds_it_signed(
    engagement: Engagement, sign_off: SignOff, client_pm: User
) -> None:
    other = UserFactory(role="client")
    MembershipFactory(engagement=engagement, user=other, part=Part.CLIENT_PM)
    sign(sign_off, client_pm)
    with pytest.raises(DomainError):
        sign(sign_off, other)


@pytest.mark.parametrize("who", ["manager", "engineer", "key_user", "client_pm_2", "administrator"])
def test_who_must_not_sign(who: str, sign_off: SignOff, request: pytest.FixtureRequest) -> None:
    """RULES: a vendor person never signs for the client."""
    user = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        sign(sign_off, user)
    assert not Signature.objects.exists()


def test_even_a_vendor_person_with_a_client_part_does_not_sign(
    engagement: Engagement, sign_off: SignOff, engineer: User
) -> None:
    """Such a row can't come from the services; were it there, it would sign nothing."""
    Membership.objects.create(engagement=engagement, user=engineer, part=Part.CLIENT_PM)
    engagement.__dict__.pop("_parts", None)
    fresh = SignOff.objects.unscoped().get(pk=sign_off.pk)
    with pytest.raises(PermissionDenied):
        sign(fresh, engineer)


def test_a_wrong_proof_signs_nothing_and_is_counted(sign_off: SignOff, client_pm: User) -> None:
    send_signing_code(actor=client_pm, text_hash=sign_off.text_hash, about="目标")
    with pytest.raises(DomainError) as refused:
        signing.sign_on_screen(actor=client_pm, sign_off=sign_off, text_hash=sign_off.text_hash, proof="000000x")
    assert refused.value.field == "proof"
    assert SigningCode.objects.get().tries == 1
    assert not Signature.objects.exists()


def test_a_code_for_another_version_signs_nothing(sign_off: SignOff, client_pm: User, engineer: User) -> None:
    """The code is bound to the hash of the text it was asked for."""
    send_signing_code(actor=client_pm, text_hash=sign_off.text_hash, about="目标")
    code = Message.objects.get(kind="signing_code").payload["code"]
    newer = newer_version(sign_off, engineer)
    with pytest.raises(DomainError):
        signing.sign_on_screen(actor=client_pm, sign_off=newer, text_hash=newer.text_hash, proof=code)
    assert not Signature.objects.exists()


def test_a_stale_text_signs_nothing_and_uses_no_code(sign_off: SignOff, client_pm: User, engineer: User) -> None:
    send_signing_code(actor=client_pm, text_hash=sign_off.text_hash, about="目标")
    code = Message.objects.get(kind="signing_code").payload["code"]
    newer_version(sign_off, engineer)
    sign_off.refresh_from_db()
    with pytest.raises(StaleError):
        signing.sign_on_screen(actor=client_pm, sign_off=sign_off, text_hash=sign_off.text_hash, proof=code)
    assert SigningCode.objects.get().used_at is None
    assert not Signature.objects.exists()


def test_signing_needs_the_engagement_to_run(engagement: Engagement, sign_off: SignOff, client_pm: User) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(phase="closed")
    with pytest.raises(PermissionDenied):
        sign(SignOff.objects.unscoped().get(), client_pm)


def test_the_database_keeps_one_signature_a_part(sign_off: SignOff, client_pm: User) -> None:
    sign(sign_off, client_pm)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(
            sign_off=sign_off, part=Part.CLIENT_PM, method="screen", signer=client_pm, signer_name="x",
            signed_on=sign_off.engagement.today(), text_hash=sign_off.text_hash,
        )  # fmt: skip


def test_a_screen_signature_without_its_signer_can_not_exist(sign_off: SignOff) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(
            sign_off=sign_off, part=Part.CLIENT_PM, method="screen", signer=None, signer_name="x",
            signed_on=sign_off.engagement.today(), text_hash=sign_off.text_hash,
        )  # fmt: skip


# --- the page -----------------------------------------------------------------------------------------------------------


def test_a_client_reads_and_signs(sign_off: SignOff, client_pm: User, sign_in: SignIn) -> None:
    browser = sign_in(client_pm)
    shown = browser.get(url_of(sign_off)).content.decode()
    assert sign_off.text["objectives"][0]["title"] in shown
    assert sign_off.text_hash in shown
    response = browser.post(url_of(sign_off), {"text_hash": sign_off.text_hash, "proof": PASSWORD}, follow=True)
    assert "Your signature stands under this text" in response.content.decode()
    assert 'name="proof"' not in response.content.decode()
    signature = Signature.objects.unscoped().get()
    assert (signature.signer, signature.method) == (client_pm, "screen")


def test_the_mailed_code_signs_once(sign_off: SignOff, client_pm: User, sign_in: SignIn) -> None:
    browser = sign_in(client_pm)
    told = browser.post(url_of(sign_off, "sign_off_code"), follow=True).content.decode()
    assert client_pm.email in told
    code = Message.objects.get(kind="signing_code").payload["code"]
    assert post(browser, sign_off, proof=code).status_code == 302
    assert Signature.objects.count() == 1
    assert SigningCode.objects.get().used_at is not None


def test_no_code_is_mailed_for_a_text_that_does_not_wait_for_me(
    sign_off: SignOff, client_pm: User, engineer: User, sign_in: SignIn
) -> None:
    newer_version(sign_off, engineer)
    sign_in(client_pm).post(url_of(sign_off, "sign_off_code"))
    assert not Message.objects.filter(kind="signing_code").exists()


def test_a_wrong_proof_stands_beside_its_field(sign_off: SignOff, client_pm: User, sign_in: SignIn) -> None:
    response = post(sign_in(client_pm), sign_off, proof="wrong")
    assert response.status_code == 200
    assert "neither your password nor the code" in response.content.decode()
    assert not Signature.objects.exists()


@pytest.mark.parametrize("stale", ["superseded", "other hash"])
def test_a_stale_page_signs_nothing(
    stale: str, sign_off: SignOff, client_pm: User, engineer: User, sign_in: SignIn
) -> None:
    """TRUST 10: 409, nothing signed, and the way to the text that counts."""
    newest = newer_version(sign_off, engineer) if stale == "superseded" else sign_off
    response = post(sign_in(client_pm), sign_off, text_hash="" if stale == "superseded" else "0" * 64)
    assert response.status_code == 409
    shown = response.content.decode()
    assert "nothing was signed" in shown
    assert url_of(newest) in shown
    assert not Signature.objects.exists()


def test_an_old_version_stays_readable_and_is_marked(
    sign_off: SignOff, client_pm: User, engineer: User, sign_in: SignIn
) -> None:
    newest = newer_version(sign_off, engineer)
    shown = sign_in(client_pm).get(url_of(sign_off)).content.decode()
    assert "nothing can be signed here" in shown
    assert url_of(newest) in shown
    assert 'name="proof"' not in shown


@pytest.mark.parametrize(("who", "may_sign"), [("client_pm", True), ("key_user", False), ("engineer", False)])
def test_the_form_is_there_only_for_who_may_sign(
    who: str, may_sign: bool, sign_off: SignOff, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    shown = sign_in(request.getfixturevalue(who)).get(url_of(sign_off)).content.decode()
    assert ('name="proof"' in shown) is may_sign
    assert ("Register a signed sheet" in shown) is (who == "engineer")


def test_a_vendor_post_is_refused(sign_off: SignOff, engineer: User, sign_in: SignIn) -> None:
    assert post(sign_in(engineer), sign_off).status_code == 403


def test_the_text_is_escaped(engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn) -> None:
    script = "<script>alert(1)</script>"
    goals.save_scope_item(actor=engineer, engagement=engagement, is_included=True, text=script)
    goals.save_objective(
        actor=engineer, engagement=engagement, title=script, metric=script, unit=script, baseline=None, target=1,
        direction="up", due_on=engagement.agreed_go_live_on, how_measured=script,
    )  # fmt: skip
    sign_off = signing.freeze_goals(actor=engineer, engagement=engagement)
    shown = sign_in(client_pm).get(url_of(sign_off)).content.decode()
    assert script not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_paper_waiting_for_its_check_does_not_ask_for_the_screen(
    sign_off: SignOff, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    register(sign_off, engineer)
    with pytest.raises(DomainError):
        sign(sign_off, client_pm)
    assert 'name="proof"' not in sign_in(client_pm).get(url_of(sign_off)).content.decode()


def test_where_paper_was_agreed_nobody_signs_on_screen(
    engagement: Engagement, sign_off: SignOff, client_pm: User, sign_in: SignIn
) -> None:
    """RULES: at the start both sides agree what counts."""
    Engagement.objects.update(signs_on_paper=True)
    with pytest.raises(DomainError):
        sign(SignOff.objects.unscoped().get(), client_pm)
    browser = sign_in(client_pm)
    shown = browser.get(url_of(sign_off)).content.decode()
    assert 'name="proof"' not in shown
    assert "brings the printed sheet" in shown
    browser.post(url_of(sign_off, "sign_off_code"))
    assert not Message.objects.filter(kind="signing_code").exists()
    assert "Read and sign" not in browser.get(reverse("engagements:prepare", args=[engagement.pk])).content.decode()
