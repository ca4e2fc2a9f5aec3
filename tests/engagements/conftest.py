"""What the tests of an engagement's life share: goals that wait for signatures, and an engagement in each phase."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from engagements import gates
from engagements.models import DocumentRequest, Engagement, Phase, Signature, SignOff
from engagements.services import documents, plan, signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from tests.factories import DocumentRequestFactory, ObjectiveFactory, ScopeItemFactory
from tests.factories.accounts import PASSWORD
from tests.ready import make_ready_for_execution

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def a_scan(name: str = "签署页.png") -> SimpleUploadedFile:
    """Return an upload that may be stored."""
    return SimpleUploadedFile(name, PNG, content_type="image/png")


def sign(sign_off: SignOff, user: User) -> None:
    """Sign on screen with the password."""
    signing.sign_on_screen(actor=user, sign_off=sign_off, text_hash=sign_off.text_hash, proof=PASSWORD)


def register(sign_off: SignOff, actor: User, part: Part = Part.CLIENT_PM, **fields: object) -> Signature:
    """Register a sheet that came back signed today."""
    given = {
        "signer_name": "陈镕", "signed_on": sign_off.engagement.today(), "code": sign_off.code, "scan": a_scan(),
    } | fields  # fmt: skip
    return signing.register_paper(actor=actor, sign_off=sign_off, part=part, **given)  # type: ignore[arg-type]


@pytest.fixture
def sign_off(engagement: Engagement, engineer: User) -> SignOff:
    """Goals and scope, frozen; the plan is laid out and a lead is there."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    return signing.freeze_goals(actor=engineer, engagement=engagement)


@pytest.fixture
def in_execution(
    engagement: Engagement, sign_off: SignOff, manager: User, client_pm: User, business_owner: User
) -> Engagement:
    """Signed by both, and begun."""
    for user in (client_pm, business_owner):
        sign(sign_off, user)
    make_ready_for_execution(engagement, manager)
    gates.change_phase(actor=manager, engagement=engagement, to=Phase.EXECUTION)
    return engagement


@pytest.fixture
def planned(engagement: Engagement, client_pm: User) -> DocumentRequest:
    return DocumentRequestFactory(engagement=engagement, asked_of=client_pm, title="生产计划业务手册")


@pytest.fixture
def asked(engagement: Engagement, engineer: User, planned: DocumentRequest) -> DocumentRequest:
    documents.ask_for(actor=engineer, engagement=engagement, request=planned)
    planned.refresh_from_db()
    return planned
